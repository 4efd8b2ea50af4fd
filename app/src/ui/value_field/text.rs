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

/// What the concealed field reads while it is not in use.
#[must_use]
pub fn hidden_lines(lines: usize) -> String {
    match lines {
        0 => String::new(),
        1 => "Hidden, 1 line".to_owned(),
        lines => format!("Hidden, {lines} lines"),
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

/// Said when somebody copies from the concealed field.
#[must_use]
pub fn copy_needs_show() -> &'static str {
    "Hidden text is not copied. Show it first."
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
        Offer::SurroundingSpace => "Has blanks around it.",
        Offer::Quotes => "Stands in quotation marks.",
        Offer::BearerPrefix => "Begins with “Bearer”, which would then be sent twice.",
        Offer::NamePrefix => "Begins with a name and “=”.",
    }
}

/// The button that takes it away.
#[must_use]
pub fn take_offer(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => "Remove line break",
        Offer::SurroundingSpace => "Remove blanks",
        Offer::Quotes => "Remove quotation marks",
        Offer::BearerPrefix => "Remove “Bearer”",
        Offer::NamePrefix => "Keep what follows",
    }
}

/// Said after an offer was taken.
#[must_use]
pub fn offer_taken(offer: Offer) -> &'static str {
    match offer {
        Offer::TrailingNewline => "Line break removed.",
        Offer::SurroundingSpace => "Blanks removed.",
        Offer::Quotes => "Quotation marks removed.",
        Offer::BearerPrefix => "“Bearer” removed.",
        Offer::NamePrefix => "Name removed from the value.",
    }
}

/// Warns of a value that is going to be a header and cannot be one.
#[must_use]
pub fn not_sendable() -> &'static str {
    "This value has line breaks or control characters inside. It can be stored, but not sent as a header."
}
