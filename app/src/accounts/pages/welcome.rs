//! The page behind a link from an administrator.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::messages,
    frame::{AlonePage, PlainField},
    token::take_token_from_address,
};
use crate::ui::{Button, ButtonKind, LinkButton};

const TOKEN: &str = "token";

/// Chooses a password by a plain form. The token comes in the fragment of the address, which browsers keep to
/// themselves; without the module the link is pasted.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let query = use_query_map();
    let code = Memo::new(move |_| query.with(|query| query.get("error")));
    let is = move |this: &'static str| Signal::derive(move || code.get().as_deref() == Some(this));
    Effect::new(|| take_token_from_address(TOKEN, "password"));
    view! {
        <AlonePage
            title=messages::welcome()
            about=messages::welcome_about()
            error=Signal::derive(move || code.get().map(|code| messages::welcome_error(&code).to_owned()))
        >
            <Show
                when=move || code.get().as_deref() != Some("spent")
                fallback=|| view! { <LinkButton href="/sign-in">{messages::sign_in()}</LinkButton> }
            >
                <form class="alone-form" method="post" action="/welcome">
                    <PlainField
                        name=TOKEN
                        label=messages::link()
                        help=messages::link_help()
                        autocomplete="off"
                        bad=is("token")
                    />
                    <PlainField
                        name="password"
                        label=messages::new_password()
                        help=messages::password_help()
                        kind="password"
                        autocomplete="new-password"
                        bad=is("password")
                    />
                    <Button kind=ButtonKind::Primary submit=true>
                        {messages::choose_password()}
                    </Button>
                </form>
            </Show>
        </AlonePage>
    }
}
