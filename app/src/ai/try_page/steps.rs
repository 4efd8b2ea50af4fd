//! The steps of an agent: what the model said, which tools it asked for, and what they gave.

use contract::ai::{AgentStep, ModelToolCall, ModelToolResult};
use leptos::prelude::*;

use crate::ai::messages;
use crate::credential_forms::milliseconds;

/// The steps that are over, each folded.
#[component]
pub(super) fn Steps(steps: Memo<Vec<AgentStep>>) -> impl IntoView {
    view! {
        <Show when=move || steps.with(|steps| !steps.is_empty())>
            <section class="try-steps" aria-labelledby="try-steps">
                <h3 id="try-steps">{messages::steps()}</h3>
                <ol class="tools">
                    <For
                        each=move || steps.get()
                        key=|step| step.number
                        children=|step| {
                            view! {
                                <li>
                                    <Step step />
                                </li>
                            }
                        }
                    />
                </ol>
            </section>
        </Show>
    }
}

#[component]
fn Step(step: AgentStep) -> impl IntoView {
    let tools = step.tool_calls.len();
    let names: Vec<String> = step.tool_calls.iter().map(|call| call.name.clone()).collect();
    let facts = format!(
        "{}, {} + {} tokens",
        milliseconds(step.latency_ms),
        step.usage.input_tokens,
        step.usage.output_tokens
    );
    let said = (!step.text.is_empty()).then(|| {
        view! {
            <p class="try-text" dir="auto">
                {step.text}
            </p>
        }
    });
    view! {
        <details class="disclosure tool">
            <summary>
                <span class="tool-name">{messages::step(step.number, tools)}</span>
                <span class="tool-about">
                    <bdi>{names.join(", ")}</bdi>
                </span>
                <span class="muted">{facts}</span>
            </summary>
            <div class="tool-input">{said} <ToolCalls calls=step.tool_calls results=step.tool_results /></div>
        </details>
    }
}

/// Calls of tools with what came of them.
#[component]
pub(super) fn ToolCalls(calls: Vec<ModelToolCall>, results: Vec<ModelToolResult>) -> impl IntoView {
    calls
        .into_iter()
        .map(|call| {
            let result = results.iter().find(|result| result.id == call.id).cloned();
            let arguments = serde_json::to_string_pretty(&call.arguments).unwrap_or_default();
            let gave = match result {
                Some(result) => view! {
                    <dt>{messages::tool_result(result.is_error)} ", " {milliseconds(result.latency_ms)}</dt>
                    <dd>
                        <pre class="schema-json" dir="auto">
                            {result.content}
                        </pre>
                    </dd>
                }
                .into_any(),
                None => view! { <dt class="progress">{messages::tool_running()}</dt> }.into_any(),
            };
            view! {
                <div class="try-call">
                    <code class="tool-name">{call.name}</code>
                    <dl class="schema">
                        <dt>{messages::arguments()}</dt>
                        <dd>
                            <pre class="schema-json">{arguments}</pre>
                        </dd>
                        {gave}
                    </dl>
                </div>
            }
        })
        .collect_view()
        .into_any()
}
