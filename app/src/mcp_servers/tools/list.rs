//! Tools with their input, folded.

use contract::mcp_servers::Tool;
use leptos::prelude::*;

use super::schema::{SchemaField, fields_of};
use crate::mcp_servers::messages;

/// The tools; each opens to show what it takes.
#[component]
pub(in crate::mcp_servers) fn ToolsList(tools: Vec<Tool>) -> impl IntoView {
    view! {
        <ul class="tools">
            {tools
                .into_iter()
                .map(|tool| {
                    view! {
                        <li>
                            <ToolEntry tool />
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

/// One tool. All its words come from the server: they are shown as text, and their direction stays inside.
#[component]
fn ToolEntry(tool: Tool) -> impl IntoView {
    let fields = fields_of(&tool.input_schema);
    // A schema of any shape can be printed.
    let json = serde_json::to_string_pretty(&tool.input_schema).unwrap_or_default();
    view! {
        <details class="disclosure tool">
            <summary>
                <code class="tool-name">
                    <bdi>{tool.name}</bdi>
                </code>
                {tool
                    .description
                    .map(|words| {
                        view! {
                            <span class="tool-about" dir="auto">
                                {words}
                            </span>
                        }
                    })}
            </summary>
            <div class="tool-input">
                {if fields.is_empty() {
                    view! { <p class="field-help">{messages::no_input()}</p> }.into_any()
                } else {
                    view! { <dl class="schema">{fields.into_iter().map(schema_row).collect_view()}</dl> }.into_any()
                }} <details class="disclosure">
                    <summary>{messages::json_schema()}</summary>
                    <pre class="schema-json" tabindex="0" aria-label=messages::json_schema()>
                        {json}
                    </pre>
                </details>
            </div>
        </details>
    }
}

fn schema_row(field: SchemaField) -> impl IntoView {
    view! {
        <div>
            <dt>
                <code>
                    <bdi>{field.name}</bdi>
                </code>
                <span class="schema-kind">{field.kind}</span>
                {field.required.then(|| view! { <span class="chip">{messages::required()}</span> })}
            </dt>
            {field.description.map(|words| view! { <dd dir="auto">{words}</dd> })}
        </div>
    }
}
