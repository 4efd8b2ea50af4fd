//! When a field applies.

use serde_json::Value;

use super::{Field, Form};

/// The values of another field of the same object for which a field applies.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The other field.
    pub field: String,
    /// Its values.
    pub values: Vec<Value>,
}

/// Whether a field is on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is there by itself.
    ByItself,
    /// It was added, and can be removed.
    Added,
    /// It can be added.
    Offered,
    /// It does not apply.
    No,
}

impl Shown {
    /// Whether it is on the page.
    pub fn is_shown(self) -> bool {
        matches!(self, Self::ByItself | Self::Added)
    }
}

impl Form {
    /// Whether the condition of a field holds, where `value_of` knows the values of the object.
    pub(super) fn condition_holds(&self, field: &Field, value_of: &dyn Fn(&Field) -> Option<Value>) -> bool {
        let Some(condition) = &field.show_when else {
            return true;
        };
        let Some(other) = self.field(&condition.field) else {
            return false;
        };
        if !other.hidden_until_added && !self.condition_holds(other, value_of) {
            return false;
        }
        let value = value_of(other).or_else(|| other.default.clone());
        value.is_some_and(|value| condition.values.contains(&value))
    }

    /// Whether a field may have a value.
    pub(super) fn applies(&self, field: &Field, value_of: &dyn Fn(&Field) -> Option<Value>) -> bool {
        field.hidden_until_added || self.condition_holds(field, value_of)
    }

    /// Whether a field is on the page.
    pub(super) fn shown(&self, field: &Field, value_of: &dyn Fn(&Field) -> Option<Value>, is_added: bool) -> Shown {
        let holds = self.condition_holds(field, value_of);
        let by_itself = holds && (!field.hidden_until_added || field.show_when.is_some());
        match (by_itself, field.hidden_until_added) {
            (true, _) => Shown::ByItself,
            (false, true) if is_added => Shown::Added,
            (false, true) => Shown::Offered,
            (false, false) => Shown::No,
        }
    }
}
