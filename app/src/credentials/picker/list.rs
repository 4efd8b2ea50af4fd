//! The list below the picker's field.

use leptos::html::Div;
use leptos::prelude::*;

use super::PickerHandle;
use super::effects::Driver;
use super::events::Event;
use super::highlight::split;
use super::messages;
use super::popover_position::place;
use super::state::{Row, Waiting};
use crate::ui::{Icon, IconKind, scroll_into_sight};

/// A popover in the top layer, so that no dialog cuts it off.
#[component]
pub(super) fn CredentialList(
    driver: Driver,
    handle: PickerHandle,
    control: String,
    field: NodeRef<Div>,
) -> impl IntoView {
    let state = handle.state;
    let popover = NodeRef::<Div>::new();
    let open = Memo::new(move |_| state.with(|state| state.open));
    show_while(open, popover, field);
    scroll_to_active(handle, control.clone());

    let status = Memo::new(move |_| {
        state.with(|state| {
            if state.open {
                messages::status(state)
            } else {
                String::new()
            }
        })
    });
    let announced = move || {
        state.with(|state| {
            if state.open {
                format!("{} {}", messages::count(state), messages::status(state))
            } else {
                String::new()
            }
        })
    };
    let rows = {
        let control = control.clone();
        move || {
            let (rows, active, search) = state.with(|state| (state.rows(), state.active, state.search().to_owned()));
            let chosen = handle.selected_id();
            rows.into_iter()
                .enumerate()
                .map(|(index, row)| {
                    let current = matches!(&row, Row::Credential(found) if Some(found.id) == chosen);
                    let action = !matches!(row, Row::Credential(_));
                    view! {
                        <div
                            id=format!("{control}-row-{index}")
                            role="option"
                            class="picker-row"
                            class:picker-row-active=active == Some(index)
                            class:picker-row-action=action
                            aria-selected=if active == Some(index) { "true" } else { "false" }
                            on:click=move |_| driver.send(Event::Pressed(index))
                        >
                            <RowWords row search=search.clone() current />
                        </div>
                    }
                })
                .collect_view()
        }
    };
    view! {
        <div
            node_ref=popover
            class="picker-list"
            popover="manual"
            aria-busy=move || state.with(|state| state.waiting != Waiting::No).then_some("true")
            // The focus stays in the text field.
            on:mousedown=|event| event.prevent_default()
        >
            <p class="picker-status" aria-hidden="true" hidden=move || status.get().is_empty()>
                {status}
            </p>
            <div id=format!("{control}-list") role="listbox" aria-label=messages::list()>
                {rows}
            </div>
        </div>
        <p class="visually-hidden" role="status">
            {announced}
        </p>
    }
}

/// What stands in a row.
#[component]
fn RowWords(row: Row, search: String, current: bool) -> impl IntoView {
    match row {
        Row::Credential(credential) => {
            let parts = split(&credential.name, &search);
            view! {
                <span class="picker-row-name">{parts.before} <b>{parts.found}</b> {parts.after}</span>
                <span class="picker-row-owner">{credential.owner.name.clone()}</span>
                {current.then(|| view! { <Icon kind=IconKind::Check /> })}
            }
            .into_any()
        }
        Row::Retry => view! { <span>{messages::retry()}</span> }.into_any(),
        Row::Create(name) => view! { <span>{messages::create(&name)}</span> }.into_any(),
        Row::CreateFromPaste => view! { <span>{messages::create_from_paste()}</span> }.into_any(),
    }
}

/// Opens and closes the popover with the state.
fn show_while(open: Memo<bool>, popover: NodeRef<Div>, field: NodeRef<Div>) {
    Effect::new(move |was_open: Option<bool>| {
        let open = open.get();
        if let (Some(popover), Some(field)) = (popover.get(), field.get()) {
            if open {
                // Fails only for an element that is open already.
                let _ = popover.show_popover();
                place(&popover, &field);
            } else if was_open == Some(true) {
                let _ = popover.hide_popover();
            }
        }
        open
    });
    let follow = move || {
        if let (true, Some(popover), Some(field)) =
            (open.get_untracked(), popover.get_untracked(), field.get_untracked())
        {
            place(&popover, &field);
        }
    };
    Effect::new(move || {
        let resized = window_event_listener(leptos::ev::resize, move |_| follow());
        on_cleanup(move || resized.remove());
    });
}

/// Keeps the active row in sight.
fn scroll_to_active(handle: PickerHandle, control: String) {
    Effect::new(move || {
        if let Some(row) = handle.state.with(|state| state.active) {
            scroll_into_sight(format!("{control}-row-{row}"));
        }
    });
}
