//! The picker's field.

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys;
use zeroize::Zeroizing;

use super::create_dialog::CreateHere;
use super::driver::Driver;
use super::handle::{Notice, PickerHandle};
use super::list::CredentialList;
use super::state::{Event, Step};
use super::text;
use crate::accounts::{Action, Resource, may};
use crate::names::looks_like_secret;
use crate::ui::{FieldFrame, FieldIds, Icon, IconButton, IconKind, use_toasts};

/// Chooses a credential by searching, or creates one. An editable combobox with a list, after the ARIA practices.
#[component]
pub fn CredentialPicker(
    /// What is chosen, and how the form reads it.
    handle: PickerHandle,
    /// Unique in the page.
    ids: FieldIds,
    /// The visible label.
    #[prop(into)]
    label: Signal<String>,
    /// Said below while something is chosen: where its value goes.
    #[prop(into)]
    help: Signal<String>,
    /// Said below while nothing is chosen: what that means.
    #[prop(into)]
    none: Signal<String>,
    /// The `host` or `host:port` that the value will be sent to; when it changes, the choice is cleared, with Undo.
    #[prop(optional, into)]
    host: Signal<Option<String>>,
    /// What the form has against the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
) -> impl IntoView {
    let driver = Driver::new(handle);
    let state = handle.state;
    let field = NodeRef::<Div>::new();
    let may_create = may(Resource::Credentials, Action::Create, None);
    state.update_untracked(|state| state.may_create = may_create);
    watch_host(handle, host);
    say_what_stays(handle);

    let shown_error = Signal::derive(move || {
        let unpicked = state.with(|state| (state.left && state.unpicked()).then(|| text::unpicked(&state.text)));
        let gone = || {
            handle
                .selected()
                .filter(|_| handle.is_deleted())
                .map(|choice| text::deleted(&choice))
        };
        unpicked.or_else(|| error.get()).or_else(gone)
    });
    let shown_help = Signal::derive(move || {
        if handle.selected_id().is_some() {
            help.get()
        } else {
            none.get()
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
                    <SearchInput driver handle ids=ids.clone() error=shown_error/>
                    <Ending driver handle/>
                </div>
                <CredentialList driver handle control=control.get_value() field/>
            </div>
            <NoticeLine handle/>
        </FieldFrame>
        {move || {
            driver
                .draft
                .get()
                .map(|draft| {
                    view! { <CreateHere handle draft host on_close=Callback::new(move |()| driver.draft.set(None))/> }
                })
        }}
    }
}

/// The text field of the combobox.
#[component]
fn SearchInput(driver: Driver, handle: PickerHandle, ids: FieldIds, error: Signal<Option<String>>) -> impl IntoView {
    let state = handle.state;
    let typed = move || {
        let Some(input) = handle.input.get_untracked() else {
            return;
        };
        let text = Zeroizing::new(input.value());
        if looks_like_secret(&text) {
            // It goes no further than this: not into the state, and out of the document.
            handle.paste.set_value(text);
            input.set_value("");
            driver.send(Event::SecretPasted);
        } else {
            driver.send(Event::Typed(text.to_string()));
        }
    };
    let active = {
        let control = ids.control.clone();
        move || state.with(|state| state.active.map(|row| format!("{control}-row-{row}")))
    };
    let described_by = {
        let ids = ids.clone();
        move || ids.described_by(true, error.get().is_some())
    };
    let list = format!("{}-list", ids.control);
    view! {
        <input
            node_ref=handle.input
            id=ids.control
            class="picker-input"
            type="text"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded=move || if state.with(|state| state.open) { "true" } else { "false" }
            aria-controls=list
            aria-activedescendant=active
            aria-invalid=move || error.get().is_some().then_some("true")
            aria-describedby=described_by
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            translate="no"
            data-1p-ignore="true"
            data-lpignore="true"
            data-bwignore="true"
            data-form-type="other"
            prop:value=move || state.with(|state| state.text.clone())
            on:focus=move |_| {
                driver.send(Event::Focused);
                if let Some(input) = handle.input.get_untracked() {
                    input.select();
                }
            }
            on:click=move |_| {
                if !state.with_untracked(|state| state.open) {
                    driver.send(Event::Opened);
                }
            }
            on:input=move |event| {
                // Half of a composed word is no search; the end of it comes as an event of its own.
                if !event.unchecked_ref::<web_sys::InputEvent>().is_composing() {
                    typed();
                }
            }
            on:compositionend=move |_| typed()
            on:keydown=move |event| on_key(driver, handle, &event)
        />
    }
}

fn on_key(driver: Driver, handle: PickerHandle, event: &ev::KeyboardEvent) {
    if event.is_composing() {
        return;
    }
    let open = handle.state.with_untracked(|state| state.open);
    let happened = match event.key().as_str() {
        "ArrowUp" if open && event.alt_key() => Event::Closed,
        "ArrowDown" => Event::Moved(Step::Next),
        "ArrowUp" => Event::Moved(Step::Previous),
        // With the list open, Enter never saves the form, and Escape never closes the dialog.
        "Enter" if open => Event::Entered,
        "Escape" if open => Event::Closed,
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    driver.send(happened);
}

/// What stands behind the text: the owner, Clear, and the arrow.
#[component]
fn Ending(driver: Driver, handle: PickerHandle) -> impl IntoView {
    let owner = move || {
        let idle = handle.state.with(|state| !state.open && !state.unpicked());
        handle
            .selected()
            .filter(|_| idle)
            .and_then(|choice| choice.owner)
            .map(|owner| owner.name)
    };
    let filled = move || handle.selected_id().is_some() || handle.has_unpicked_text();
    let toggle = move |_| {
        handle.focus();
        let open = handle.state.with_untracked(|state| state.open);
        driver.send(if open { Event::Closed } else { Event::Opened });
    };
    view! {
        {move || owner().map(|owner| view! { <span class="picker-owner">{owner}</span> })}
        <Show when=filled>
            <IconButton
                icon=IconKind::Cross
                label=text::clear()
                on_press=Callback::new(move |_| {
                    handle.clear();
                    handle.focus();
                })
            />
        </Show>
        // For the pointer only: the arrow keys do the same.
        <button
            type="button"
            class="icon-button"
            tabindex="-1"
            aria-label=text::open()
            on:mousedown=|event| event.prevent_default()
            on:click=toggle
        >
            <Icon kind=IconKind::ChevronDown/>
        </button>
    }
}

/// What just happened to the choice, announced.
#[component]
fn NoticeLine(handle: PickerHandle) -> impl IntoView {
    let words = move || match handle.notice.get()? {
        Notice::Said(words) => Some(view! { <span>{words}</span> }.into_any()),
        Notice::Warning(words) => Some(view! { <span class="picker-warning">{words}</span> }.into_any()),
        Notice::Cleared { choice, before, now } => Some(
            view! {
                <span>{text::cleared_for_host(&text::chosen(&choice), &before, &now)}</span>
                " "
                <button type="button" class="link-button" on:click=move |_| handle.undo(choice.clone())>
                    {text::undo()}
                </button>
                " "
                <button type="button" class="link-button" on:click=move |_| handle.clear()>
                    {text::none_needed()}
                </button>
            }
            .into_any(),
        ),
    };
    view! {
        <p class="picker-notice" role="status">
            {words}
        </p>
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
fn watch_host(handle: PickerHandle, host: Signal<Option<String>>) {
    Effect::new(move |before: Option<Option<String>>| {
        let now = host.get();
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
            toasts.say(text::created_stays(&names));
        }
    });
}
