//! The fields of a server that is a program.

use leptos::prelude::*;

use super::program::{ARGS_ID, COMMAND_ID, CWD_ID, ENV_ID, ProgramModel};
use crate::mcp_servers::messages;
use crate::ui::{FieldFrame, FieldIds, Icon, IconKind, TextField};

/// Program, arguments, directory and variables.
#[component]
pub(super) fn ProgramFields(program: ProgramModel) -> impl IntoView {
    let takes_args = move || {
        let chosen = program.chosen();
        chosen.is_some_and(|chosen| chosen.takes_args) || program.args.with(|args| !args.is_empty())
    };
    view! {
        <CommandField program />
        <Show when=takes_args>
            <ArgsField program />
        </Show>
        <TextField
            ids=FieldIds::of(CWD_ID)
            label=messages::program_cwd()
            value=program.cwd
            help=messages::program_cwd_help()
            error=program.cwd_fault
            placeholder="/"
            on_check=Callback::new(move |()| {
                program.check_cwd();
            })
        />
        <Variables program />
    }
}

/// The choice of a program.
#[component]
fn CommandField(program: ProgramModel) -> impl IntoView {
    let ids = FieldIds::of(COMMAND_ID);
    let fault = program.command_fault;
    let described = {
        let ids = ids.clone();
        move || ids.described_by(true, fault.get().is_some())
    };
    // The choice moves from one to another, but they stay: a browser keeps what was picked by hand.
    let choices = Memo::new(move |_| {
        let chosen = program.command.get();
        let mut choices = vec![(String::new(), messages::program_choose_one().to_owned())];
        program.offered.with(|offered| {
            choices.extend(offered.iter().map(|offer| (offer.name.clone(), offer.name.clone())));
        });
        if !choices.iter().any(|(name, _)| *name == chosen) {
            choices.push((chosen.clone(), messages::program_not_offered(&chosen)));
        }
        choices
    });
    let option = move |(value, words): (String, String)| {
        let this = value.clone();
        view! {
            <option value=value prop:selected=move || program.command.with(|chosen| *chosen == this)>
                {words}
            </option>
        }
    };
    view! {
        <FieldFrame ids label=messages::program_command() help=messages::program_command_help() error=fault>
            <select
                class="field-input select"
                id=COMMAND_ID
                aria-invalid=move || fault.get().is_some().then_some("true")
                aria-describedby=described
                on:change=move |event| program.choose(event_target_value(&event))
            >
                <For each=move || choices.get() key=Clone::clone children=option />
            </select>
        </FieldFrame>
    }
}

/// Further arguments, one a line.
#[component]
fn ArgsField(program: ProgramModel) -> impl IntoView {
    let ids = FieldIds::of(ARGS_ID);
    let fault = program.args_fault;
    let described = {
        let ids = ids.clone();
        move || ids.described_by(true, fault.get().is_some())
    };
    view! {
        <FieldFrame ids label=messages::program_args() help=messages::program_args_help() error=fault>
            <textarea
                class="field-input field-lines"
                id=ARGS_ID
                rows="3"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=move || fault.get().is_some().then_some("true")
                aria-describedby=described
                prop:value=program.args
                on:input=move |event| program.args.set(event_target_value(&event))
            ></textarea>
        </FieldFrame>
    }
}

/// The variables that pass through, and where secrets belong.
#[component]
fn Variables(program: ProgramModel) -> impl IntoView {
    let ids = FieldIds::of(ENV_ID);
    let (help_id, error_id) = (ids.help.clone(), ids.error.clone());
    let fault = program.env_fault;
    let has_choices = move || !program.env_choices().is_empty();
    let described = move || ids.described_by(true, fault.get().is_some());
    view! {
        <fieldset
            class="field choices"
            class:field-bad=move || fault.get().is_some()
            id=ENV_ID
            tabindex="-1"
            aria-describedby=described
        >
            <legend class="field-label">{messages::program_variables()}</legend>
            <For
                each=move || program.env_choices()
                key=String::clone
                children=move |name| view! { <Variable program name /> }
            />
            <Show when=move || !has_choices()>
                <p>{messages::program_no_variables()}</p>
            </Show>
            <p class="field-error" id=error_id hidden=move || fault.get().is_none()>
                <Icon kind=IconKind::Alert size=14 />
                <span>{move || fault.get()}</span>
            </p>
            <p class="field-help" id=help_id>
                {messages::program_secrets()}
            </p>
        </fieldset>
    }
}

/// One variable: its name, never its value.
#[component]
fn Variable(program: ProgramModel, name: String) -> impl IntoView {
    let passes = {
        let name = name.clone();
        move || program.env_names.with(|names| names.contains(&name))
    };
    let shown = name.clone();
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=passes
                on:change=move |event| program.pass(&name, event_target_checked(&event))
            />
            <code>{shown}</code>
        </label>
    }
}
