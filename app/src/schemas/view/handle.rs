//! A page's hold on a generated form.

use std::collections::BTreeMap;

use contract::credentials::{CredentialId, CredentialState, CredentialSummary};
use contract::problem::Violation;
use contract::schemas::{Content, Draft, Entry, Field, Form, Shown};
use leptos::prelude::*;
use serde_json::Value;

use crate::credentials::picker::PickerHandle;
use crate::destination::Destination;

/// Gives the destination of the form's credentials.
pub type DestinationOf = fn(&Value) -> Option<Destination>;

/// Rules that no schema can say.
pub type Rules = fn(&Value) -> Vec<Violation>;

/// What stands in a [`SchemaForm`](super::SchemaForm). The page makes it, fills it, and reads it.
#[derive(Clone, Copy, Debug)]
pub struct FormHandle {
    kept: StoredValue<Kept>,
    pub(super) draft: RwSignal<Draft>,
    /// What stood in it when a field was left last: what a credential is chosen for.
    pub(super) settled: RwSignal<Draft>,
    pub(super) faults: RwSignal<BTreeMap<String, String>>,
}

/// What no view follows.
#[derive(Debug)]
struct Kept {
    id: String,
    form: Form,
    pickers: BTreeMap<String, PickerHandle>,
    begun: Draft,
    destination: Option<DestinationOf>,
    rules: Rules,
}

impl FormHandle {
    /// An empty form. `id` begins the ids of its controls: unique in the page. Call it in the component that owns
    /// the form.
    pub fn new(form: Form, id: impl Into<String>) -> Self {
        let mut pickers = BTreeMap::new();
        collect_pickers(&form, "", &mut pickers);
        Self {
            kept: StoredValue::new(Kept {
                id: id.into(),
                form,
                pickers,
                begun: Draft::default(),
                destination: None,
                rules: |_| Vec::new(),
            }),
            draft: RwSignal::new(Draft::default()),
            settled: RwSignal::new(Draft::default()),
            faults: RwSignal::new(BTreeMap::new()),
        }
    }

    /// Says where the credentials go; without it, to the first address in the form.
    pub fn leading_to(self, destination: DestinationOf) -> Self {
        self.kept.update_value(|kept| kept.destination = Some(destination));
        self
    }

    /// Adds rules that the server has beyond the schema.
    pub fn with_rules(self, rules: Rules) -> Self {
        self.kept.update_value(|kept| kept.rules = rules);
        self
    }

    /// Fills the form with a value. `credentials` are the ones in it, by what the server says of them.
    pub fn load(self, value: &Value, credentials: &[CredentialSummary]) {
        let draft = self.with_form(|form| Draft::of(form, value));
        for (pointer, picker) in self.pickers() {
            let id = draft.text(&pointer).parse::<CredentialId>().ok();
            picker.reset(id.map(|id| {
                let known = credentials.iter().find(|credential| credential.id == id);
                known.cloned().unwrap_or_else(|| hidden(id))
            }));
        }
        self.kept.update_value(|kept| kept.begun = draft.clone());
        self.settled.set(draft.clone());
        self.draft.set(draft);
        self.faults.set(BTreeMap::new());
    }

    /// Forgets what was changed against: the form is as if it had been filled by hand.
    pub fn begin_from(self, value: &Value) {
        self.kept.update_value(|kept| kept.begun = Draft::of(&kept.form, value));
    }

    /// What stands in it, with what is chosen in its pickers. Tracked.
    pub fn draft(self) -> Draft {
        let mut draft = self.draft.get();
        self.with_choices(&mut draft);
        draft
    }

    /// What it holds, whether it fits or not. Tracked.
    pub fn value(self) -> Value {
        let draft = self.draft();
        self.with_form(|form| draft.value(form).0)
    }

    /// Whether something would be lost by closing it, asked once.
    pub fn is_dirty(self) -> bool {
        untrack(|| {
            let draft = self.draft();
            self.unpicked() || self.kept.with_value(|kept| draft != kept.begun)
        })
    }

    /// The destination of the credentials, as of the last field that was left. Tracked.
    pub fn destination(self) -> Option<Destination> {
        self.destination_of(&self.settled_value())
    }

    /// What it held when a field was left last. Tracked.
    pub fn settled_value(self) -> Value {
        let settled = self.settled.get();
        self.with_form(|form| settled.value(form).0)
    }

    /// The same for what stands there now. Tracked.
    pub fn typed_destination(self) -> Option<Destination> {
        self.destination_of(&self.value())
    }

    /// What is chosen in the picker of a field. Tracked.
    pub fn credential(self, pointer: &str) -> Option<CredentialSummary> {
        self.picker(pointer)?.selected()
    }

    /// The form was saved: credentials that were created in it are in use.
    pub fn saved(self) {
        for picker in self.pickers().into_values() {
            picker.referrer_saved();
        }
    }

    /// The id of a control.
    pub fn control(self, pointer: &str) -> String {
        self.kept
            .with_value(|kept| format!("{}{}", kept.id, pointer.replace('/', "-")))
    }

    /// The picker of a field.
    pub fn picker(self, pointer: &str) -> Option<PickerHandle> {
        self.kept.with_value(|kept| kept.pickers.get(pointer).copied())
    }

    pub(super) fn with_form<T>(self, read: impl FnOnce(&Form) -> T) -> T {
        self.kept.with_value(|kept| read(&kept.form))
    }

    pub(super) fn pickers(self) -> BTreeMap<String, PickerHandle> {
        self.kept.with_value(|kept| kept.pickers.clone())
    }

    /// The rules beyond the schema.
    pub(super) fn rules(self) -> Rules {
        self.kept.with_value(|kept| kept.rules)
    }

    fn destination_of(self, value: &Value) -> Option<Destination> {
        self.kept.with_value(|kept| match kept.destination {
            Some(destination) => destination(value),
            None => first_address(&kept.form, value),
        })
    }

    /// What stands in a field. Tracked.
    pub(super) fn entry(self, pointer: &str) -> Option<Entry> {
        self.draft.with(|draft| draft.entry(pointer).cloned())
    }

    pub(super) fn set(self, pointer: &str, entry: Entry) {
        self.draft.update(|draft| draft.set(pointer, entry));
    }

    /// Whether a field of the object at `base` is on the page. Tracked.
    pub(super) fn shown(self, base: &str, field: &Field) -> Shown {
        self.draft.with(|draft| {
            self.with_form(|form| {
                let object = object_at(form, base).unwrap_or(form);
                draft.shown(object, base, field)
            })
        })
    }

    pub(super) fn with_choices(self, draft: &mut Draft) {
        for (pointer, picker) in self.pickers() {
            let id = picker.selected_id().map(|id| id.to_string());
            draft.set(&pointer, Entry::Text(id.unwrap_or_default()));
        }
    }

    /// Whether text in a picker stands for nothing. Tracked.
    fn unpicked(self) -> bool {
        self.pickers().values().any(PickerHandle::has_unpicked_text)
    }
}

/// The form of the object at a pointer.
pub(super) fn object_at<'a>(form: &'a Form, base: &str) -> Option<&'a Form> {
    if base.is_empty() {
        return Some(form);
    }
    match &form.field_at(base)?.0.content {
        Content::Object(inner) => Some(inner),
        _ => None,
    }
}

fn collect_pickers(form: &Form, at: &str, pickers: &mut BTreeMap<String, PickerHandle>) {
    for field in &form.fields {
        let at = format!("{at}/{}", field.name);
        match &field.content {
            Content::Credential => drop(pickers.insert(at, PickerHandle::new(None))),
            Content::Object(inner) => collect_pickers(inner, &at, pickers),
            _ => {}
        }
    }
}

/// A credential of which nothing is known but that it is chosen.
fn hidden(id: CredentialId) -> CredentialSummary {
    CredentialSummary {
        id,
        state: CredentialState::Hidden,
        name: None,
        owner: None,
        deleted_by: None,
        deleted_at: None,
    }
}

/// The destination of the first address in a value, in the order of the form. A text that reads like an address is none.
fn first_address(form: &Form, value: &Value) -> Option<Destination> {
    form.fields.iter().find_map(|field| {
        let value = value.get(&field.name)?;
        match &field.content {
            Content::Url => Destination::of_address(value.as_str()?),
            Content::Object(inner) => first_address(inner, value),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use contract::schemas::Form;
    use serde_json::json;

    use super::first_address;

    #[test]
    fn the_first_address_is_that_of_the_first_url_field_of_the_form() {
        let url = |order: u32| json!({"type": "string", "format": "uri", "x-ui": {"widget": "url", "order": order}});
        let schema = json!({"type": "object", "properties": {
            "a_note": {"type": "string", "x-ui": {"order": 1}},
            "b_last": url(4),
            "c_first": {"type": "object", "properties": {"inside": url(1)}, "x-ui": {"widget": "object", "order": 2}},
            "d_second": url(3),
        }});
        let form = Form::parse(&schema).unwrap_or_else(|fault| panic!("{fault}"));
        let mut value = json!({
            "a_note": "https://note.example.com/", "b_last": "https://last.example.com/",
            "c_first": {"inside": "https://first.example.com/"}, "d_second": "https://second.example.com/",
        });
        let host = |value: &serde_json::Value| first_address(&form, value).map(|to| to.host());
        assert_eq!(host(&value).as_deref(), Some("first.example.com"));
        // Not filled yet.
        value["c_first"] = json!({});
        assert_eq!(host(&value).as_deref(), Some("second.example.com"));
        assert_eq!(host(&json!({"a_note": "https://note.example.com/"})), None);
    }
}
