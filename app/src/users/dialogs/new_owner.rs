//! The choice of the user who gets what another one owned.

use contract::accounts::UserId;
use contract::api::Query;
use contract::users::{User, UserState};
use leptos::prelude::*;

use crate::{
    accounts::use_me,
    api::ReadClient,
    ui::{FieldFrame, FieldIds, TextField},
    users::messages,
};

/// The id of the control, for moving the focus to it.
pub const NEW_OWNER_ID: &str = "new-owner";
/// How many are listed at once; with more of them there is a field that narrows.
const LISTED: u32 = 100;

/// A list of users to choose from, narrowed where there are many.
#[component]
pub fn NewOwnerField(
    leaving: UserId,
    new_owner: RwSignal<Option<UserId>>,
    /// What is wrong, if anything.
    error: RwSignal<Option<String>>,
) -> impl IntoView {
    let client = ReadClient::from_context();
    let own = use_me().map(|me| me.id);
    let search = RwSignal::new(String::new());
    let found = LocalResource::new(move || {
        let client = client.clone();
        let query = Query {
            search: Some(search.get().trim().to_owned()).filter(|search| !search.is_empty()),
            limit: Some(LISTED),
            ..Query::default()
        };
        async move { client.users(&query).await.ok() }
    });
    let many = RwSignal::new(false);
    let listed = Memo::new(move |before: Option<&Vec<User>>| match found.get().flatten() {
        Some(page) => page
            .items
            .into_iter()
            .filter(|user| user.id != leaving && user.state != UserState::Disabled)
            .collect(),
        None => before.cloned().unwrap_or_default(),
    });
    Effect::new(move || {
        if found.get().flatten().is_some_and(|page| page.total > i64::from(LISTED)) {
            many.set(true);
        }
        // Whoever is not in the list any more is not chosen any more.
        let there = listed.with(|listed| listed.iter().any(|user| Some(user.id) == new_owner.get_untracked()));
        if !there && listed.with(|listed| !listed.is_empty()) {
            new_owner.set(None);
        }
    });
    let ids = FieldIds::of(NEW_OWNER_ID);
    let described = {
        let ids = ids.clone();
        move || ids.described_by(false, error.get().is_some())
    };
    view! {
        <Show when=move || many.get()>
            <TextField label=messages::narrow() value=search />
        </Show>
        <FieldFrame ids label=messages::new_owner() error>
            <select
                class="select field-select"
                id=NEW_OWNER_ID
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                on:change=move |event| {
                    error.set(None);
                    new_owner.set(event_target_value(&event).parse().ok());
                }
            >
                <option value="" selected=move || new_owner.get().is_none()>
                    {move || {
                        let nobody = !search.with(String::is_empty) && listed.with(Vec::is_empty);
                        if nobody { messages::no_matching_users() } else { messages::choose_user() }
                    }}
                </option>
                <For each=move || listed.get() key=|user| user.id let:user>
                    <option value=user.id.to_string() selected=move || new_owner.get() == Some(user.id)>
                        {messages::user_option(&user.name, &user.email, Some(user.id) == own)}
                    </option>
                </For>
            </select>
        </FieldFrame>
    }
}
