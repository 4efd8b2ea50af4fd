//! The generated forms of the chosen action.

use contract::ai::ActionName;
use contract::schemas::Form;
use leptos::prelude::*;

use super::mcp_rows::McpRows;
use super::run::{ActionForms, TryModel};
use crate::ai::messages;
use crate::schemas::{FormHandle, SchemaForm};

/// What an agent needs for each MCP server.
const MCP_TOOLS: &str = "mcp_tools";

/// The schemas that the page needs: inputs and settings of each action, in the order of [`ActionName::ALL`], and then that
/// of an agent's MCP servers.
pub(super) const SCHEMAS: &[&str] = &[
    "ai_generate_text.inputs",
    "ai_generate_text.settings",
    "ai_generate_reply.inputs",
    "ai_generate_reply.settings",
    "ai_generate_object.inputs",
    "ai_generate_object.settings",
    "ai_infer_object.inputs",
    "ai_infer_object.settings",
    "ai_agent.inputs",
    "ai_agent.settings",
    MCP_TOOLS,
];

/// What the action takes; `schemas` are those of [`SCHEMAS`].
#[component]
pub(super) fn Inputs(model: TryModel, schemas: StoredValue<Vec<Form>>) -> impl IntoView {
    let named = move |name: &str| {
        let at = SCHEMAS.iter().position(|known| *known == name)?;
        schemas.with_value(|schemas| schemas.get(at).cloned())
    };
    let of = move |action: ActionName, kind: &str| named(&format!("{}.{kind}", action.as_str()));
    move || {
        let action = model.action.get();
        let (Some(inputs), Some(settings)) = (of(action, "inputs"), of(action, "settings")) else {
            return ().into_any();
        };
        let has_required = settings.fields.iter().any(|field| field.required);
        let forms = ActionForms {
            inputs: FormHandle::new(inputs, "try-inputs"),
            settings: FormHandle::new(settings, "try-settings"),
        };
        model.show(forms);
        if has_required {
            model.unfolded.set(true);
        }
        let servers = named(MCP_TOOLS).filter(|_| action == ActionName::AiAgent);
        let servers = servers.map(|form| view! { <McpRows model form /> });
        view! {
            <SchemaForm form=forms.inputs />
            {servers}
            <details
                class="disclosure try-settings"
                prop:open=model.unfolded
                on:toggle=move |event| model.unfolded.set(is_open(&event))
            >
                <summary>{messages::settings()}</summary>
                <SchemaForm form=forms.settings />
            </details>
        }
        .into_any()
    }
}

/// Whether the disclosure of an event is open.
fn is_open(event: &leptos::web_sys::Event) -> bool {
    use leptos::wasm_bindgen::JsCast;
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<leptos::web_sys::Element>().ok());
    target.is_some_and(|details| details.has_attribute("open"))
}

#[cfg(test)]
mod tests {
    use contract::ai::ActionName;

    use super::{MCP_TOOLS, SCHEMAS};

    #[test]
    fn each_action_has_its_two_schemas_and_an_agent_that_of_its_servers() {
        let expected = ActionName::ALL.map(|action| {
            [
                format!("{}.inputs", action.as_str()),
                format!("{}.settings", action.as_str()),
            ]
        });
        let mut expected = expected.concat();
        expected.push(MCP_TOOLS.to_owned());
        assert_eq!(expected, SCHEMAS);
    }
}
