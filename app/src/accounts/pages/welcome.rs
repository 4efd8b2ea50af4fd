//! The page behind a link from an administrator.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::text,
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
            title=text::welcome()
            about=text::welcome_about()
            error=Signal::derive(move || code.get().map(|code| text::welcome_error(&code).to_owned()))
        >
            <Show
                when=move || code.get().as_deref() != Some("spent")
                fallback=|| view! { <LinkButton href="/sign-in">{text::sign_in()}</LinkButton> }
            >
                <form class="alone-form" method="post" action="/welcome">
                    <PlainField
                        name=TOKEN
                        label=text::link()
                        help=text::link_help()
                        autocomplete="off"
                        bad=is("token")
                    />
                    <PlainField
                        name="password"
                        label=text::new_password()
                        help=text::password_help()
                        kind="password"
                        autocomplete="new-password"
                        bad=is("password")
                    />
                    <Button kind=ButtonKind::Primary submit=true>
                        {text::choose_password()}
                    </Button>
                </form>
            </Show>
        </AlonePage>
    }
}
