//! What the form holds, and what its buttons do.

use contract::api::Patch;
use contract::model_bindings::{ModelBinding, ModelBindingInput, ModelTestResult, settings_faults};
use contract::names::parse_name;
use contract::schemas::Form;
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::api::{ReadClient, WriteClient};
use crate::credential_forms::{ConnectionTest, Consent};
use crate::model_bindings::leads_to;
use crate::schemas::FormHandle;
use crate::ui::Save;

/// The field of the credential, in the settings.
pub(super) const API_KEY: &str = "/api_key";
/// Where the settings stand in what is sent.
pub(super) const SETTINGS: &str = "/settings";

#[derive(Clone, Copy, Debug)]
pub(super) struct BindingForm {
    /// The saved binding that is being changed.
    pub before: RwSignal<Option<ModelBinding>>,
    pub name: RwSignal<String>,
    pub name_fault: RwSignal<Option<String>>,
    pub settings: FormHandle,
    pub tester: ConnectionTest<Value, ModelTestResult>,
    pub consent: Consent<Value>,
    pub save: Save,
    pub client: StoredValue<ReadClient>,
}

impl BindingForm {
    /// A form for a new binding, or for a saved one. Call it while the dialog is built.
    pub(super) fn new(schema: Form, before: Option<ModelBinding>) -> Self {
        let form = Self {
            before: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            name_fault: RwSignal::new(None),
            settings: FormHandle::new(schema, "model")
                .leading_to(leads_to)
                .with_rules(settings_faults),
            tester: ConnectionTest::new(),
            consent: Consent::new(),
            save: Save::new(),
            client: StoredValue::new(ReadClient::from_context()),
        };
        if let Some(before) = before {
            form.load(before);
        }
        form
    }

    /// Shows a saved binding.
    pub(super) fn load(self, binding: ModelBinding) {
        let credentials: Vec<_> = binding.credential.clone().into_iter().collect();
        self.name.set(binding.name.clone());
        self.settings.load(&settings_of(&binding), &credentials);
        self.before.set(Some(binding));
    }

    /// Whether something would be lost by closing it, asked once.
    pub(super) fn is_dirty(self) -> bool {
        let begun = self
            .before
            .with_untracked(|before| before.as_ref().map(|before| before.name.clone()));
        self.settings.is_dirty() || self.name.get_untracked() != begun.unwrap_or_default()
    }

    /// Checks the name; says whether it fits.
    pub(super) fn check_name(self) -> bool {
        let fault = self.name.with_untracked(|name| parse_name(name).err());
        self.name_fault.set(fault.map(|fault| fault.detail().to_owned()));
        fault.is_none()
    }

    /// What is sent: all of it for a new binding, for a saved one what differs.
    pub(super) fn input(self, settings: &Value) -> ModelBindingInput {
        let name = self.name.get_untracked().trim().to_owned();
        let allow_host = self.consent.allows(settings);
        let before = self.before.get_untracked();
        let differs = before.as_ref().is_none_or(|before| before.name != name);
        let changes = changes(before.as_ref(), settings);
        ModelBindingInput {
            id: None,
            name: if differs { Patch::Set(name) } else { Patch::Absent },
            settings: if changes.is_empty() && before.is_some() {
                Patch::Absent
            } else {
                Patch::Set(changes)
            },
            allow_host,
            whole_host: self.allows_whole_host(settings),
        }
    }

    /// `true` if the whole host of the settings is to be allowed, and not only the path.
    fn allows_whole_host(self, settings: &Value) -> bool {
        let picker = self.settings.picker(API_KEY);
        let chosen = picker.zip(leads_to(settings));
        chosen.is_some_and(|(picker, to)| untrack(|| picker.allows_whole_host(&to)))
    }

    /// Tests what stands in the form; the focus goes to the first wrong field.
    pub(super) fn test(self) {
        let Some(settings) = self.settings.submit() else {
            return;
        };
        let before = self.before.get_untracked();
        let body = ModelBindingInput {
            id: before.as_ref().map(|before| before.id),
            name: Patch::Absent,
            settings: Patch::Set(changes(before.as_ref(), &settings)),
            allow_host: self.consent.allows(&settings),
            whole_host: self.allows_whole_host(&settings),
        };
        self.tester.start(
            settings,
            async move { WriteClient.test_model_binding(&body).await },
            move |tested, problem| {
                if !self.consent.note(tested, problem)
                    && let Some(pointer) = self.settings.show_problem(problem, SETTINGS)
                {
                    self.settings.focus(&pointer);
                }
            },
        );
    }
}

/// The settings of a saved binding as the form holds them.
pub(super) fn settings_of(binding: &ModelBinding) -> Value {
    serde_json::to_value(&binding.settings).unwrap_or_default()
}

/// The merge patch that makes the settings of a saved binding these: only what differs, so that a field which cannot
/// be saved any more, such as a deleted credential, does not stand in the way of the others.
fn changes(before: Option<&ModelBinding>, now: &Value) -> Map<String, Value> {
    let before = before.map(settings_of).unwrap_or_default();
    let mut patch = Map::new();
    let (old, new) = (before.as_object(), now.as_object());
    for (name, value) in new.into_iter().flatten() {
        if old.and_then(|old| old.get(name)) != Some(value) {
            patch.insert(name.clone(), value.clone());
        }
    }
    for name in old.into_iter().flatten().map(|(name, _)| name) {
        if new.is_none_or(|new| !new.contains_key(name)) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    patch
}

#[cfg(test)]
mod tests {
    use contract::model_bindings::ModelBinding;
    use serde_json::json;

    use super::changes;

    fn binding() -> ModelBinding {
        serde_json::from_value(json!({
            "id": "0198c1d2-0000-7000-8000-000000000001", "name": "Main",
            "settings": {"provider": "openai", "model_id": "m", "organization": "o"},
            "credential": null, "host": "api.openai.com", "last_used_at": null,
            "owner": {"id": "0198c1d2-0000-7000-8000-000000000002", "name": "Ada"},
            "revision": 1, "created_at": "2026-03-02T14:05:00Z", "updated_at": "2026-03-02T14:05:00Z",
        }))
        .unwrap()
    }

    #[test]
    fn only_what_differs_is_sent_and_what_was_taken_away_is_null() {
        let now = json!({"provider": "openai", "model_id": "n"});
        let patch = json!(changes(Some(&binding()), &now));
        assert_eq!(patch, json!({"model_id": "n", "organization": null}));
        assert_eq!(json!(changes(None, &now)), now);
    }
}
