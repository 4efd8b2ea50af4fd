//! Where the focus goes when a row leaves.

use leptos::prelude::*;

use super::ADD_ID;
use crate::ui::{focus_element, focus_when_painted};

/// Call it when a row is about to leave, with the ids of all rows in the document: the next one takes the focus; after
/// the last row the one before it, or else the link that adds a record.
pub fn focus_beside(rows: &[String], leaving: &str) {
    let target = beside(rows, leaving).unwrap_or(ADD_ID).to_owned();
    // After the dialog has given the focus back to the control that is about to leave.
    request_animation_frame(move || {
        focus_element(&target);
        focus_when_painted(target);
    });
}

fn beside<'a>(rows: &'a [String], leaving: &str) -> Option<&'a str> {
    let at = rows.iter().position(|row| row == leaving)?;
    let next = rows.get(at + 1).or_else(|| rows.get(at.checked_sub(1)?));
    next.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn after_deleting_the_next_row_takes_the_focus() {
        let rows = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(beside(&rows, "a"), Some("b"));
        assert_eq!(beside(&rows, "c"), Some("b"));
        assert_eq!(beside(&rows[..1], "a"), None);
        assert_eq!(beside(&rows[..1], "c"), None);
    }
}
