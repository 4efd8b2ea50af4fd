//! The text of the `textarea`: the secret only while it is shown, a mask while it is concealed and has the focus, and
//! otherwise none.

use std::ops::Range;
use std::time::Duration;

use leptos::prelude::*;
use leptos::web_sys::HtmlTextAreaElement;
use zeroize::Zeroizing;

use super::ValueHandle;
use super::mask::{self, Edited};

/// The kinds of text that the element can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Content {
    #[default]
    Empty,
    Mask,
    Clear,
}

/// The caret behind a text of any length.
const END: Range<usize> = usize::MAX..usize::MAX;

/// State of the element beside the signals.
#[derive(Debug)]
pub(super) struct ElementState {
    content: Content,
    /// In characters of the secret; kept for the time without focus.
    selection: Range<usize>,
    /// The selection in the mask before the edit in progress, in UTF-16 code units.
    selected: Option<Range<usize>>,
    composing: bool,
    /// `true` if the browser may still move the caret by the length of the text that it inserted.
    caret_moves: bool,
}

impl Default for ElementState {
    fn default() -> Self {
        Self {
            content: Content::Empty,
            selection: END,
            selected: None,
            composing: false,
            caret_moves: false,
        }
    }
}

impl ValueHandle {
    /// Puts a text into the holder, and into the element if it may be there.
    pub(super) fn replace(&self, text: Zeroizing<String>) {
        self.keep(text);
        self.element.update_value(|state| {
            state.selection = END;
            state.selected = None;
            state.composing = false;
        });
        self.write();
    }

    /// Takes over an edit of the element. An IME composition is taken over when it ends: setting the value would end it.
    pub(super) fn read(&self) {
        let Some(node) = self.node.get_untracked() else { return };
        let text = Zeroizing::new(node.value());
        let (content, composing) = self.element.with_value(|state| (state.content, state.composing));
        match content {
            Content::Clear => self.keep(text),
            Content::Mask if composing => {}
            Content::Mask => {
                let selected = self.element.try_update_value(|state| state.selected.take()).flatten();
                let units = selection_in(&node).end;
                let Edited { text, caret } = self.held.with_value(|held| mask::apply(held, &text, selected, units));
                self.keep(text);
                self.element.update_value(|state| state.selection = caret..caret);
                self.write();
                if caret != units {
                    self.settle_caret_later();
                }
            }
            Content::Empty if text.is_empty() => {}
            Content::Empty => self.replace(text),
        }
    }

    /// Gives the element the text that it may have now; the selection stays.
    pub(super) fn refresh(&self) {
        if self.focused.get_untracked() {
            self.remember_selection();
        }
        self.write();
    }

    /// The element got the focus.
    pub(super) fn enter(&self) {
        self.focused.set(true);
        self.write();
        self.restore_selection();
    }

    /// The element lost the focus.
    pub(super) fn leave(&self) {
        self.end_composition();
        self.read();
        self.remember_selection();
        self.focused.set(false);
        self.write();
    }

    /// Once the events of a commit by an input method are over, the browser moves the caret by the code units of the text:
    /// too far for a mask with fewer.
    fn settle_caret_later(self) {
        self.element.update_value(|state| state.caret_moves = true);
        set_timeout(
            move || {
                if self.is_alive() {
                    self.settle_caret();
                }
            },
            Duration::ZERO,
        );
    }

    /// Puts the caret to its place, if the browser may have moved it.
    pub(super) fn settle_caret(&self) {
        let moves = self
            .element
            .try_update_value(|state| std::mem::take(&mut state.caret_moves));
        if moves == Some(true) && self.focused.get_untracked() {
            self.restore_selection();
        }
    }

    /// The browser is about to replace the selection.
    pub(super) fn begin_edit(&self) {
        self.settle_caret();
        let Some(node) = self.node.get_untracked() else { return };
        let selection = selection_in(&node);
        self.element
            .update_value(|state| state.selected = (!state.composing).then_some(selection));
    }

    /// An IME composition begins. It may replace bullets beside the caret, so the selection is of no use for the edit.
    pub(super) fn begin_composition(&self) {
        self.element.update_value(|state| {
            state.composing = true;
            state.selected = None;
        });
    }

    /// An IME composition is over.
    pub(super) fn end_composition(&self) {
        self.element.update_value(|state| state.composing = false);
    }

    fn write(&self) {
        let Some(node) = self.node.get_untracked() else { return };
        let content = match (self.shown.get_untracked(), self.focused.get_untracked()) {
            (true, _) => Content::Clear,
            (false, true) => Content::Mask,
            (false, false) => Content::Empty,
        };
        if content == Content::Mask && self.element.with_value(|state| state.composing) {
            return;
        }
        self.element.update_value(|state| state.content = content);
        let text = self.held.with_value(|held| match content {
            Content::Empty => Zeroizing::new(String::new()),
            Content::Mask => Zeroizing::new(mask::mask(held)),
            Content::Clear => held.clone(),
        });
        // Writing the same text again would move the caret.
        if *Zeroizing::new(node.value()) != *text {
            let scrolled = node.scroll_top();
            node.set_value(&text);
            if self.focused.get_untracked() {
                self.restore_selection();
                node.set_scroll_top(scrolled);
            }
        }
    }

    fn remember_selection(&self) {
        let Some(node) = self.node.get_untracked() else { return };
        let text = Zeroizing::new(node.value());
        let Range { start, end } = selection_in(&node);
        self.element.update_value(|state| {
            state.selection = mask::characters(&text, start)..mask::characters(&text, end);
        });
    }

    fn restore_selection(&self) {
        let Some(node) = self.node.get_untracked() else { return };
        let text = Zeroizing::new(node.value());
        let unit = |position| u32::try_from(mask::units(&text, position)).unwrap_or(u32::MAX);
        let (start, end) = self
            .element
            .with_value(|state| (unit(state.selection.start), unit(state.selection.end)));
        // Refused only for elements without a text selection.
        let _ = node.set_selection_range(start, end);
    }
}

/// The selection in UTF-16 code units; empty at the end of the text if the browser reports none.
fn selection_in(node: &HtmlTextAreaElement) -> Range<usize> {
    let position = |reported: Result<Option<u32>, _>| {
        let reported = reported.ok().flatten();
        reported.map_or(usize::MAX, |units| units as usize)
    };
    position(node.selection_start())..position(node.selection_end())
}
