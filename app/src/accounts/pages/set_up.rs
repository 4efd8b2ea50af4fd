//! The page that creates the first administrator.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    super::text,
    frame::{AlonePage, PlainField},
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
    Effect::new(take_token_from_address);
    view! {
        <AlonePage
            title=text::set_up()
            about=text::set_up_about()
            error=Signal::derive(move || code.get().map(|code| text::set_up_error(&code).to_owned()))
        >
            <Show
                when=move || code.get().as_deref() != Some("spent")
                fallback=|| view! { <LinkButton href="/sign-in">{text::sign_in()}</LinkButton> }
            >
                <form class="alone-form" method="post" action="/set-up">
                    <PlainField
                        name=TOKEN
                        label=text::token()
                        help=text::token_help()
                        autocomplete="off"
                        bad=is("token")
                    />
                    <PlainField name="name" label=text::name() help=text::name_help() autocomplete="name" bad=is("name") />
                    <PlainField
                        name="email"
                        label=text::email()
                        kind="email"
                        autocomplete="username"
                        bad=is("email")
                    />
                    <PlainField
                        name="password"
                        label=text::password()
                        help=text::password_help()
                        kind="password"
                        autocomplete="new-password"
                        bad=is("password")
                    />
                    <Button kind=ButtonKind::Primary submit=true>
                        {text::create_administrator()}
                    </Button>
                </form>
            </Show>
        </AlonePage>
    }
    .into_any()
}

/// Moves the token from the address bar into its field, so that it is in no history and no screenshot.
fn take_token_from_address() {
    #[cfg(target_arch = "wasm32")]
    {
        use wasm_bindgen::{JsCast, JsValue};
        let location = window().location();
        let hash = location.hash().unwrap_or_default();
        let field = document()
            .get_element_by_id(TOKEN)
            .and_then(|element| element.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let (Some(token), Some(field)) = (hash.strip_prefix('#').filter(|token| !token.is_empty()), field) {
            field.set_value(token);
            let bare = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            if let Ok(history) = window().history() {
                // Fails only after a hundred changes within seconds.
                let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&bare));
            }
            crate::ui::focus_element("name");
        }
    }
}
