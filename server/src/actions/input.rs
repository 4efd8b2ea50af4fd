//! What comes in for an action.

use axum::extract::{FromRequestParts, RawPathParams};
use contract::ai::{ActionInputs, ActionName, ActionSettings, McpTools, Message};
use contract::api::Patch;
use contract::model_bindings::{ModelBindingId, ModelSettings};
use contract::problem::Violation;
use http::request::Parts;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::schema::Schema;
use crate::http::{ApiError, Fields};
use crate::model_bindings::new_settings;
use crate::schemas;

/// The most MCP servers of one agent.
const MAX_SERVERS: usize = 16;
const MAX_MESSAGES: usize = 1000;
/// The most tools that are named of one server, and the longest name.
const MAX_TOOLS: usize = 128;
const MAX_TOOL_CHARS: usize = 256;

/// The action in the path. Any other name is of nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct ActionPath(pub ActionName);

impl<S: Send + Sync> FromRequestParts<S> for ActionPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        params
            .iter()
            .find(|(name, _)| *name == "action")
            .and_then(|(_, name)| ActionName::from_name(name))
            .map(Self)
            .ok_or(ApiError::NotFound)
    }
}

#[derive(Clone, Debug)]
pub enum Which {
    /// That of a saved binding.
    Saved(ModelBindingId),
    /// One that is named on the spot.
    Inline(ModelSettings),
}

/// `POST /actions/{action}`.
#[derive(Clone, Debug)]
pub struct Run {
    pub which: Which,
    pub inputs: ActionInputs,
    pub settings: ActionSettings,
    /// The servers of an agent.
    pub mcp: Vec<McpTools>,
}

/// Reads `POST /actions/{action}`.
pub async fn run(action: ActionName, mut fields: Fields) -> Result<Run, ApiError> {
    let saved = fields.patch_id::<ModelBindingId>("model_binding_id");
    let model = fields.patch_object("model");
    let which = which(&mut fields, saved, model);
    let inputs = fields.object("inputs", "Send the action's inputs.");
    let inputs: Option<ActionInputs> =
        inputs.and_then(|inputs| read(&mut fields, action, &schemas::inputs_of(action), "/inputs", inputs));
    let settings = fields.patch_object("settings").apply_to(None).unwrap_or_default();
    let settings: Option<ActionSettings> = read(
        &mut fields,
        action,
        &schemas::settings_of(action),
        "/settings",
        settings,
    );
    if let Some(schema) = settings.as_ref().and_then(|settings| settings.output_schema.as_ref()) {
        match Schema::compile(schema.clone()).await {
            Err(ApiError::Invalid(errors)) => fields.faults(errors),
            compiled => drop(compiled?),
        }
    }
    let mcp = mcp(&mut fields);
    if action != ActionName::AiAgent && !mcp.is_empty() {
        fields.fault("/mcp", "not-taken", "Only ai_agent uses tools. Remove this.");
    }
    let content = which.zip(inputs).zip(settings).map(|((which, inputs), settings)| Run {
        which,
        inputs,
        settings,
        mcp,
    });
    fields.into_result(content)
}

fn which(fields: &mut Fields, saved: Patch<ModelBindingId>, model: Patch<Map<String, Value>>) -> Option<Which> {
    match (saved, model) {
        (Patch::Set(id), Patch::Absent | Patch::Null) => Some(Which::Saved(id)),
        (Patch::Absent | Patch::Null, Patch::Set(model)) => {
            let mut inner = Fields::within("/model", model);
            let settings = new_settings(&mut inner);
            match inner.into_result(settings) {
                Ok(settings) => Some(Which::Inline(settings)),
                Err(ApiError::Invalid(errors)) => {
                    fields.faults(errors);
                    None
                }
                Err(_) => None,
            }
        }
        (Patch::Set(_), Patch::Set(_)) => {
            let detail = "Send model_binding_id or model, not both.";
            fields.fault("/model", "conflict", detail);
            None
        }
        (Patch::Absent | Patch::Null, Patch::Absent | Patch::Null) => {
            if fields.is_clean() {
                fields.fault("/model_binding_id", "required", "Choose a model binding.");
            }
            None
        }
    }
}

/// Checks an object by the rules of its form and reads it.
fn read<T: DeserializeOwned>(
    fields: &mut Fields,
    action: ActionName,
    form: &str,
    prefix: &str,
    mut object: Map<String, Value>,
) -> Option<T> {
    // No value and null are the same to a form.
    object.retain(|_, value| !value.is_null());
    let messages = object.get("messages").filter(|messages| messages.is_array());
    let unreadable = messages.is_some_and(|messages| !is_conversation(messages));
    // An object is also made of what was said before; everything else answers a person.
    let unanswerable = !action.makes_object() && messages.is_some_and(ends_with_an_answer);
    let object = Value::Object(object);
    let mut errors = match schemas::check(form, &object, prefix) {
        Ok(errors) => errors,
        Err(error) => {
            tracing::error!(error = %error, "a form is missing");
            return None;
        }
    };
    if unreadable {
        errors.push(Violation {
            pointer: format!("{prefix}/messages"),
            code: "wrong-type".to_owned(),
            detail: "Send 1–1,000 messages, each with a role (user or assistant) and text content.".to_owned(),
        });
    }
    if unanswerable && !unreadable {
        errors.push(Violation {
            pointer: format!("{prefix}/messages"),
            code: "answered".to_owned(),
            detail: "End with a user message: the model replies to it.".to_owned(),
        });
    }
    if errors.is_empty() {
        // What the form lets through, the type takes.
        return serde_json::from_value(object)
            .map_err(|_| fields.fault(prefix, "invalid", "This doesn't match the schema. See GET /schemas."))
            .ok();
    }
    fields.faults(errors);
    None
}

fn is_conversation(messages: &Value) -> bool {
    let count = messages.as_array().map_or(0, Vec::len);
    (1..=MAX_MESSAGES).contains(&count) && Vec::<Message>::deserialize(messages).is_ok()
}

fn ends_with_an_answer(messages: &Value) -> bool {
    let last = messages.as_array().and_then(|messages| messages.last());
    last.is_some_and(|message| message["role"] == "assistant")
}

fn mcp(fields: &mut Fields) -> Vec<McpTools> {
    let mut servers = Vec::new();
    for (index, entry) in fields.objects("mcp", MAX_SERVERS).into_iter().enumerate() {
        let mut inner = Fields::within("", entry);
        let id = inner.patch_id("server_id");
        if id.is_absent() && inner.is_clean() {
            inner.fault("/server_id", "required", "Choose an MCP server.");
        }
        let names = inner
            .patch_list("tool_names", MAX_TOOLS, "bad-name", tool_name)
            .apply_to(None);
        let content = id.apply_to(None).map(|server_id| McpTools {
            server_id,
            tool_names: names,
        });
        match inner.into_result(content) {
            Ok(server) => servers.push(server),
            Err(ApiError::Invalid(mut errors)) => {
                for error in &mut errors {
                    error.pointer.insert_str(0, &format!("/mcp/{index}"));
                }
                fields.faults(errors);
            }
            Err(_) => {}
        }
    }
    servers
}

fn tool_name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.chars().count() > MAX_TOOL_CHARS || text.chars().any(char::is_control) {
        Err("Use a tool name from the server's list.")
    } else {
        Ok(text.to_owned())
    }
}
