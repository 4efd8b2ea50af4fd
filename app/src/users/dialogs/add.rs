//! Adding a user.

use contract::accounts::{Role, SignUpLink};
use contract::api::Query;
use contract::users::{CreateUser, User};
use leptos::prelude::*;

use super::{
    Done,
    fields::{EmailField, Faults, NameField, RoleChoice, chosen},
    link::LinkShown,
};
use crate::{
    api::{ClientError, ReadClient, WriteClient},
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, GeneralError, Save, WriteOutcome,
        use_toasts,
    },
    users::messages,
};

/// The role that stands there at first.
const USUAL_ROLE: Role = Role::Manager;

/// The dialog that adds a user, and then shows the link once.
#[component]
pub fn AddUserDialog(on_close: Callback<()>, on_done: Callback<Done>) -> impl IntoView {
    let (name, email) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let role = RwSignal::new(USUAL_ROLE.as_str());
    let made = RwSignal::new(None::<(String, SignUpLink)>);
    let is_dirty = Callback::new(move |()| {
        made.with_untracked(Option::is_none)
            && !(name.with_untracked(String::is_empty)
                && email.with_untracked(String::is_empty)
                && role.get_untracked() == USUAL_ROLE.as_str())
    });
    let title = Signal::derive(move || {
        made.with(|made| match made {
            Some((name, _)) => messages::link_title(name),
            None => messages::add().to_owned(),
        })
    });
    view! {
        <Dialog title is_dirty on_close>
            {move || match made.get() {
                Some((name, link)) => view! { <LinkShown name link /> }.into_any(),
                None => view! { <AddForm name email role made on_done /> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn AddForm(
    name: RwSignal<String>,
    email: RwSignal<String>,
    role: RwSignal<&'static str>,
    made: RwSignal<Option<(String, SignUpLink)>>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let faults = Faults::new();
    let submit = Callback::new(move |()| {
        if !faults.check(&name.get_untracked(), Some(&email.get_untracked())) {
            return;
        }
        let address = StoredValue::new(email.get_untracked().trim().to_owned());
        save.run(
            move || {
                let input = CreateUser {
                    email: address.get_value(),
                    name: name.get_untracked().trim().to_owned(),
                    role: chosen(role),
                };
                async move {
                    let created = WriteClient.create_user(&input).await?;
                    Ok((created.user, Some(created.link)))
                }
            },
            move || look(client.get_value(), address.get_value()),
            move |(user, link): (User, Option<SignUpLink>)| {
                on_done.run(Done::Saved);
                if let Some(link) = link {
                    made.set(Some((user.name, link)));
                } else {
                    dialog.close();
                    toasts.say(messages::added_without_link(&user.name));
                }
            },
            move || {
                if let Some(problem) = save.problem() {
                    faults.take_from(&problem);
                }
            },
        );
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <ErrorSummary issues=faults.issues() />
                <EmailField email faults />
                <NameField name faults />
                <RoleChoice role />
            </DialogBody>
            <GeneralError state=save.state() pointers=&["/name", "/email"] />
            <DialogFooter save=messages::add_and_get_link() busy=save.busy() />
        </DialogForm>
    }
}

/// Looks for an account whose answer was lost; the link in it is lost, too.
async fn look(client: ReadClient, email: String) -> Result<WriteOutcome<(User, Option<SignUpLink>)>, ClientError> {
    let query = Query {
        search: Some(email.clone()),
        sort: Some("-created_at".to_owned()),
        ..Query::default()
    };
    let page = client.users(&query).await?;
    let found = page
        .items
        .into_iter()
        .find(|user| user.email.eq_ignore_ascii_case(&email) && user.revision == 1);
    Ok(found.map_or(WriteOutcome::NotSaved, |user| WriteOutcome::Saved((user, None))))
}
