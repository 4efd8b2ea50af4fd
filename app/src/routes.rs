//! The root component and the routes of the site.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode, StaticSegment,
    components::{ParentRoute, Redirect, Route, Router, Routes},
    path,
};

use crate::{
    PageRequest,
    accounts::provide_me,
    chunks,
    help::HelpTopic,
    page::document_title,
    page_table::page_table,
    shell::{NotFoundPage, Shell},
    ui::{SignInAgain, lazily, provide_dialogs, provide_hydrated, provide_toasts},
};

/// A page of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its path, with parameters as in `/credentials/:id`.
    pub path: &'static str,
    /// `true` if it is shown without signing in.
    pub public: bool,
}

impl Page {
    /// Its path as the server's router writes it: `/credentials/{id}`.
    pub fn route(&self) -> String {
        let part = |part: &str| {
            part.strip_prefix(':')
                .map_or(part.to_owned(), |name| format!("{{{name}}}"))
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// The component of a page, or the function that shows it when its chunk is there.
macro_rules! shown {
    ($name:ident, $area:ident::$view:ident) => {
        crate::$area::$view
    };
    ($name:ident, $area:ident::$view:ident, $chunk:ident) => {
        || lazily(chunks::$name::$name())
    };
}

macro_rules! routes {
    (
        signed_out { $($alone:ident($alone_path:tt, $alone_area:ident::$alone_view:ident in $alone_chunk:ident))* }
        signed_in { $($name:ident($path:tt, $area:ident::$view:ident $(in $chunk:ident)? $(, link $($link:ident)*)?))* }
        topics { $($topic:ident($file:literal, $($message:ident)*))* }
    ) => {
        /// All pages. Not asked of leptos, since to ask the app for its routes is to run it.
        pub const PAGES: &[Page] = &[
            $(Page { path: $alone_path, public: true },)*
            $(Page { path: $path, public: false },)*
            Page { path: "/help", public: true },
            $(Page { path: concat!("/help/", $file), public: true },)*
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
                <Title formatter=|title: String| document_title(&title) />
                <Router>
                    <Routes fallback=NotFoundPage>
                        $(<Route
                            path=path!($alone_path)
                            view=shown!($alone, $alone_area::$alone_view, $alone_chunk)
                            ssr=SsrMode::Async
                        />)*
                        <ParentRoute path=path!("") view=Shell ssr=SsrMode::Async>
                            <Route path=path!("/") view=|| view! { <Redirect path="/credentials" /> } ssr=SsrMode::Async />
                            $(<Route
                                path=path!($path)
                                view=shown!($name, $area::$view $(, $chunk)?)
                                ssr=SsrMode::Async
                            />)*
                            <Route path=path!("/help") view=|| lazily(chunks::help(None)) ssr=SsrMode::Async />
                            $(<Route
                                path=(StaticSegment("help"), StaticSegment($file))
                                view=|| lazily(chunks::help(Some(HelpTopic::$topic)))
                                ssr=SsrMode::Async
                            />)*
                        </ParentRoute>
                    </Routes>
                </Router>
            }
        }
    };
}
page_table!(routes);
