//! The pages that are not in the first download, each with its chunk. The list of credentials, where most visits begin,
//! the frame and what all pages share are in the module itself.

#![cfg_attr(
    all(chunks, target_arch = "wasm32"),
    allow(missing_docs, reason = "wasm_split adds functions without documentation")
)]

use leptos::prelude::*;

use crate::{
    accounts::{AccountPage, SetUpPage, SignInPage, WelcomePage},
    ai::TryPage,
    audit::AuditPage,
    credentials::CredentialPage,
    help::{HelpIndexPage, HelpPage, HelpTopic},
    mcp_servers::McpServersPage,
    model_bindings::ModelBindingsPage,
    ui::{NotFetched, chunk},
    users::UsersPage,
};

chunk! {
    /// Signing in.
    pub async fn sign_in() in accounts, fetched by fetch_sign_in { view! { <SignInPage /> }.into_any() }
}

chunk! {
    /// Setting up.
    pub async fn set_up() in accounts, fetched by fetch_set_up { view! { <SetUpPage /> }.into_any() }
}

chunk! {
    /// Choosing a password with a link.
    pub async fn welcome() in accounts, fetched by fetch_welcome { view! { <WelcomePage /> }.into_any() }
}

chunk! {
    /// One's own account.
    pub async fn account() in account, fetched by fetch_account { view! { <AccountPage /> }.into_any() }
}

chunk! {
    /// The list of users.
    pub async fn users() in users, fetched by fetch_users { view! { <UsersPage /> }.into_any() }
}

chunk! {
    /// One credential.
    pub async fn credential() in credential, fetched by fetch_credential { view! { <CredentialPage /> }.into_any() }
}

chunk! {
    /// The list of MCP servers.
    pub async fn mcp_servers() in mcp_servers, fetched by fetch_mcp_servers { view! { <McpServersPage /> }.into_any() }
}

chunk! {
    /// The list of model bindings.
    pub async fn model_bindings() in model_bindings, fetched by fetch_model_bindings {
        view! { <ModelBindingsPage /> }.into_any()
    }
}

chunk! {
    /// Trying a model binding.
    pub async fn try_model() in model_bindings, fetched by fetch_try_model { view! { <TryPage /> }.into_any() }
}

chunk! {
    /// The audit trail.
    pub async fn audit() in audit, fetched by fetch_audit { view! { <AuditPage /> }.into_any() }
}

chunk! {
    /// A page of the help, or its index.
    pub async fn help(topic: Option<HelpTopic>) in help, fetched by fetch_help {
        match topic {
            None => view! { <HelpIndexPage /> }.into_any(),
            Some(topic) => view! { <HelpPage topic /> }.into_any(),
        }
    }
}

/// Fetches the chunk of a page before the server's markup is brought to life: that must happen at once.
///
/// # Errors
/// [`NotFetched`] where the server does not answer, or has another build by now.
pub async fn fetch_for(path: &str) -> Result<(), NotFetched> {
    let mut parts = path.trim_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.next()) {
        ("sign-in", _) => fetch_sign_in().await?,
        ("account", _) => fetch_account().await?,
        ("users", _) => fetch_users().await?,
        ("welcome", _) => fetch_welcome().await?,
        ("set-up", _) => fetch_set_up().await?,
        ("credentials", Some(_)) => fetch_credential().await?,
        ("audit", _) => fetch_audit().await?,
        ("help", _) => fetch_help().await?,
        ("mcp-servers", _) => fetch_mcp_servers().await?,
        ("model-bindings", Some(_)) => fetch_try_model().await?,
        ("model-bindings", None) => fetch_model_bindings().await?,
        _ => {}
    }
    Ok(())
}
