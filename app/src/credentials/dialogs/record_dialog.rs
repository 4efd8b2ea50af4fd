//! A dialog about one credential: fetched first, so that it begins with the newest revision.

use contract::accounts::{Action, Resource};
use contract::credentials::{Credential, CredentialId};
use contract::problem::Problem;
use leptos::prelude::*;

use super::{Done, delete::DeleteCredentialDialog, edit::EditCredentialDialog, hosts::AllowedHostsDialog, route::Kind};
use crate::{
    accounts::use_me,
    api::{ClientError, ReadClient},
    credentials::messages,
    ui::{LoadingDialog, MessageDialog, problem_text::error_words},
};

/// Fetches a credential, then shows its dialog.
#[component]
pub fn CredentialDialog(
    kind: Kind,
    id: CredentialId,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let client = ReadClient::from_context();
    let me = StoredValue::new(use_me());
    let allowed = move |credential: &Credential| {
        let action = match kind {
            Kind::Edit | Kind::Rename | Kind::Hosts => Action::Update,
            Kind::Delete => Action::Delete,
        };
        let owner = Some(credential.owner.id);
        me.with_value(|me| {
            me.as_ref()
                .is_some_and(|me| me.may(Resource::Credentials, action, owner))
        })
    };
    let found = LocalResource::new(move || {
        let client = client.clone();
        async move { client.credential(id).await }
    });
    move || match found.get() {
        None => view! { <LoadingDialog words=messages::loading() on_close /> }.into_any(),
        Some(Ok(credential)) if !allowed(&credential) => {
            let error = ClientError::Problem(Box::new(Problem::local("forbidden", 403)));
            view! { <NotThere error on_close /> }.into_any()
        }
        Some(Ok(credential)) => match kind {
            Kind::Edit => view! { <EditCredentialDialog credential rename_only=false on_close on_done /> }.into_any(),
            Kind::Rename => view! { <EditCredentialDialog credential rename_only=true on_close on_done /> }.into_any(),
            Kind::Hosts => view! { <AllowedHostsDialog credential on_close on_done /> }.into_any(),
            Kind::Delete => view! { <DeleteCredentialDialog credential on_close on_done /> }.into_any(),
        },
        Some(Err(error)) => view! { <NotThere error on_close /> }.into_any(),
    }
}

/// Says why there is no dialog.
#[component]
fn NotThere(error: ClientError, on_close: Callback<()>) -> impl IntoView {
    let (title, words) = match error.slug() {
        Some("not-found") => (messages::gone(), messages::gone_help().to_owned()),
        Some("forbidden") => (messages::not_allowed(), error_words(&error)),
        _ => (messages::could_not_be_loaded(), error_words(&error)),
    };
    view! { <MessageDialog title words on_close /> }
}
