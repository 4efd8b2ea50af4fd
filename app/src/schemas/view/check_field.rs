//! When a field is checked: at blur after a first change, never while typing.

use leptos::prelude::*;

use super::FormHandle;
use super::field::FieldContext;
use crate::ui::after_press;

/// Whether a field was changed, and what to check when it is left. A field that is taken away with the focus in it
/// hears of being left when it is gone already.
#[derive(Clone, Copy)]
pub(super) struct Leaving {
    form: FormHandle,
    pointer: StoredValue<String>,
    changed: StoredValue<bool>,
}

impl Leaving {
    /// Nothing was changed yet.
    pub(super) fn of(context: &FieldContext) -> Self {
        Self {
            form: context.form,
            pointer: StoredValue::new(context.pointer.clone()),
            changed: StoredValue::new(false),
        }
    }

    /// Something was typed.
    pub(super) fn changed(self) {
        self.changed.set_value(true);
    }

    /// The focus went elsewhere.
    pub(super) fn left(self) {
        if self.changed.try_get_value() != Some(true) {
            return;
        }
        after_press(move || {
            if let Some(pointer) = self.pointer.try_get_value() {
                self.form.check_field(&pointer);
            }
        });
    }
}
