//! The MCP servers whose tools an agent may use.

use contract::schemas::Form;
use leptos::prelude::*;

use super::run::TryModel;
use crate::ai::messages;
use crate::schemas::{FormHandle, SchemaForm};
use crate::ui::{Button, IconButton, IconKind, focus_when_painted, unique_id};

const ADD_ID: &str = "try-add-server";

#[derive(Clone, Copy, Debug)]
pub(super) struct McpRow {
    /// Tells it from the others.
    key: u64,
    /// Which server, and which of its tools.
    pub form: FormHandle,
}

/// A list of servers, each with its tools.
#[component]
pub(super) fn McpRows(
    model: TryModel,
    /// What each row asks for.
    form: Form,
) -> impl IntoView {
    let form = StoredValue::new(form);
    let count = StoredValue::new(0_u64);
    // A row outlasts what made it, and goes with the page.
    let owner = StoredValue::new(Owner::current());
    let add = move |_| {
        let Some(owner) = owner.get_value() else { return };
        count.update_value(|count| *count += 1);
        let form = owner.with(|| FormHandle::new(form.get_value(), unique_id("try-server")));
        let key = count.get_value();
        model.mcp.update(|rows| rows.push(McpRow { key, form }));
        focus_when_painted(form.control("/server_id"));
    };
    let row = move |row: McpRow| {
        let number = Memo::new(move |_| {
            model
                .mcp
                .with(|rows| rows.iter().take_while(|other| other.key != row.key).count() + 1)
        });
        let remove = move |_| {
            model.mcp.update(|rows| rows.retain(|other| other.key != row.key));
            focus_when_painted(ADD_ID);
        };
        view! {
            <fieldset class="schema-object try-server">
                <legend class="field-label">{move || messages::server_number(number.get())}</legend>
                <SchemaForm form=row.form />
                <IconButton
                    icon=IconKind::Cross
                    label=Signal::derive(move || messages::remove_server(number.get()))
                    on_press=Callback::new(remove)
                />
            </fieldset>
        }
    };
    view! {
        <section class="schema-fields" aria-labelledby="try-servers">
            <div>
                <h3 id="try-servers" class="field-label">
                    {messages::mcp_servers()}
                </h3>
                <p class="field-help">{messages::mcp_help()}</p>
            </div>
            <For each=move || model.mcp.get() key=|row| row.key children=row />
            <div>
                <Button id=ADD_ID on_press=Callback::new(add)>
                    {messages::add_server()}
                </Button>
            </div>
        </section>
    }
}
