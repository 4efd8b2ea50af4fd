//! Objects: the schema is checked, the answer is checked against it, and a model that got it wrong is told so once.

use contract::ai::{ActionName, ActionOutput, Usage};
use contract::model_bindings::WireFormat;
use serde_json::Value;

use super::run::sampling;
use super::schema::Schema;
use super::tools::NOT_AT_THE_ROOT;
use super::turns::turns;
use super::{Actions, Task};
use crate::ai::wire::{ChatMessage, CompletionRequest, Finish, takes_schema};
use crate::ai::{Caller, Sink, too_much_kept};
use crate::http::ApiError;
use crate::outbound::intake::Grant;

/// How often a model is asked.
const TRIES: usize = 2;

impl Actions {
    /// Asks for an object.
    pub(super) async fn object(&self, caller: &Caller, task: &Task) -> Result<ActionOutput, ApiError> {
        let schema = task.settings.output_schema.clone().unwrap_or_default();
        let checked = Schema::compile(schema.clone()).await?;
        let provider = task.model.settings.provider;
        // Providers hold answers to schemas of objects only.
        let mut native = schema["type"] == "object"
            && !(provider.wire_format() == WireFormat::Anthropic && has_choices(&schema))
            && task
                .model
                .settings
                .supports_structured_outputs
                .unwrap_or_else(|| takes_schema(provider));
        let sampling = sampling(&task.settings);
        let mut turns = turns(&task.inputs);
        if matches!(turns.last(), Some(ChatMessage::Assistant { .. })) {
            // A model answers a person.
            turns.push(ChatMessage::User("Give the object.".to_owned()));
        }
        let mut memory = self.bindings.ai().memory(caller)?;
        let mut usage = Usage::default();
        let mut attempt = 1;
        loop {
            let system = instructions(task, &schema, native);
            let ask = CompletionRequest {
                system: Some(&system),
                schema: native.then_some(&schema),
                stream: false,
                ..task.ask(&turns, &sampling, &Sink::none())
            };
            let purpose = match attempt {
                1 => task.purpose(),
                attempt => format!("{}, try {attempt}", task.purpose()),
            };
            let answer = match self.ask(caller, task, &purpose, ask, &Sink::none()).await {
                // What its provider takes, this model does not: it is told the schema in words.
                Err(failure) if native && failure.about_schema => {
                    native = false;
                    continue;
                }
                answer => answer?,
            };
            add(&mut usage, &answer.usage);
            let (object, grant) = self.object_in(task, &answer.text, memory).await?;
            memory = grant;
            let faults = match object {
                Some(object) => match checked.check(object).await? {
                    (object, faults) if faults.is_empty() => {
                        return Ok(ActionOutput {
                            object: Some(object),
                            usage,
                            ..task.output(answer)
                        });
                    }
                    (_, faults) => faults,
                },
                None => vec!["It is not JSON.".to_owned()],
            };
            if attempt == TRIES || matches!(answer.finish, Finish::Length | Finish::ContentFilter) {
                return Err(invalid(task, answer.finish, &faults));
            }
            try_again(&mut turns, answer.text, &faults);
            attempt += 1;
        }
    }
}

impl Actions {
    /// The object of an answer. Its memory is charged to the grant, in the place of the one before.
    async fn object_in(&self, task: &Task, text: &str, mut memory: Grant) -> Result<(Option<Value>, Grant), ApiError> {
        let ai = self.bindings.ai();
        memory.hold(0).map_err(too_much_kept)?;
        for candidate in candidates(text) {
            let (object, grant) = ai.document(&task.model, candidate.to_owned(), memory).await?;
            if object.is_some() {
                return Ok((object, grant));
            }
            memory = grant;
        }
        Ok((None, memory))
    }
}

/// Whether the root of a schema has what Anthropic refuses there.
fn has_choices(schema: &Value) -> bool {
    NOT_AT_THE_ROOT
        .iter()
        .any(|word| *word != "$schema" && schema.get(word).is_some())
}

/// Tells a model what was wrong. Providers refuse a turn in which nothing is said, and some two of a person in a row.
fn try_again(turns: &mut Vec<ChatMessage>, answer: String, faults: &[String]) {
    let told = format!(
        "This does not fit the schema:\n{}\nAnswer again with one JSON value that does, and nothing else.",
        faults.join("\n")
    );
    if !answer.trim().is_empty() {
        turns.push(ChatMessage::Assistant {
            text: answer,
            reasoning: String::new(),
            calls: Vec::new(),
        });
    } else if let Some(ChatMessage::User(asked)) = turns.last_mut() {
        *asked = format!("{asked}\n\nYou gave no answer. {told}");
        return;
    }
    turns.push(ChatMessage::User(told));
}

fn instructions(task: &Task, schema: &Value, native: bool) -> String {
    let mut parts = Vec::new();
    if let Some(system) = &task.inputs.system {
        parts.push(system.clone());
    }
    if task.action == ActionName::AiInferObject {
        parts.push("Do not answer what is said. Find out what it implies, and put that into the object.".to_owned());
    }
    if native {
        parts.push("Answer with one JSON object that fits the schema.".to_owned());
    } else {
        parts.push(format!(
            "Answer with one JSON value that fits this JSON Schema, and with nothing else:\n{schema}"
        ));
    }
    parts.join("\n\n")
}

/// The texts of an answer that may be its JSON: all of it, or what some models put between words or into a block of code.
fn candidates(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    let inner = text.find(['{', '[']).zip(text.rfind(['}', ']']));
    let inner = inner.and_then(|(from, to)| text.get(from..=to));
    let whole = Some(text).filter(|text| !text.is_empty());
    whole
        .into_iter()
        .chain(inner.filter(move |inner| Some(*inner) != whole))
}

fn invalid(task: &Task, finish: Finish, faults: &[String]) -> ApiError {
    let model = &task.model.settings.model_id;
    let detail = match (finish, task.settings.max_output_tokens) {
        (Finish::Length, Some(limit)) => {
            format!(
                "{model} reached its limit of {limit} tokens before the object was complete. Raise max_output_tokens."
            )
        }
        (Finish::Length, None) => format!(
            "{model} reached its default token limit before the object was complete. Set max_output_tokens to allow more."
        ),
        (Finish::ContentFilter, _) => {
            format!(
                "{model} or its provider refused to answer, so there is no object. Change the prompt, or use another model."
            )
        }
        _ => format!(
            "{model}'s answer didn't match your schema. Simplify the schema or the prompt, or use another model. Problems: {}",
            faults.first().map_or("", String::as_str)
        ),
    };
    ApiError::Upstream {
        slug: "object-invalid",
        detail,
    }
}

/// Adds the tokens of one answer to those of all.
pub(super) fn add(sum: &mut Usage, more: &Usage) {
    let optional = |sum: Option<i64>, more: Option<i64>| match (sum, more) {
        (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
        (sum, more) => sum.or(more),
    };
    sum.input_tokens = sum.input_tokens.saturating_add(more.input_tokens);
    sum.output_tokens = sum.output_tokens.saturating_add(more.output_tokens);
    sum.total_tokens = sum.total_tokens.saturating_add(more.total_tokens);
    sum.reasoning_tokens = optional(sum.reasoning_tokens, more.reasoning_tokens);
    sum.cached_input_tokens = optional(sum.cached_input_tokens, more.cached_input_tokens);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::candidates;

    #[test]
    fn json_is_found_between_words_and_in_blocks_of_code() {
        for text in [
            "{\"a\":1}",
            "Sure!\n```json\n{\"a\":1}\n```\nAnything else?",
            "  {\"a\":1}\n",
        ] {
            let read: Vec<Value> = candidates(text)
                .filter_map(|text| serde_json::from_str(text).ok())
                .collect();
            assert_eq!(read, [json!({"a": 1})], "{text}");
        }
        assert_eq!(candidates("no").collect::<Vec<_>>(), ["no"]);
        assert_eq!(candidates("} {").collect::<Vec<_>>(), ["} {"]);
        assert_eq!(candidates("").count(), 0);
    }
}
