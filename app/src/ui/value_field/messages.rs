//! Messages of the value field.

use super::paste_help::Offer;

include!(concat!(env!("OUT_DIR"), "/messages/value_field.rs"));

pub fn show(label: &str) -> String {
    show_label(&label.to_lowercase())
}

pub fn clear(label: &str) -> String {
    clear_label(&label.to_lowercase())
}

/// The fault that a paste brought along.
pub fn offer(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => offer_newline(),
        Offer::SurroundingSpace => offer_spaces(),
        Offer::Quotes => offer_quotes(),
        Offer::BearerPrefix => offer_bearer(),
        Offer::NamePrefix => offer_name(),
    }
}

/// The button that removes the fault.
pub fn take_offer(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => take_newline(),
        Offer::SurroundingSpace => take_spaces(),
        Offer::Quotes => take_quotes(),
        Offer::BearerPrefix => take_bearer(),
        Offer::NamePrefix => take_name(),
    }
}

/// Announced after the fault was removed.
pub fn offer_taken(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => taken_newline(),
        Offer::SurroundingSpace => taken_spaces(),
        Offer::Quotes => taken_quotes(),
        Offer::BearerPrefix => taken_bearer(),
        Offer::NamePrefix => taken_name(),
    }
}
