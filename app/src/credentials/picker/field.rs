//! The picker's field.

use contract::accounts::{Action, Resource};
use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;

use super::create_dialog::CreateHere;
use super::effects::Driver;
use super::events::Event;
use super::handle::PickerHandle;
use super::list::CredentialList;
use super::messages;
use super::notice::NoticeLine;
use super::search_input::SearchInput;
use super::suffix::Suffix;
use crate::accounts::may;
use crate::destination::Destination;
use crate::ui::{FieldFrame, FieldIds, use_toasts};

/// Chooses a credential by searching, or creates one. An editable combobox with a list, after the ARIA practices.
#[component]
pub fn CredentialPicker(
    /// What is chosen, and how the form reads it.
    handle: PickerHandle,
    /// Unique in the page.
    ids: FieldIds,
    #[prop(into)] label: Signal<String>,
    /// Said below while something is chosen: where its value goes.
    #[prop(into)]
    help: Signal<String>,
    /// Said below while nothing is chosen: what that means.
    #[prop(into)]
    none: Signal<String>,
    /// Where the value will be sent. When the host changes, the choice is cleared, with Undo.
    #[prop(optional, into)]
    destination: Signal<Option<Destination>>,
    /// What the form has against the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
) -> impl IntoView {
    let driver = Driver::new(handle);
    let state = handle.state;
    let field = NodeRef::<Div>::new();
    let may_create = may(Resource::Credentials, Action::Create, None);
    state.update_untracked(|state| state.may_create = may_create);
    watch_host(handle, destination);
    say_what_stays(handle);

    let shown_error = Signal::derive(move || {
        let unpicked = state.with(|state| (state.left && state.unpicked()).then(|| messages::unpicked(&state.text)));
        let gone = || {
            handle
                .selected()
                .filter(|_| handle.is_deleted())
                .map(|choice| messages::deleted(&choice))
        };
        unpicked.or_else(|| error.get()).or_else(gone)
    });
    // One sentence for each state: an error or the question after a change of the host replaces the help.
    let shown_help = Signal::derive(move || {
        if shown_error.with(Option::is_some) || handle.awaits_choice() {
            None
        } else if handle.selected_id().is_some() {
            Some(help.get())
        } else {
            Some(none.get())
        }
    });
    let on_focusout = move |event: ev::FocusEvent| {
        if !stays_inside(&event, field) {
            driver.send(Event::Left);
        }
    };
    let control = StoredValue::new(ids.control.clone());

    view! {
        <FieldFrame ids=ids.clone() label help=shown_help error=shown_error>
            <div class="picker" node_ref=field on:focusout=on_focusout>
                <div class="picker-box" class:picker-deleted=move || handle.is_deleted()>
                    <SearchInput driver handle ids=ids.clone() error=shown_error />
                    <Suffix driver handle />
                </div>
                <CredentialList driver handle control=control.get_value() field />
            </div>
            <NoticeLine handle has_error=Signal::derive(move || shown_error.with(Option::is_some)) />
        </FieldFrame>
        {move || {
            driver
                .draft
                .get()
                .map(|draft| {
                    view! {
                        <CreateHere handle draft destination on_close=Callback::new(move |()| driver.draft.set(None)) />
                    }
                })
        }}
    }
}

/// Whether the focus only moves from one part of the picker to another.
fn stays_inside(event: &web_sys::FocusEvent, field: NodeRef<Div>) -> bool {
    let next = event
        .related_target()
        .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
    // With the whole form taken away, there is no field any more.
    field
        .try_get_untracked()
        .flatten()
        .zip(next)
        .is_some_and(|(field, next)| field.contains(Some(&next)))
}

/// A credential that was chosen for one host is not sent to another by an edit of the address.
fn watch_host(handle: PickerHandle, destination: Signal<Option<Destination>>) {
    Effect::new(move |before: Option<Option<String>>| {
        let now = destination.get().map(|destination| destination.host());
        match (before.flatten(), now) {
            (Some(before), Some(now)) => {
                if before != now {
                    handle.host_changed(before, now.clone());
                }
                Some(now)
            }
            // An address that is being typed has no host for a while; the last one counts.
            (before, now) => now.or(before),
        }
    });
}

/// The form goes away: what was created here stays, and that is said.
fn say_what_stays(handle: PickerHandle) {
    let toasts = use_toasts();
    on_cleanup(move || {
        let names = handle.left_over();
        if !names.is_empty() {
            toasts.say(messages::created_stays(&names));
        }
    });
}
