//! The page of one's own account: name, password, sessions.

mod name;
mod password;
mod sessions;

use leptos::prelude::*;

use super::super::messages;
use crate::{accounts::use_me, help::HelpTopic, page::PageHeader};

/// One's own account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let email = use_me().map(|me| me.email).unwrap_or_default();
    view! {
        <PageHeader title=messages::account() about=messages::account_about(&email) help=HelpTopic::Users />
        <div class="account-page">
            <name::NameCard />
            <password::PasswordCard />
            <sessions::SessionsCard />
        </div>
    }
}
