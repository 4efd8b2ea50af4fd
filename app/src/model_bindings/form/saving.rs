//! Saving the form.

use contract::accounts::UserId;
use contract::api::Query;
use contract::model_bindings::ModelBinding;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::fields::NAME_ID;
use super::model::{BindingForm, SETTINGS, settings_of};
use crate::accounts::use_me;
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::ui::{WriteOutcome, focus_element};

impl BindingForm {
    /// Saves; the focus goes to the first wrong field where it cannot, and the saved binding to `done`.
    pub(super) fn submit(self, done: Callback<ModelBinding>) {
        let name = self.check_name();
        let settings = self.settings.check();
        let settings = match (name, settings) {
            (false, _) => return focus_element(NAME_ID),
            (true, Err(pointer)) => return self.settings.focus(&pointer),
            (true, Ok(settings)) => settings,
        };
        let before = self.before.get_untracked();
        let sent_name = self.name.get_untracked().trim().to_owned();
        let me = use_me().map(|me| me.id);
        let client = self.client.get_value();
        let (sent, sent_before) = (settings.clone(), before.clone());
        self.save.run(
            move || {
                let (input, before) = (self.input(&sent), sent_before.clone());
                async move {
                    match before {
                        None => WriteClient.create_model_binding(&input).await,
                        Some(before) => {
                            WriteClient
                                .update_model_binding(before.id, before.revision, &input)
                                .await
                        }
                    }
                }
            },
            {
                let settings = settings.clone();
                move || look_for(client.clone(), sent_name.clone(), settings.clone(), before.clone(), me)
            },
            move |saved| done.run(saved),
            move || self.show_problem(settings),
        );
    }

    /// Puts what the server refused to the fields that it is about.
    fn show_problem(self, settings: Value) {
        let Some(problem) = untrack(|| self.save.problem()) else {
            return;
        };
        let name = problem.field("/name").map(|fault| fault.detail.clone());
        let is_name = name.is_some();
        self.name_fault.set(name);
        let refused = self.consent.note(settings, &problem);
        let first = if refused {
            None
        } else {
            self.settings.show_problem(&problem, SETTINGS)
        };
        if is_name {
            focus_element(NAME_ID);
        } else if let Some(pointer) = first {
            self.settings.focus(&pointer);
        }
    }

    /// Fetches what somebody else saved, and lays what was changed here over it.
    pub(super) fn take_over(self) {
        let Some(before) = self.before.get_untracked() else {
            return;
        };
        let client = self.client.get_value();
        spawn_local(async move {
            // Where this fails, the form says no less than before, and the button is still there.
            let Ok(theirs) = client.model_binding(before.id).await else {
                return;
            };
            let mine = untrack(|| self.settings.value());
            let merged = on_top_of(&settings_of(&before), &settings_of(&theirs), &mine);
            let name = self.name.get_untracked();
            let keeps_name = name.trim() != before.name;
            let known: Vec<_> = untrack(|| self.settings.credential(super::model::API_KEY))
                .into_iter()
                .chain(theirs.credential.clone())
                .collect();
            self.settings.load(&merged, &known);
            self.settings.begin_from(&settings_of(&theirs));
            if !keeps_name {
                self.name.set(theirs.name.clone());
            }
            self.before.set(Some(theirs));
            self.save.reset();
        });
    }
}

/// Theirs, with what I changed on top.
fn on_top_of(before: &Value, theirs: &Value, mine: &Value) -> Value {
    let mut merged = theirs.clone();
    let names = |value: &Value| {
        value
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys().cloned())
            .collect::<Vec<_>>()
    };
    let Some(map) = merged.as_object_mut() else {
        return mine.clone();
    };
    for name in names(before).into_iter().chain(names(mine)) {
        if before.get(&name) != mine.get(&name) {
            match mine.get(&name) {
                Some(value) => drop(map.insert(name, value.clone())),
                None => drop(map.remove(&name)),
            }
        }
    }
    merged
}

/// The answer was lost: does the server have what was sent?
async fn look_for(
    client: ReadClient,
    name: String,
    settings: Value,
    before: Option<ModelBinding>,
    me: Option<UserId>,
) -> Result<WriteOutcome<ModelBinding>, ClientError> {
    let found = if let Some(before) = before {
        let now = client.model_binding(before.id).await?;
        (now.revision > before.revision).then_some(now)
    } else {
        let query = Query {
            search: Some(name.clone()),
            sort: Some("-created_at".to_owned()),
            ..Query::default()
        };
        let page = client.model_bindings(&query).await?;
        page.items.into_iter().find(|binding| Some(binding.owner.id) == me)
    };
    Ok(found
        .filter(|binding| binding.name == name && settings_of(binding) == settings)
        .map_or(WriteOutcome::NotSaved, WriteOutcome::Saved))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::on_top_of;

    #[test]
    fn what_i_changed_is_laid_over_what_they_changed() {
        let before = json!({"provider": "openai", "model_id": "m", "organization": "o"});
        let theirs = json!({"provider": "openai", "model_id": "theirs", "organization": "o", "base_url": "u"});
        let mine = json!({"provider": "xai", "model_id": "m"});
        assert_eq!(
            on_top_of(&before, &theirs, &mine),
            json!({"provider": "xai", "model_id": "theirs", "base_url": "u"})
        );
    }
}
