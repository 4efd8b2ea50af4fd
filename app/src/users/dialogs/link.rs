//! Links: showing one, once, and making a new one.

use contract::accounts::SignUpLink;
use contract::users::User;
use leptos::prelude::*;

use super::Done;
use crate::{
    api::WriteClient,
    ui::{
        Button, ButtonKind, Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, FieldFrame, FieldIds,
        GeneralError, Save, Time, WriteOutcome, copy_text, focus_autofocus, use_toasts,
    },
    users::messages,
};

const LINK_ID: &str = "user-link";

/// Shows a link that was just made; it exists in this dialog only.
#[component]
pub fn LinkShown(name: String, link: SignUpLink) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let address = StoredValue::new(absolute(&link.path));
    let copy = Callback::new(move |_| copy_text(address.get_value(), move |done| toasts.say_copied(done)));
    // The form gave way to this: the focus goes to what there is to do.
    Effect::new(focus_autofocus);
    view! {
        <DialogBody>
            <p>{messages::link_about(&name)}</p>
            <FieldFrame ids=FieldIds::of(LINK_ID) label=messages::link() help=messages::link_once()>
                <input
                    class="field-input mono"
                    id=LINK_ID
                    type="text"
                    readonly
                    autocomplete="off"
                    spellcheck="false"
                    translate="no"
                    aria-describedby=FieldIds::of(LINK_ID).help
                    prop:value=address.get_value()
                    on:focus=move |event| {
                        event_target::<leptos::web_sys::HtmlInputElement>(&event).select();
                    }
                />
            </FieldFrame>
            <p class="muted">{messages::link_good_until()} " " <Time at=link.expires_at exact=true /></p>
        </DialogBody>
        <footer class="dialog-footer">
            <Button on_press=Callback::new(move |_| dialog.close())>{messages::done()}</Button>
            <Button kind=ButtonKind::Primary autofocus=true on_press=copy>
                {messages::copy_link()}
            </Button>
        </footer>
    }
}

/// The link as somebody else opens it: below the address under which this browser knows Strongroom.
fn absolute(path: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    let origin = window().location().origin().unwrap_or_default();
    #[cfg(not(target_arch = "wasm32"))]
    let origin = "";
    format!("{origin}{path}")
}

/// Asks, makes a new link, and shows it.
#[component]
pub fn NewLinkDialog(
    /// The user as they were fetched.
    user: User,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let made = RwSignal::new(None::<SignUpLink>);
    let name = StoredValue::new(user.name.clone());
    let title = Signal::derive(move || {
        name.with_value(|name| {
            if made.with(Option::is_some) {
                messages::link_title(name)
            } else {
                messages::new_link_title(name)
            }
        })
    });
    view! {
        <Dialog title on_close>
            {
                let user = user.clone();
                move || match made.get() {
                    Some(link) => view! { <LinkShown name=name.get_value() link /> }.into_any(),
                    None => view! { <Ask user=user.clone() made on_done /> }.into_any(),
                }
            }
        </Dialog>
    }
}

#[component]
fn Ask(user: User, made: RwSignal<Option<SignUpLink>>, on_done: Callback<Done>) -> impl IntoView {
    let save = Save::new();
    let id = user.id;
    let submit = Callback::new(move |()| {
        save.run(
            move || async move { WriteClient.create_user_link(id).await },
            // A link is in one answer only: where that was lost, another one ends it.
            || async { Ok(WriteOutcome::Unknown(messages::link_not_known())) },
            move |link| {
                made.set(Some(link));
                on_done.run(Done::Saved);
            },
            || {},
        );
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <p>{messages::new_link_means(user.state)}</p>
            </DialogBody>
            <GeneralError state=save.state() />
            <DialogFooter save=messages::make_link() busy=save.busy() />
        </DialogForm>
    }
}
