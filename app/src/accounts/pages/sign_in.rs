//! The sign-in page.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::text,
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
            title=text::sign_in()
            about=text::sign_in_about()
            error=Signal::derive(move || code.get().map(|code| text::sign_in_error(&code).to_owned()))
        >
            <form class="alone-form" method="post" action="/sign-in">
                <PlainField
                    name="email"
                    label=text::email()
                    kind="email"
                    autocomplete="username"
                    bad=wrong
                    autofocus=true
                />
                <PlainField
                    name="password"
                    label=text::password()
                    kind="password"
                    autocomplete="current-password"
                    bad=wrong
                />
                <input type="hidden" name="next" value=next />
                <Button kind=ButtonKind::Primary submit=true>
                    {text::sign_in()}
                </Button>
            </form>
        </AlonePage>
    }
}
