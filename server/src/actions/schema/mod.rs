//! The schema of an object: whether it can be used, and whether an answer fits it. Both take time that whoever
//! writes the schema decides, so both are bounded, and done off the async threads.

mod complexity;
mod schema_graph;

use std::sync::Arc;

use jsonschema::{PatternOptions, Validator};
use serde_json::Value;
use tokio::sync::Semaphore;

use self::complexity::TooComplex;
use self::schema_graph::{Graph, Lost, width};
use crate::http::ApiError;

/// The field of the schema.
const POINTER: &str = "/settings/output_schema";

/// The largest schema, in bytes.
const MAX_SCHEMA_BYTES: usize = 64 * 1024;

/// The most patterns, and how much memory each may take, twice.
const MAX_PATTERNS: u64 = 100;
const MAX_PATTERN_BYTES: usize = 64 * 1024;

/// How many broken rules a model is told, and how much of them.
const MAX_FAULTS: usize = 10;
const MAX_FAULT_CHARS: usize = 300;

/// Above so many steps only the first broken rule is looked for: there can be one for each step.
const MAX_LISTED_STEPS: u64 = 20_000;

/// How many schemas are worked with at a time. Passwords, and whatever blocks besides, are not kept from their threads.
static SLOTS: Semaphore = Semaphore::const_new(2);

/// A schema that objects can be checked against.
#[derive(Clone, Debug)]
pub(super) struct Schema(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    validator: Validator,
    graph: Graph,
}

impl Schema {
    /// Checks a schema, and makes it ready to check objects. Patterns run in time that grows with the text alone.
    ///
    /// # Errors
    /// 422 at the field of the schema.
    pub(super) async fn compile(schema: Value) -> Result<Self, ApiError> {
        let compiled = aside(move || Compiled::of(&schema)).await??;
        Ok(Self(Arc::new(compiled)))
    }

    /// What is wrong with an object, which comes back.
    ///
    /// # Errors
    /// Where this process stops.
    pub(super) async fn check(&self, object: Value) -> Result<(Value, Vec<String>), ApiError> {
        let compiled = Arc::clone(&self.0);
        aside(move || {
            let faults = compiled.faults(&object);
            (object, faults)
        })
        .await
    }
}

async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let stopped = || ApiError::Internal(anyhow::anyhow!("work with a schema was stopped"));
    let permit = SLOTS.acquire().await.map_err(|_| stopped())?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|_| stopped())
}

impl Compiled {
    fn of(schema: &Value) -> Result<Self, ApiError> {
        let refused = |code: &str, detail: &str| Err(ApiError::field(POINTER, code, detail));
        let bad = "This isn't a valid JSON Schema. Check its keywords, references and patterns.";
        if schema.to_string().len() > MAX_SCHEMA_BYTES {
            return refused("too-long", "Use a schema of up to 64 KiB.");
        }
        if refers_elsewhere(schema) {
            let detail =
                "Refer only to parts of the same schema, e.g. #/$defs/item. Strongroom fetches no other schemas.";
            return refused("remote-reference", detail);
        }
        if count_patterns(schema) > MAX_PATTERNS {
            return refused("too-complex", &format!("Use up to {MAX_PATTERNS} patterns."));
        }
        let graph = match Graph::of(schema) {
            Ok(graph) => graph,
            Err(Lost::NoTarget) => return refused("bad-schema", bad),
            Err(Lost::OwnAddress) => {
                let detail = "Remove $id and $schema from subschemas, and refer to them with # and a path.";
                return refused("remote-reference", detail);
            }
        };
        match graph.check() {
            Ok(()) => {}
            Err(TooComplex::TooLarge) => {
                let detail = "The schema is too large once its references are expanded. Simplify it.";
                return refused("too-complex", detail);
            }
            Err(TooComplex::Circle) => {
                let detail = "Part of this schema refers directly to itself. Refer to it only inside a property or an array item.";
                return refused("bad-schema", detail);
            }
        }
        let patterns = PatternOptions::regex()
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(MAX_PATTERN_BYTES);
        // Formats and contents of texts would be parsed without a limit.
        let validator = jsonschema::options()
            .with_pattern_options(patterns)
            .should_validate_formats(false)
            .without_content_media_type_support("application/json")
            .without_content_encoding_support("base64")
            .build(schema);
        validator.map_or_else(
            |_| refused("bad-schema", bad),
            |validator| Ok(Self { validator, graph }),
        )
    }

    fn faults(&self, object: &Value) -> Vec<String> {
        let told = |error: jsonschema::ValidationError<'_>| {
            let path = error.instance_path().to_string();
            let place = if path.is_empty() { "The value".to_owned() } else { path };
            let told: String = error.masked().to_string().chars().take(MAX_FAULT_CHARS).collect();
            format!("{place}: {told}.")
        };
        match self.graph.steps(object) {
            None => {
                vec!["The value: it is too large or too deeply nested to check against the schema.".to_owned()]
            }
            Some(steps) if steps > MAX_LISTED_STEPS => {
                self.validator.validate(object).err().map(told).into_iter().collect()
            }
            Some(_) => self.validator.iter_errors(object).take(MAX_FAULTS).map(told).collect(),
        }
    }
}

fn refers_elsewhere(schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            let reference = matches!(key.as_str(), "$ref" | "$dynamicRef" | "$recursiveRef");
            let elsewhere = value.as_str().is_some_and(|target| !target.starts_with('#'));
            (reference && elsewhere) || refers_elsewhere(value)
        }),
        Value::Array(items) => items.iter().any(refers_elsewhere),
        _ => false,
    }
}

fn count_patterns(schema: &Value) -> u64 {
    match schema {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| {
                let own = match key.as_str() {
                    "pattern" => u64::from(value.is_string()),
                    "patternProperties" => width(value),
                    _ => 0,
                };
                own + count_patterns(value)
            })
            .sum(),
        Value::Array(items) => items.iter().map(count_patterns).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
