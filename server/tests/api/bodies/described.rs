//! Answers, held against the OpenAPI document.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::openapi::document;
use server::router::operations;

use crate::openapi::resolve;
use crate::support::Answer;

/// The document, and the operations whose answers were held against it.
pub(super) struct Described {
    document: Value,
    pub(super) checked: BTreeSet<&'static str>,
}

impl Described {
    pub(super) fn new() -> Self {
        let mut document = document(&operations(), false);
        close(&mut document["components"]["schemas"]);
        Self {
            document,
            checked: BTreeSet::new(),
        }
    }

    /// The body must fit what the document says of this operation and this status. Gives the answer back.
    #[track_caller]
    pub(super) fn fits(&mut self, id: &'static str, answer: Answer) -> Answer {
        let operations = operations();
        let operation = operations.iter().find(|operation| operation.id == id).expect(id);
        let responses = &self.document["paths"][operation.full_path()][operation.method]["responses"];
        let described = resolve(&self.document, &responses[answer.status.to_string()]);
        let content = &described["content"][answer.header("content-type")];
        let about = format!("{id}, {}", answer.status);
        assert!(content.is_object(), "{about} has no such answer: {}", answer.whole());
        match answer.header("content-type").as_str() {
            "text/event-stream" => {
                let text = String::from_utf8(answer.bytes.clone()).unwrap();
                let events: Vec<Value> = text
                    .lines()
                    .filter_map(|line| line.strip_prefix("data:"))
                    .map(|data| serde_json::from_str(data).unwrap())
                    .collect();
                assert!(!events.is_empty(), "{about}");
                for event in events {
                    self.assert_valid(&content["x-event"], &event, &about);
                }
            }
            _ => self.assert_valid(&content["schema"], &answer.json(), &about),
        }
        if answer.status < 300 {
            self.checked.insert(id);
        }
        answer
    }

    #[track_caller]
    pub(super) fn assert_valid(&self, schema: &Value, body: &Value, about: &str) {
        let whole = json!({"allOf": [schema], "components": self.document["components"]});
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap();
        let faults: Vec<String> = validator
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{about}: {faults:#?} in {body:#}");
    }
}

/// Refuses fields that are not described. The document leaves that open, so that later versions may add some.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
