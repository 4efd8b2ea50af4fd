//! The frame: skip link, navigation, the page, and beside it dialogs and messages.

use leptos::prelude::*;
use leptos_router::components::Outlet;

use super::{
    messages,
    navigation::{Navigation, TopBar},
    shortcuts::{ShortcutsDialog, listen},
};
use crate::{
    accounts::{SignInAgainDialog, leave_when_signed_out, provide_session_ended},
    ui::{DialogHost, ToastRegion},
};

/// The frame around every page of a signed-in person.
#[component]
pub fn Shell() -> impl IntoView {
    provide_session_ended();
    leave_when_signed_out();
    let shortcuts_open = RwSignal::new(false);
    let open_shortcuts = Callback::new(move |()| shortcuts_open.set(true));
    listen(open_shortcuts);
    view! {
        <a class="skip" href="#main" rel="external">
            {messages::skip()}
        </a>
        <TopBar />
        <div class="shell">
            <Navigation on_shortcuts=open_shortcuts />
            <main id="main" class="main" tabindex="-1">
                <Outlet />
            </main>
        </div>
        <DialogHost />
        <ToastRegion />
        <Show when=move || shortcuts_open.get()>
            <ShortcutsDialog on_close=Callback::new(move |()| shortcuts_open.set(false)) />
        </Show>
        <SignInAgainDialog />
    }
}
