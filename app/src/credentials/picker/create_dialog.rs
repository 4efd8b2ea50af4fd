//! Creating a credential without leaving the form that needs it.

use contract::credentials::{Credential, CredentialSummary};
use leptos::html::Input;
use leptos::prelude::*;

use super::effects::Draft;
use super::whole_host::WholeHost;
use super::{PickerHandle, messages};
use crate::credentials::dialogs::AddForm;
use crate::destination::Destination;
use crate::ui::Dialog;
use crate::ui::value_field::ValueHandle;

/// The inner dialog: a sibling of the outer form, so that neither knows of the other's Enter and Escape.
#[component]
pub(super) fn CreateHere(
    handle: PickerHandle,
    draft: Draft,
    destination: Signal<Option<Destination>>,
    on_close: Callback<()>,
) -> impl IntoView {
    let name = RwSignal::new(draft.name.clone());
    let value = ValueHandle::new();
    if draft.with_paste {
        handle.paste.update_value(|paste| value.fill(std::mem::take(paste)));
    }
    let whole_host = RwSignal::new(false);
    let begun_with = StoredValue::new(draft.name);
    let is_dirty = Callback::new(move |()| {
        untrack(|| value.is_dirty()) || begun_with.with_value(|begun| *begun != name.get_untracked())
    });
    let on_added = Callback::new(move |added: Credential| {
        let sendable = untrack(|| value.is_sendable());
        handle.select_created(CredentialSummary::from(&added), sendable);
        if let Some(destination) = destination.get_untracked() {
            handle.allow_whole_host(&destination, whole_host.get_untracked());
        }
        // After the dialog has given the focus back to wherever it was.
        request_animation_frame(move || handle.focus());
    });
    let input = NodeRef::<Input>::new();
    select_when_mounted(input);
    let help = Signal::derive(move || {
        messages::value_help(
            destination
                .get()
                .map(|to| if whole_host.get() { to.whole_host() } else { to })
                .as_ref(),
        )
    });
    let below = move || {
        let destination = destination.get()?;
        Some(view! { <WholeHost destination whole=whole_host on_change=move |whole| whole_host.set(whole) /> })
    };
    view! {
        <Dialog title=messages::create_title() is_dirty on_close>
            <AddForm name value help for_header=true name_ref=input below on_added />
        </Dialog>
    }
}

/// What was searched for stands in Name, selected, so that typing replaces it. The dialog has given it the focus; if
/// the focus has moved on by now, it stays where it is: nobody's next words may land in another field.
fn select_when_mounted(input: NodeRef<Input>) {
    input.on_load(move |input| {
        request_animation_frame(move || {
            let has_focus = document()
                .active_element()
                .is_some_and(|active| active.id() == input.id());
            if has_focus {
                input.select();
            }
        });
    });
}
