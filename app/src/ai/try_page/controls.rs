//! The left half: what is asked, and the button that asks.

use contract::ai::ActionName;
use contract::schemas::Form;
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

use super::inputs::{Inputs, SCHEMAS};
use super::run::TryModel;
use crate::ai::messages;
use crate::schemas::WithSchema;
use crate::ui::{Button, ButtonKind, FieldFrame, FieldIds};

/// The form of the page.
#[component]
pub(super) fn Controls(model: TryModel) -> impl IntoView {
    let running = Memo::new(move |_| model.trial.with(super::trial::Trial::is_running));
    let start = move || {
        if !running.get_untracked() {
            model.run();
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        start();
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            start();
        }
    };
    let press = move |_| {
        if running.get_untracked() {
            model.stop();
        } else {
            model.run();
        }
    };
    let forms = Callback::new(move |schemas: Vec<Form>| {
        let schemas = StoredValue::new(schemas);
        view! {
            <Inputs model schemas />
            <div class="try-actions">
                <Button kind=ButtonKind::Primary on_press=Callback::new(press)>
                    {move || if running.get() { messages::stop() } else { messages::run() }}
                </Button>
            </div>
        }
        .into_any()
    });
    view! {
        <form class="try-form" method="post" novalidate autocomplete="off" on:submit=on_submit on:keydown=on_key>
            <ActionChoice model />
            <WithSchema names=SCHEMAS view=forms />
        </form>
    }
}

#[component]
fn ActionChoice(model: TryModel) -> impl IntoView {
    let ids = FieldIds::of("try-action");
    let described = ids.described_by(true, false);
    let options = ActionName::ALL
        .map(|action| {
            view! {
                <option value=action.as_str() prop:selected=move || model.action.get() == action>
                    {messages::action_name(action)}
                </option>
            }
        })
        .collect_view();
    view! {
        <FieldFrame
            ids=ids.clone()
            label=messages::action()
            help=Signal::derive(move || messages::action_help(model.action.get()).to_owned())
        >
            <select
                class="field-input select"
                id=ids.control
                aria-describedby=described
                on:change=move |event| {
                    if let Some(action) = ActionName::from_name(&event_target_value(&event)) {
                        model.choose(action);
                    }
                }
            >
                {options}
            </select>
        </FieldFrame>
    }
}
