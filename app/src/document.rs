//! The HTML document around the app, as the server sends it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use contract::accounts::Me;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{App, Theme, locale};

/// The addresses of the site's files. The server puts it into context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteNames {
    /// Changes with every build.
    pub build_id: String,
    /// The script that starts the module.
    pub js: String,
    pub wasm: String,
    pub css: String,
    /// A script that reloads the page when it is built again; in development only.
    pub reload: Option<String>,
}

/// What a page finds out about itself while the server renders it. The server puts it into context, and
/// answers accordingly; in the browser there is none.
#[derive(Clone, Debug, Default)]
pub struct PageOutcome(Arc<AtomicBool>);

impl PageOutcome {
    /// Notes that there is nothing at the page's address.
    pub fn note_not_found() {
        if let Some(Self(missing)) = use_context() {
            missing.store(true, Ordering::Relaxed);
        }
    }

    /// Whether there is nothing at the page's address.
    pub fn is_not_found(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the server knows of a visit before it renders. It puts this into context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The theme in the cookie; none follows the system.
    pub theme: Option<Theme>,
    /// Who is signed in.
    pub me: Option<Me>,
}

pub fn shell() -> impl IntoView {
    let names = expect_context::<SiteNames>();
    let theme = use_context::<PageRequest>().and_then(|request| request.theme);
    let nonce = use_nonce();
    let loader = loader(&names);
    view! {
        <!DOCTYPE html>
        <html lang=locale::current().tag() data-theme=theme.map(Theme::as_str) data-build=names.build_id>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="referrer" content="same-origin" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=names.css />
                <link rel="modulepreload" href=names.js />
                <link rel="preload" href=names.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <MetaTags />
                <script type="module" nonce=nonce inner_html=loader></script>
                {names.reload.map(|script| view! { <script type="module" src=script></script> })}
            </head>
            <body>
                <App />
                <Bars />
            </body>
        </html>
    }
}

/// Bars that must work without the module: plain elements that the loader shows. Their links name a target: the guard of
/// the dialogs leaves those to the browser, which asks before anything typed is lost.
#[component]
fn Bars() -> impl IntoView {
    view! {
        <div id="not-started" class="bar bar-danger" role="alert" hidden>
            <p>{crate::shell::messages::not_started()}</p>
            <a class="button" href="" rel="external" target="_self">
                {crate::shell::messages::reload()}
            </a>
        </div>
        <div id="new-build" class="bar" role="status" hidden>
            <p>{crate::shell::messages::new_build()}</p>
            <a class="button" href="" rel="external" target="_self">
                {crate::shell::messages::reload()}
            </a>
        </div>
    }
}

/// Starts the module, and shows a bar when that fails or when the module stops later. A bar that is shown is moved into the
/// topmost open dialog, and out again, since a modal dialog makes everything outside of it inert.
fn loader(names: &SiteNames) -> String {
    let js = serde_json::Value::from(names.js.as_str());
    let wasm = serde_json::Value::from(names.wasm.as_str());
    format!(
        "const failed=()=>{{const bar=document.getElementById('not-started');if(bar)bar.hidden=false}};\
         const stopped=e=>{{if(e instanceof WebAssembly.RuntimeError)failed()}};\
         addEventListener('error',e=>stopped(e.error));\
         addEventListener('unhandledrejection',e=>stopped(e.reason));\
         const bars=document.querySelectorAll('.bar');\
         new MutationObserver(()=>{{\
         const dialog=[...document.querySelectorAll('dialog[open]')].pop();\
         for(const bar of bars)if(!bar.hidden&&bar.parentNode!=(dialog??document.body))\
         dialog?dialog.prepend(bar):document.body.append(bar)\
         }}).observe(document.body,{{subtree:true,childList:true,attributeFilter:['open','hidden']}});\
         import({js}).then(m=>m.default({{module_or_path:{wasm}}}).then(()=>m.hydrate())).catch(e=>{{console.error(e);failed()}});"
    )
}
