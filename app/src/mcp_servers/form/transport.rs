//! The choice between an address and a program.

use contract::mcp_servers::Transport;
use leptos::prelude::*;

use super::model::Form;
use crate::mcp_servers::messages;

/// Two radio buttons, where there is something to choose: programs on offer, or a saved one.
#[component]
pub(super) fn TransportChoice(form: Form) -> impl IntoView {
    let is_choice = move || form.program.offered.with(|offered| !offered.is_empty()) || form.is_program();
    let radio = move |transport: Transport, label: &'static str, help: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="mcp-server-transport"
                    prop:checked=move || form.transport.get() == transport
                    on:change=move |_| form.transport.set(transport)
                />
                <span>{label} " " <span class="field-help">{help}</span></span>
            </label>
        }
    };
    view! {
        <Show when=is_choice>
            <fieldset class="field choices">
                <legend class="field-label">{messages::program_transport()}</legend>
                {radio(Transport::Http, messages::program_http(), messages::program_http_help())}
                {radio(Transport::Stdio, messages::program_stdio(), messages::program_stdio_help())}
            </fieldset>
        </Show>
    }
}
