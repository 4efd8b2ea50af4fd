//! The dialog around the form.

use contract::accounts::{Action, Resource};
use contract::model_bindings::{ModelBinding, ModelBindingId};
use contract::schemas::Form;
use leptos::prelude::*;

use super::fields::FormFields;
use super::model::BindingForm;
use crate::accounts::use_me;
use crate::api::ReadClient;
use crate::credential_forms::LoadingBody;
use crate::model_bindings::messages;
use crate::ui::{Dialog, focus_autofocus, problem_text, use_toasts};

/// What the form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOf {
    New,
    Saved(ModelBindingId),
}

/// Adds or edits a model binding.
#[component]
pub fn ModelBindingDialog(
    of: FormOf,
    /// It was saved.
    on_saved: Callback<ModelBinding>,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let form = RwSignal::new(None::<BindingForm>);
    let failure = RwSignal::new(None::<String>);
    let toasts = use_toasts();
    let me = StoredValue::new(use_me());
    let client = StoredValue::new(ReadClient::from_context());
    // The form belongs to the dialog, and not to the task that fetches its schema.
    let owner = StoredValue::new(Owner::current());
    let load = move || {
        failure.set(None);
        let client = client.get_value();
        leptos::task::spawn_local(async move {
            match fetch(&client, of).await {
                Ok((schema, before)) => {
                    let may_change = before.as_ref().is_none_or(|before| {
                        me.try_get_value()
                            .flatten()
                            .is_some_and(|me| me.may(Resource::ModelBindings, Action::Update, Some(before.owner.id)))
                    });
                    // The dialog may be closed by now.
                    let Some(Some(owner)) = owner.try_get_value() else {
                        return;
                    };
                    if may_change {
                        let made = owner.with(|| BindingForm::new(schema, before));
                        let _ = form.try_set(Some(made));
                        focus_autofocus();
                    } else {
                        let _ = failure.try_set(Some(messages::not_yours().to_owned()));
                    }
                }
                Err(error) => drop(failure.try_set(Some(problem_text::error_words(&error)))),
            }
        });
    };
    Effect::new(load);
    let on_retry = Callback::new(move |()| load());
    let title = Signal::derive(move || match (of, form.get().and_then(|form| form.before.get())) {
        (FormOf::New, _) => messages::add().to_owned(),
        (FormOf::Saved(_), Some(binding)) => messages::edit(&binding.name),
        (FormOf::Saved(_), None) => messages::edit(messages::a_binding()),
    });
    let saved = Callback::new(move |binding: ModelBinding| {
        toasts.say(match of {
            FormOf::New => messages::added(&binding.name),
            FormOf::Saved(_) => messages::saved(&binding.name),
        });
        on_saved.run(binding);
    });
    let is_dirty = Callback::new(move |()| form.get_untracked().is_some_and(BindingForm::is_dirty));
    view! {
        <Dialog title is_dirty on_close>
            {move || match form.get() {
                Some(form) => view! { <FormFields form on_saved=saved /> }.into_any(),
                None => view! { <LoadingBody failure=failure.into() on_retry /> }.into_any(),
            }}
        </Dialog>
    }
}

/// A list may be old: what is edited is what the server has now.
async fn fetch(client: &ReadClient, of: FormOf) -> Result<(Form, Option<ModelBinding>), crate::api::ClientError> {
    let before = match of {
        FormOf::New => None,
        FormOf::Saved(id) => Some(client.model_binding(id).await?),
    };
    let mut forms = client.forms(&["model_settings"]).await?;
    let schema = forms.pop().ok_or(crate::api::ClientError::Unreadable)?;
    Ok((schema, before))
}
