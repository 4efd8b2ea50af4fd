//! Where the typed secret is kept: outside of every signal.

use contract::secret::SecretValue;
use leptos::html::Textarea;
use leptos::prelude::*;
use zeroize::Zeroizing;

use super::element::ElementState;
use super::paste_help::{self, Offer};

/// The form's hold on a [`ValueField`](super::ValueField): reads the secret once for saving, empties the field,
/// focuses it. The text is wiped when the component that made the handle goes away.
#[derive(Clone, Copy, Debug)]
pub struct ValueHandle {
    pub(super) node: NodeRef<Textarea>,
    /// Not a signal: nothing can subscribe to it, print it or keep a copy of it.
    pub(super) held: StoredValue<Zeroizing<String>>,
    pub(super) element: StoredValue<ElementState>,
    /// 0 = empty. The only thing that the page knows of the text.
    pub(super) lines: RwSignal<usize>,
    pub(super) shown: RwSignal<bool>,
    pub(super) focused: RwSignal<bool>,
    pub(super) offers: RwSignal<Vec<Offer>>,
    sendable: RwSignal<bool>,
    focus_when_mounted: StoredValue<bool>,
}

impl Default for ValueHandle {
    fn default() -> Self {
        Self::new()
    }
}

impl ValueHandle {
    /// An empty field. Call it in the component that owns the form.
    pub fn new() -> Self {
        Self {
            node: NodeRef::new(),
            held: StoredValue::new(Zeroizing::new(String::new())),
            element: StoredValue::new(ElementState::default()),
            lines: RwSignal::new(0),
            shown: RwSignal::new(false),
            focused: RwSignal::new(false),
            offers: RwSignal::new(Vec::new()),
            sendable: RwSignal::new(true),
            focus_when_mounted: StoredValue::new(false),
        }
    }

    /// The secret, for sending. The field conceals it again and keeps it, so that it survives a failed save;
    /// [`clear`](Self::clear) drops it after a successful one.
    pub fn take(&self) -> SecretValue {
        self.conceal();
        self.copy()
    }

    /// The secret, for checking. What is shown stays so.
    pub fn copy(&self) -> SecretValue {
        self.held.with_value(|text| SecretValue::new(text.to_string()))
    }

    /// Whether nothing was typed. Tracked.
    pub fn is_empty(&self) -> bool {
        self.lines.get() == 0
    }

    /// Whether something was typed that would be lost. Tracked.
    pub fn is_dirty(&self) -> bool {
        !self.is_empty()
    }

    /// Whether the text could be sent as a header. Tracked.
    pub fn is_sendable(&self) -> bool {
        self.sendable.get()
    }

    /// Drops the text and shows an empty, concealed field.
    pub fn clear(&self) {
        self.shown.set(false);
        self.replace(Zeroizing::new(String::new()));
    }

    /// Ends Show.
    pub fn conceal(&self) {
        if self.shown.get_untracked() {
            self.shown.set(false);
            self.refresh();
        }
    }

    /// Puts a text into the field that was pasted elsewhere by mistake.
    pub fn fill(&self, text: Zeroizing<String>) {
        self.replace(text);
        self.look_for_offers();
    }

    /// Puts the focus into the field, as soon as it is there.
    pub fn focus(&self) {
        if let Some(node) = self.node.get_untracked() {
            let _ = node.focus();
        } else {
            self.focus_when_mounted.set_value(true);
        }
    }

    /// Whether the form that owns it is still there.
    pub(super) fn is_alive(&self) -> bool {
        self.lines.try_get_untracked().is_some()
    }

    /// Applies an offer; gives the name that it found.
    pub(super) fn take_offer(&self, offer: Offer) -> Option<String> {
        let taken = self.held.with_value(|text| paste_help::take(offer, text));
        self.replace(taken.text);
        self.look_for_offers();
        taken.name
    }

    /// Looks at the text again.
    pub(super) fn look_for_offers(&self) {
        let offers = self.held.with_value(|text| paste_help::offers(text));
        if offers != self.offers.get_untracked() {
            self.offers.set(offers);
        }
    }

    /// Whether the focus was asked for before the element was there; asks only once.
    pub(super) fn wants_focus(&self) -> bool {
        self.focus_when_mounted.get_value() && {
            self.focus_when_mounted.set_value(false);
            true
        }
    }

    pub(super) fn keep(&self, text: Zeroizing<String>) {
        let lines = line_count(&text);
        let sendable = can_be_header(&text);
        self.held.set_value(text);
        if lines != self.lines.get_untracked() {
            self.lines.set(lines);
        }
        if sendable != self.sendable.get_untracked() {
            self.sendable.set(sendable);
        }
        if lines == 0 && !self.offers.get_untracked().is_empty() {
            self.offers.set(Vec::new());
        }
    }
}

/// Lines as a person counts them: a break at the end begins no new one.
fn line_count(text: &str) -> usize {
    if text.is_empty() {
        0
    } else {
        text.lines().count().max(1)
    }
}

/// HTTP allows no control characters inside of a header. Breaks at the end are offered for removal anyway.
fn can_be_header(text: &str) -> bool {
    !text
        .trim_end_matches(['\r', '\n'])
        .chars()
        .any(|c| c.is_control() && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::{can_be_header, line_count};

    #[test]
    fn lines_are_counted_as_a_person_counts() {
        assert_eq!(line_count(""), 0);
        assert_eq!(line_count("\n"), 1);
        assert_eq!(line_count("canary"), 1);
        assert_eq!(line_count("canary\n"), 1);
        assert_eq!(line_count("two\nlines"), 2);
    }

    #[test]
    fn a_text_of_several_lines_cannot_be_a_header() {
        assert!(can_be_header("canary with blanks\tand é"));
        assert!(can_be_header("canary\n"));
        assert!(!can_be_header("two\nlines"));
        assert!(!can_be_header("nul\0"));
    }
}
