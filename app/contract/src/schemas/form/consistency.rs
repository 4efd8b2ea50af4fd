//! What the fields of a form say of each other.

use serde_json::Value;

use super::{Content, Field, Form, SchemaFault};

impl Form {
    /// Refuses conditions and routes that name what is not there, and defaults that break the rules.
    pub(super) fn agrees_with_itself(&self, at: &str) -> Result<(), SchemaFault> {
        for field in &self.fields {
            let at = format!("{at}/properties/{}", field.name);
            self.check_condition(field, &at)?;
            if let Content::ToolNames { route, .. } = &field.content {
                for name in route.fields() {
                    if !self.field(name).is_some_and(|other| other.content.is_text()) {
                        return Err(SchemaFault::at(
                            &at,
                            "`route` can refer only to text fields of the same object.",
                        ));
                    }
                }
            }
            if let Some(default) = &field.default {
                let mut faults = Vec::new();
                field.check_value(default, "", &[], &mut faults);
                if !faults.is_empty() {
                    return Err(SchemaFault::at(&at, "`default` doesn't match the field's rules."));
                }
            }
        }
        Ok(())
    }

    fn check_condition(&self, field: &Field, at: &str) -> Result<(), SchemaFault> {
        let Some(condition) = &field.show_when else {
            return Ok(());
        };
        let at = format!("{at}/x-ui/show_when");
        let other = self.field(&condition.field);
        let fits = |value: &Value| match other.map(|other| &other.content) {
            Some(Content::Choice(choices)) => choices.iter().any(|choice| *value == choice.value),
            Some(Content::Switch) => value.is_boolean(),
            _ => false,
        };
        if !condition.values.iter().all(fits) {
            let detail = "`show_when` needs a choice or a switch of the same object, and some of its values.";
            return Err(SchemaFault::at(&at, detail));
        }
        let mut next = other;
        for _ in 0..=self.fields.len() {
            match next.and_then(|field| field.show_when.as_ref()) {
                None => return Ok(()),
                Some(condition) => next = self.field(&condition.field),
            }
        }
        Err(SchemaFault::at(&at, "These conditions are circular."))
    }
}
