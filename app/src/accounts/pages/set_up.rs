//! The page that creates the first administrator.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::messages,
    frame::{AlonePage, PlainField},
    token::take_token_from_address,
};
use crate::ui::{Button, ButtonKind, LinkButton};

const TOKEN: &str = "token";

/// Creates the first administrator by a plain form. The token comes in the fragment of the address,
/// which browsers keep to themselves; without the module it is pasted.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let query = use_query_map();
    let code = Memo::new(move |_| query.with(|query| query.get("error")));
    let is = move |this: &'static str| Signal::derive(move || code.get().as_deref() == Some(this));
    Effect::new(|| take_token_from_address(TOKEN, "name"));
    view! {
        <AlonePage
            title=messages::set_up()
            about=messages::set_up_about()
            error=Signal::derive(move || code.get().map(|code| messages::set_up_error(&code).to_owned()))
        >
            <Show
                when=move || code.get().as_deref() != Some("spent")
                fallback=|| view! { <LinkButton href="/sign-in">{messages::sign_in()}</LinkButton> }
            >
                <form class="alone-form" method="post" action="/set-up">
                    <PlainField
                        name=TOKEN
                        label=messages::token()
                        help=messages::token_help()
                        autocomplete="off"
                        bad=is("token")
                    />
                    <PlainField
                        name="name"
                        label=messages::name()
                        help=messages::name_help()
                        autocomplete="name"
                        bad=is("name")
                    />
                    <PlainField
                        name="email"
                        label=messages::email()
                        kind="email"
                        autocomplete="username"
                        bad=is("email")
                    />
                    <PlainField
                        name="password"
                        label=messages::password()
                        help=messages::password_help()
                        kind="password"
                        autocomplete="new-password"
                        bad=is("password")
                    />
                    <Button kind=ButtonKind::Primary submit=true>
                        {messages::create_administrator()}
                    </Button>
                </form>
            </Show>
        </AlonePage>
    }
}
