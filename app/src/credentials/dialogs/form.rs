//! What the forms of credentials share: checks and where their words stand.

use contract::names::parse_name;
use contract::problem::Problem;
use contract::secret::SecretValue;
use leptos::prelude::*;

use crate::{
    credentials::messages,
    ui::{FieldIssue, focus_when_painted, value_field::ValueHandle},
};

/// The longest value, in bytes.
const MAX_VALUE_BYTES: usize = 64 * 1024;

/// The id of the field Name.
pub const NAME_ID: &str = "credential-name";
/// The id of the field Value.
pub const VALUE_ID: &str = "credential-value";

/// What is wrong with a name, if anything.
pub fn name_fault(name: &str) -> Option<String> {
    parse_name(name).err().map(|fault| fault.detail().to_owned())
}

/// What is wrong with a value, if anything.
fn value_fault(value: &SecretValue) -> Option<String> {
    if value.is_empty() {
        Some(messages::value_missing().to_owned())
    } else if value.exceeds(MAX_VALUE_BYTES) {
        Some(messages::value_too_long().to_owned())
    } else {
        None
    }
}

/// The errors of the two fields.
#[derive(Clone, Copy, Debug)]
pub struct Faults {
    pub name: RwSignal<Option<String>>,
    pub value: RwSignal<Option<String>>,
}

impl Faults {
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(None),
            value: RwSignal::new(None),
        }
    }

    /// Checks everything before saving; the value only where there is a field for it.
    pub fn check(&self, name: &str, value: Option<ValueHandle>) -> bool {
        self.name.set(name_fault(name));
        self.value.set(value.and_then(|value| value_fault(&value.take())));
        let fine = self.name.with_untracked(Option::is_none) && self.value.with_untracked(Option::is_none);
        if !fine {
            self.focus_first(value);
        }
        fine
    }

    /// Checks the value alone, once its field was left.
    pub fn check_value(&self, value: ValueHandle) {
        self.value.set(value_fault(&value.copy()));
    }

    /// Puts the server's words to the fields.
    pub fn take_from(&self, problem: &Problem, value: Option<ValueHandle>) {
        let of = |pointer| problem.field(pointer).map(|error| error.detail.clone());
        self.name.set(if problem.slug() == "name-taken" {
            Some(messages::name_taken().to_owned())
        } else {
            of("/name")
        });
        self.value.set(of("/value"));
        self.focus_first(value);
    }

    fn focus_first(&self, value: Option<ValueHandle>) {
        if self.name.with_untracked(Option::is_some) {
            focus_when_painted(NAME_ID);
        } else if self.value.with_untracked(Option::is_some)
            && let Some(value) = value
        {
            value.focus();
        }
    }

    /// For the summary on top.
    pub fn issues(&self) -> Signal<Vec<FieldIssue>> {
        let Self { name, value } = *self;
        Signal::derive(move || {
            let issue = |control: &str, label: &str, message: Option<String>| {
                message.map(|message| FieldIssue {
                    control: control.to_owned(),
                    label: label.to_owned(),
                    message,
                })
            };
            [
                issue(NAME_ID, messages::name(), name.get()),
                issue(VALUE_ID, messages::value(), value.get()),
            ]
            .into_iter()
            .flatten()
            .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use contract::secret::SecretValue;

    use super::{name_fault, value_fault};

    #[test]
    fn an_empty_form_is_told_both_faults() {
        assert!(name_fault("  ").is_some());
        assert!(value_fault(&SecretValue::new(String::new())).is_some());
    }

    #[test]
    fn a_value_of_64_kib_fits() {
        assert_eq!(value_fault(&SecretValue::new("x".repeat(64 * 1024))), None);
        assert!(value_fault(&SecretValue::new("x".repeat(64 * 1024 + 1))).is_some());
    }
}
