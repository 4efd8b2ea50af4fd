//! The sign-in page.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::messages,
    frame::{AlonePage, PlainField},
};
use crate::ui::{Button, ButtonKind};

/// Signs in by a plain form. `?error=` says why the last try failed, `?next=` where to go afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map();
    let code = Memo::new(move |_| query.with(|query| query.get("error")));
    let next = move || query.with(|query| query.get("next")).unwrap_or_default();
    let wrong = Signal::derive(move || code.get().as_deref() == Some("wrong"));
    view! {
        <AlonePage
            title=messages::sign_in()
            about=messages::sign_in_about()
            error=Signal::derive(move || code.get().map(|code| messages::sign_in_error(&code).to_owned()))
        >
            <form class="alone-form" method="post" action="/sign-in">
                <PlainField
                    name="email"
                    label=messages::email()
                    kind="email"
                    autocomplete="username"
                    bad=wrong
                    autofocus=true
                />
                <PlainField
                    name="password"
                    label=messages::password()
                    kind="password"
                    autocomplete="current-password"
                    bad=wrong
                />
                <input type="hidden" name="next" value=next />
                <Button kind=ButtonKind::Primary submit=true>
                    {messages::sign_in()}
                </Button>
            </form>
        </AlonePage>
    }
}
