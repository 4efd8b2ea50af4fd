//! The words of the value field.

use super::paste_help::Offer;

/// On the button that shows what was typed.
#[must_use]
pub fn show_short() -> &'static str {
    "Show"
}

/// On the button that empties the field.
#[must_use]
pub fn clear_short() -> &'static str {
    "Clear"
}

/// The placeholder of a concealed field without the focus.
#[must_use]
pub fn hidden_lines(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => "•••••••• (1 line)".to_owned(),
        lines => format!("•••••••• ({lines} lines)"),
    }
}

/// Name of the toggle that shows the value.
#[must_use]
pub fn show(label: &str) -> String {
    format!("Show {}", label.to_lowercase())
}

/// Name of the button that empties the field.
#[must_use]
pub fn clear(label: &str) -> String {
    format!("Clear {}", label.to_lowercase())
}

/// Name of the group of both.
#[must_use]
pub fn tools(label: &str) -> String {
    format!("{label}: show or clear")
}

/// Said after Clear.
#[must_use]
pub fn cleared() -> &'static str {
    "Cleared."
}

/// Announced after a copy from the concealed field was refused.
#[must_use]
pub fn copy_needs_show() -> &'static str {
    "Show the value before you copy it."
}

/// Announced after an undo or redo in the concealed field was refused.
#[must_use]
pub fn no_undo_while_hidden() -> &'static str {
    "You can't undo while the value is hidden."
}

/// Stands where the field will be, until the page works.
#[must_use]
pub fn waiting() -> &'static str {
    "Loading…"
}

/// What a paste brought along.
#[must_use]
pub fn offer(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => "Ends with a line break.",
        Offer::SurroundingSpace => "Has spaces around it.",
        Offer::Quotes => "Is in quotes.",
        Offer::BearerPrefix => "Starts with “Bearer”, which would be sent twice.",
        Offer::NamePrefix => "Starts with a name and “=”.",
    }
}

/// The button that takes it away.
#[must_use]
pub fn take_offer(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => "Remove line break",
        Offer::SurroundingSpace => "Remove spaces",
        Offer::Quotes => "Remove quotes",
        Offer::BearerPrefix => "Remove “Bearer”",
        Offer::NamePrefix => "Remove “NAME=”",
    }
}

/// Said after an offer was taken.
#[must_use]
pub fn offer_taken(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => "Line break removed.",
        Offer::SurroundingSpace => "Spaces removed.",
        Offer::Quotes => "Quotes removed.",
        Offer::BearerPrefix => "“Bearer” removed.",
        Offer::NamePrefix => "Name removed from the value.",
    }
}

/// Warns of a value that is going to be a header and cannot be one.
#[must_use]
pub fn not_sendable() -> &'static str {
    "This value has line breaks or control characters inside. It can be stored, but not sent as a header."
}
