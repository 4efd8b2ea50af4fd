//! The right half: what comes.

use contract::ai::ActionOutput;
use leptos::prelude::*;

use super::run::{OUTPUT_ID, TryModel};
use super::steps::{Steps, ToolCalls};
use super::trial::{Phase, Trial};
use crate::ai::messages;
use crate::api::ClientError;
use crate::credential_forms::{Headline, HeadlineLine, error_words, fact, milliseconds};
use crate::ui::CopyButton;

/// The answer, while it comes and afterwards. Its end is announced, not every piece of it.
#[component]
pub(super) fn Output(model: TryModel) -> impl IntoView {
    let trial = model.trial;
    let headline = Memo::new(move |_| trial.with(headline));
    let said = Memo::new(move |_| trial.with(|trial| trial.text.clone()));
    let reasoning = Memo::new(move |_| trial.with(|trial| trial.reasoning.clone()));
    let steps = Memo::new(move |_| trial.with(|trial| trial.steps.clone()));
    let calls = Memo::new(move |_| trial.with(|trial| (trial.calls.clone(), trial.results.clone())));
    let output = Memo::new(move |_| trial.with(|trial| trial.output.clone()));
    let object = Memo::new(move |_| {
        let object = output.get().and_then(|output| output.object)?;
        serde_json::to_string_pretty(&object).ok()
    });
    // The text of an object action is the object once more.
    let shows_text = move || object.with(Option::is_none) && said.with(|said| !said.is_empty());
    let announced = move || output.get().map(|output| output.text);
    view! {
        <section id=OUTPUT_ID class="try-output" aria-labelledby="try-answer" tabindex="-1">
            <h2 id="try-answer">{messages::answer()}</h2>
            <div role="status">
                {move || match headline.get() {
                    Some(headline) => view! { <HeadlineLine headline /> }.into_any(),
                    None => view! { <p class="muted">{messages::nothing_yet()}</p> }.into_any(),
                }}
            </div>
            <p class="visually-hidden" role="status">
                {announced}
            </p>
            <Steps steps />
            <Show when=move || reasoning.with(|reasoning| !reasoning.is_empty())>
                <details class="disclosure">
                    <summary>{messages::reasoning()}</summary>
                    <p class="try-text muted" dir="auto">
                        {reasoning}
                    </p>
                </details>
            </Show>
            <Show when=shows_text>
                <div class="try-answer">
                    <p class="try-text" dir="auto">
                        {said}
                    </p>
                </div>
            </Show>
            {move || object.get().map(|object| view! { <pre class="schema-json">{object}</pre> })}
            {move || {
                let (calls, results) = calls.get();
                (!calls.is_empty()).then(|| view! { <ToolCalls calls results /> })
            }}
            {move || output.get().map(|output| view! { <Facts output /> })}
        </section>
    }
}

/// One sentence for where it stands.
fn headline(trial: &Trial) -> Option<Headline> {
    Some(match &trial.phase {
        Phase::Idle => return None,
        Phase::Running(_) if trial.text.is_empty() && trial.calls.is_empty() => {
            Headline::Waiting(messages::waiting().to_owned())
        }
        Phase::Running(_) => Headline::Waiting(messages::running().to_owned()),
        Phase::Stopped => Headline::Plain(messages::stopped().to_owned()),
        Phase::Finished => {
            let reason = trial.output.as_ref().map_or("", |output| output.finish_reason.as_str());
            Headline::Good(messages::finished(reason).to_owned())
        }
        Phase::Failed(ClientError::Offline) if !trial.text.is_empty() => {
            Headline::Bad(messages::broke_off().to_owned())
        }
        Phase::Failed(error) => Headline::Bad(error_words(error)),
    })
}

/// What the answer took.
#[component]
fn Facts(output: ActionOutput) -> impl IntoView {
    let usage = output.usage;
    let copied = output
        .object
        .as_ref()
        .and_then(|object| serde_json::to_string_pretty(object).ok())
        .unwrap_or_else(|| output.text.clone());
    view! {
        <div class="try-facts">
            <dl class="connection-facts">
                {fact(messages::fact_model(), output.model)}
                {fact(messages::fact_latency(), milliseconds(output.latency_ms))}
                {fact(messages::fact_input(), usage.input_tokens.to_string())}
                {fact(messages::fact_output(), usage.output_tokens.to_string())}
                {usage.reasoning_tokens.map(|count| fact(messages::fact_reasoning(), count.to_string()))}
                {fact(messages::fact_reason(), output.finish_reason)}
            </dl>
            <CopyButton content=copied label=messages::copy() />
        </div>
    }
}
