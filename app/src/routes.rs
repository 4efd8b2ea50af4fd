//! The root component and every route of the site.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    PageRequest,
    accounts::{AccountPage, SetUpPage, SignInPage, WelcomePage, provide_me},
    audit::AuditPage,
    credentials::{CredentialPage, CredentialsPage},
    help::{HelpIndexPage, HelpPage, HelpTopic},
    mcp_servers::McpServersPage,
    shell::{NotFoundPage, Shell, text},
    ui::{SignInAgain, provide_dialogs, provide_hydrated, provide_toasts},
    users::UsersPage,
};

/// The app: on the server inside the document, in the browser inside its body.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_hydrated();
    provide_toasts();
    // Before the router: its guard must hear of Back first.
    provide_dialogs();
    provide_context(SignInAgain::default());
    provide_me(|| use_context::<PageRequest>().and_then(|request| request.me));
    view! {
        <Title formatter=|title: String| text::document_title(&title) />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/set-up") view=SetUpPage ssr=SsrMode::Async />
                <Route path=path!("/welcome") view=WelcomePage ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Shell ssr=SsrMode::Async>
                    <Route path=path!("/") view=|| view! { <Redirect path="/credentials" /> } ssr=SsrMode::Async />
                    <Route path=path!("/credentials") view=CredentialsPage ssr=SsrMode::Async />
                    <Route path=path!("/credentials/:id") view=CredentialPage ssr=SsrMode::Async />
                    <Route path=path!("/mcp-servers") view=|| view! { <McpServersPage /> }.into_any() ssr=SsrMode::Async />
                    <Route path=path!("/audit") view=|| view! { <AuditPage /> }.into_any() ssr=SsrMode::Async />
                    <Route path=path!("/help") view=|| view! { <HelpIndexPage /> }.into_any() ssr=SsrMode::Async />
                    <Route path=path!("/help/credentials") view=|| help(HelpTopic::Credentials) ssr=SsrMode::Async />
                    <Route path=path!("/help/mcp-servers") view=|| help(HelpTopic::McpServers) ssr=SsrMode::Async />
                    <Route path=path!("/help/audit") view=|| help(HelpTopic::Audit) ssr=SsrMode::Async />
                    <Route path=path!("/users") view=|| view! { <UsersPage /> }.into_any() ssr=SsrMode::Async />
                    <Route path=path!("/account") view=|| view! { <AccountPage /> }.into_any() ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

fn help(topic: HelpTopic) -> AnyView {
    view! { <HelpPage topic /> }.into_any()
}
