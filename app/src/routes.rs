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
    accounts::provide_me,
    chunks,
    credentials::CredentialsPage,
    help::HelpTopic,
    shell::{NotFoundPage, Shell, text},
    ui::{SignInAgain, lazily, provide_dialogs, provide_hydrated, provide_toasts},
};

/// The addresses of all pages, as the server's router writes them. A list of its own, since to ask the app for its routes
/// is to run it.
pub const PAGES: [&str; 18] = [
    "/sign-in",
    "/set-up",
    "/welcome",
    "/credentials",
    "/credentials/{id}",
    "/mcp-servers",
    "/model-bindings",
    "/model-bindings/{id}/try",
    "/audit",
    "/help",
    "/help/credentials",
    "/help/mcp-servers",
    "/help/model-bindings",
    "/help/users",
    "/help/forms",
    "/help/audit",
    "/users",
    "/account",
];

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
                <Route path=path!("/sign-in") view=|| lazily(chunks::sign_in()) ssr=SsrMode::Async />
                <Route path=path!("/set-up") view=|| lazily(chunks::set_up()) ssr=SsrMode::Async />
                <Route path=path!("/welcome") view=|| lazily(chunks::welcome()) ssr=SsrMode::Async />
                <ParentRoute path=path!("") view=Shell ssr=SsrMode::Async>
                    <Route path=path!("/") view=|| view! { <Redirect path="/credentials" /> } ssr=SsrMode::Async />
                    <Route path=path!("/credentials") view=CredentialsPage ssr=SsrMode::Async />
                    <Route path=path!("/credentials/:id") view=|| lazily(chunks::credential()) ssr=SsrMode::Async />
                    <Route path=path!("/mcp-servers") view=|| lazily(chunks::mcp_servers()) ssr=SsrMode::Async />
                    <Route path=path!("/model-bindings") view=|| lazily(chunks::model_bindings()) ssr=SsrMode::Async />
                    <Route
                        path=path!("/model-bindings/:id/try")
                        view=|| lazily(chunks::try_model())
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/audit") view=|| lazily(chunks::audit()) ssr=SsrMode::Async />
                    <Route path=path!("/help") view=|| lazily(chunks::help(None)) ssr=SsrMode::Async />
                    <Route path=path!("/help/credentials") view=|| help(HelpTopic::Credentials) ssr=SsrMode::Async />
                    <Route path=path!("/help/mcp-servers") view=|| help(HelpTopic::McpServers) ssr=SsrMode::Async />
                    <Route
                        path=path!("/help/model-bindings")
                        view=|| help(HelpTopic::ModelBindings)
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/help/users") view=|| help(HelpTopic::Users) ssr=SsrMode::Async />
                    <Route path=path!("/help/forms") view=|| help(HelpTopic::Forms) ssr=SsrMode::Async />
                    <Route path=path!("/help/audit") view=|| help(HelpTopic::Audit) ssr=SsrMode::Async />
                    <Route path=path!("/users") view=|| lazily(chunks::users()) ssr=SsrMode::Async />
                    <Route path=path!("/account") view=|| lazily(chunks::account()) ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

fn help(topic: HelpTopic) -> AnyView {
    lazily(chunks::help(Some(topic)))
}
