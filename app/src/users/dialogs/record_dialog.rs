//! A dialog about one user: fetched first, so that it begins with the newest revision.

use contract::accounts::UserId;
use leptos::prelude::*;

use super::{
    Done, Kind, delete::DeleteUserDialog, edit::EditUserDialog, link::NewLinkDialog, switch::SwitchUserDialog,
};
use crate::{
    accounts::use_me,
    api::{ClientError, ReadClient},
    ui::{LoadingDialog, MessageDialog, problem_text::error_words},
    users::messages,
};

/// Fetches a user, then shows the dialog.
#[component]
pub fn UserDialog(kind: Kind, id: UserId, on_close: Callback<()>, on_done: Callback<Done>) -> impl IntoView {
    let client = ReadClient::from_context();
    let is_own = use_me().is_some_and(|me| me.id == id);
    let found = LocalResource::new(move || {
        let client = client.clone();
        async move { client.user(id).await }
    });
    move || match found.get() {
        None => view! { <LoadingDialog words=messages::loading() on_close /> }.into_any(),
        Some(Ok(_)) if is_own && kind != Kind::Edit => {
            view! { <MessageDialog title=messages::not_yourself() words=messages::not_yourself_help() on_close /> }
                .into_any()
        }
        Some(Ok(user)) => match kind {
            Kind::Edit => view! { <EditUserDialog user is_own on_close on_done /> }.into_any(),
            Kind::Link => view! { <NewLinkDialog user on_close on_done /> }.into_any(),
            Kind::Switch => view! { <SwitchUserDialog user on_close on_done /> }.into_any(),
            Kind::Delete => view! { <DeleteUserDialog user on_close on_done /> }.into_any(),
        },
        Some(Err(error)) => {
            let (title, words) = not_there(&error);
            view! { <MessageDialog title words on_close /> }.into_any()
        }
    }
}

fn not_there(error: &ClientError) -> (&'static str, String) {
    if error.slug() == Some("not-found") {
        (messages::gone(), messages::gone_help().to_owned())
    } else {
        (messages::could_not_be_loaded(), error_words(error))
    }
}
