//! The schemas of generated forms, made from the types that the API reads.

mod check;

use std::sync::LazyLock;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use contract::ai::{ActionInputs, ActionName, ActionSettings, McpTools};
use contract::api::Page;
use contract::model_bindings::ModelSettings;
use contract::schemas::FormSchema;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};
use tracing::instrument;

use crate::http::{self, Principal};
use crate::openapi::Operation;

pub use check::check;

static ALL: LazyLock<Vec<FormSchema>> = LazyLock::new(|| {
    let mut all = vec![form::<ModelSettings>("model_settings", "Model binding", &[], &[])];
    all.extend(ActionName::ALL.into_iter().flat_map(action));
    all.push(form::<McpTools>("mcp_tools", "Agent's MCP server", &[], &[]));
    all
});

/// All of them.
pub fn all() -> &'static [FormSchema] {
    &ALL
}

pub fn find(name: &str) -> Option<&'static FormSchema> {
    ALL.iter().find(|schema| schema.name == name)
}

/// The name of the schema of an action's inputs.
pub fn inputs_of(action: ActionName) -> String {
    format!("{}.inputs", action.as_str())
}

/// The name of the schema of an action's settings.
pub fn settings_of(action: ActionName) -> String {
    format!("{}.settings", action.as_str())
}

/// The two forms of an action: of the types for all actions, what this one takes.
fn action(action: ActionName) -> [FormSchema; 2] {
    let title = title(action);
    let (inputs, settings) = (inputs_of(action), settings_of(action));
    let mut inputs = if action.takes_history() {
        // What is required is so wherever it applies.
        form::<ActionInputs>(&inputs, title, &[], &["prompt", "messages"])
    } else {
        let history = ["input_mode", "messages", "messages_limit"];
        form::<ActionInputs>(&inputs, title, &history, &["prompt"])
    };
    if action.takes_history() {
        for (field, mode) in [
            ("prompt", "prompt"),
            ("messages", "history"),
            ("messages_limit", "history"),
        ] {
            let hints = &mut inputs.schema["properties"][field]["x-ui"];
            hints["show_when"] = json!({"field": "input_mode", "in": [mode]});
        }
        // A field that can be added is one that is shown whatever the condition says.
        if let Some(hints) = inputs.schema["properties"]["messages_limit"]["x-ui"].as_object_mut() {
            hints.remove("hidden_until_added");
        }
    }
    let mut absent = Vec::new();
    if !action.makes_object() {
        absent.push("output_schema");
    }
    if action != ActionName::AiAgent {
        absent.push("stop_step_count");
    }
    let required: &[&str] = if action.makes_object() { &["output_schema"] } else { &[] };
    [inputs, form::<ActionSettings>(&settings, title, &absent, required)]
}

fn title(action: ActionName) -> &'static str {
    match action {
        ActionName::AiGenerateText => "Generate text",
        ActionName::AiGenerateReply => "Reply to a conversation",
        ActionName::AiGenerateObject => "Generate structured data",
        ActionName::AiInferObject => "Extract structured data",
        ActionName::AiAgent => "Agent with tools",
    }
}

/// The schema of a type, in one piece, without what this form does not have, and with what it requires besides.
fn form<T: JsonSchema>(name: &str, title: &str, absent: &[&str], required: &[&str]) -> FormSchema {
    let mut schema = shape::<T>();
    if let Some(fields) = schema["properties"].as_object_mut() {
        fields.retain(|field, _| !absent.contains(&field.as_str()));
    }
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    FormSchema {
        name: name.to_owned(),
        title: title.to_owned(),
        schema,
    }
}

fn shape<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings
        .for_deserialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value();
    tidy(&mut schema);
    schema
}

/// What is absent is left out: no field of a form is null. Formats of numbers say nothing to a form.
fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Array(kinds)) = fields.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [kind] = kinds.as_slice() {
                    let kind = kind.clone();
                    fields.insert("type".to_owned(), kind);
                }
            }
            if fields
                .get("default")
                .is_some_and(|default| default.is_null() || *default == json!([]))
            {
                fields.remove("default");
            }
            if fields
                .get("type")
                .is_some_and(|kind| kind == "integer" || kind == "number")
            {
                fields.remove("format");
            }
            fields
                .iter_mut()
                .filter(|(key, _)| *key != "x-ui")
                .for_each(|(_, value)| tidy(value));
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// The route, below the prefix of the API.
pub fn router() -> Router {
    Router::new().route("/schemas", get(list))
}

/// What the route does, for the documentation.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/schemas", "schemas.list", "List the schemas of forms")
            .answers::<Page<FormSchema>>("JSON Schemas with form hints under `x-ui`."),
    ]
}

#[instrument(name = "schemas.list", skip_all)]
async fn list(_principal: Principal) -> Response {
    http::json(&Page::whole(all().to_vec()))
}

#[cfg(test)]
mod tests {
    use contract::ai::ActionName;
    use contract::schemas::Form;
    use contract::schemas::example::Webhook;
    use serde_json::{Value, json};

    use super::{all, find, form, inputs_of, settings_of};

    #[test]
    fn schemas_are_in_one_piece_and_every_field_has_its_hints() {
        // That of the documentation is one like the others.
        let example = form::<Webhook>("webhook", "Webhook", &[], &[]);
        for form in all().iter().chain([&example]) {
            let text = form.schema.to_string();
            assert!(
                !text.contains("$ref") && !text.contains("\"null\""),
                "{}: {text}",
                form.name
            );
            assert_eq!(form.schema["additionalProperties"], false, "{}", form.name);
            let read = Form::parse(&form.schema).unwrap_or_else(|fault| panic!("{}: {fault}", form.name));
            assert_eq!(read.fields.len(), form.schema["properties"].as_object().unwrap().len());
            for (name, field) in form.schema["properties"].as_object().unwrap() {
                let hints = &field["x-ui"];
                for hint in ["widget", "title", "order"] {
                    assert!(!hints[hint].is_null(), "{}: {name} has no {hint}", form.name);
                }
                assert!(field["type"].is_string(), "{}: {name}: {field}", form.name);
            }
        }
    }

    #[test]
    fn the_documentation_lists_its_example_as_it_is_listed_here() {
        let docs = include_str!("../../../docs/forms.md");
        let (_, rest) = docs.split_once("```\n\nThe schema is listed in").unwrap();
        let (_, rest) = rest.split_once("```rust\n").unwrap();
        let line = rest.lines().next().unwrap().trim_end_matches(',');
        assert!(
            include_str!("mod.rs").contains(&format!("let example = {line};")),
            "{line}"
        );
    }

    #[test]
    fn each_action_has_its_own_fields() {
        let fields = |name: String| -> Vec<String> {
            let schema = &find(&name).unwrap().schema;
            schema["properties"].as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(fields(inputs_of(ActionName::AiGenerateText)), ["prompt", "system"]);
        assert!(fields(inputs_of(ActionName::AiAgent)).contains(&"messages".to_owned()));
        for action in ActionName::ALL {
            let settings = fields(settings_of(action));
            assert_eq!(settings.contains(&"output_schema".to_owned()), action.makes_object());
            assert_eq!(
                settings.contains(&"stop_step_count".to_owned()),
                action == ActionName::AiAgent
            );
        }
        let object = &find("ai_generate_object.settings").unwrap().schema;
        assert_eq!(object["required"], json!(["output_schema"]));
        let model = &find("model_settings").unwrap().schema;
        assert_eq!(model["required"], json!(["provider", "model_id"]));
        assert_eq!(
            model["properties"]["api_key"]["x-ui"]["widget"],
            Value::from("credential")
        );
    }
}
