//! The tools of MCP servers, as a model gets to know them: `<server>__<tool>`, with names and schemas that every
//! provider accepts.

use std::collections::HashMap;
use std::time::Duration;

use app::ai::{McpTools, ModelToolResult};
use app::api::FieldError;
use app::mcp_servers::{McpServerId, Tool, ToolResult};
use app::names::looks_like_secret;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::Actions;
use super::run::millis;
use crate::ai::Caller;
use crate::ai::wire::{Call, ToolSpec};
use crate::http::{ApiError, problem};

/// The most tools of one agent: what providers accept.
const MAX_TOOLS: usize = 128;
/// The longest name that all providers accept.
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION_CHARS: usize = 1000;
/// The largest schema of one tool, in bytes; a larger one is left out, and the model has to guess.
const MAX_SCHEMA_BYTES: usize = 16 * 1024;

/// How much of one result a model is given, in bytes.
pub(super) const MAX_RESULT_BYTES: usize = 32 * 1024;

/// The tools of one agent.
#[derive(Debug, Default)]
pub(super) struct Toolbox {
    pub specs: Vec<ToolSpec>,
    places: HashMap<String, (McpServerId, String)>,
}

impl Toolbox {
    /// Adds the tools of a server, as far as they are wanted.
    fn add(&mut self, server: McpServerId, server_name: &str, tools: Vec<Tool>, wanted: Option<&[String]>) {
        for tool in tools {
            if wanted.is_some_and(|wanted| !wanted.contains(&tool.name)) || self.specs.len() >= MAX_TOOLS {
                continue;
            }
            let name = self.unused(&format!("{}__{}", def(server_name), word(&tool.name)));
            self.specs.push(ToolSpec {
                name: name.clone(),
                description: tool
                    .description
                    .map(|text| text.chars().take(MAX_DESCRIPTION_CHARS).collect()),
                schema: schema(tool.input_schema),
            });
            self.places.insert(name, (server, tool.name));
        }
    }

    /// Whether there is such a tool. A model may make up others.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The name, or one like it that is not taken.
    fn unused(&self, name: &str) -> String {
        let cut = |room: usize| name.chars().take(room).collect::<String>();
        let first = cut(MAX_NAME);
        if !self.places.contains_key(&first) {
            return first;
        }
        // One more than there are tools is enough.
        (2..MAX_TOOLS + 3)
            .map(|number| {
                let tail = format!("_{number}");
                cut(MAX_NAME - tail.len()) + &tail
            })
            .find(|name| !self.places.contains_key(name))
            .unwrap_or(first)
    }
}

/// The name of a server as a definition of a workflow would have it.
fn def(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let def = words.join("_");
    match def.chars().next() {
        None => "server".to_owned(),
        // Some providers want a letter first.
        Some(first) if first.is_ascii_digit() => format!("s{def}"),
        Some(_) => def,
    }
    .chars()
    .take(MAX_NAME / 2)
    .collect()
}

fn word(name: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    name.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}

/// What Anthropic refuses at the root of a schema, with all tools of the request. The server checks the arguments
/// anyway.
const NOT_AT_THE_ROOT: &[&str] = &[
    "$schema", "oneOf", "anyOf", "allOf", "not", "if", "then", "else", "enum",
];

/// A schema that says that it is one of an object and nothing else, which providers insist on.
fn schema(mut schema: Value) -> Value {
    if !schema.is_object() || schema.to_string().len() > MAX_SCHEMA_BYTES {
        schema = json!({});
    }
    schema["type"] = "object".into();
    if !schema["properties"].is_object() {
        schema["properties"] = json!({});
    }
    if let Some(fields) = schema.as_object_mut() {
        fields.retain(|word, _| !NOT_AT_THE_ROOT.contains(&word.as_str()));
    }
    schema
}

/// A fault for each wanted tool that a server does not offer.
fn not_offered(index: usize, server: &str, offered: &[Tool], wanted: &[String]) -> Vec<FieldError> {
    wanted
        .iter()
        .enumerate()
        .filter(|(_, name)| !offered.iter().any(|tool| tool.name == **name))
        .map(|(at, name)| {
            // What was pasted here by mistake is not repeated.
            let plain = name.chars().count() <= MAX_NAME && !looks_like_secret(name);
            let tool = if plain { name } else { "with this name" };
            FieldError {
                pointer: format!("/mcp/{index}/tool_names/{at}"),
                code: "unknown-tool".to_owned(),
                detail: format!("{server} does not offer the tool {tool}. Choose among the tools that it lists, or leave this one out."),
            }
        })
        .collect()
}

impl Actions {
    /// Asks the servers for their tools. The caller must be allowed to use each, and a tool that is wanted by its name
    /// must be there: an agent without it would do something else than what was asked for.
    pub(super) async fn toolbox(&self, caller: &Caller, servers: &[McpTools]) -> Result<Toolbox, ApiError> {
        let mut toolbox = Toolbox::default();
        let mut missing = Vec::new();
        for (index, server) in servers.iter().enumerate() {
            let (name, list) = self.servers.list_tools(caller.into(), server.server_id).await?;
            let wanted = server.tool_names.as_deref();
            missing.extend(not_offered(index, &name, &list.items, wanted.unwrap_or_default()));
            toolbox.add(server.server_id, &name, list.items, wanted);
        }
        if missing.is_empty() {
            Ok(toolbox)
        } else {
            Err(ApiError::Invalid(missing))
        }
    }

    /// Calls a tool. Whatever goes wrong is a result: the model is told, and may try something else.
    pub(super) async fn call_tool(&self, caller: &Caller, toolbox: &Toolbox, call: &Call) -> ModelToolResult {
        let started = Instant::now();
        let limit = self.bindings.ai().limits().call;
        let (content, is_error) = match timeout(limit, self.try_call(caller, toolbox, call)).await {
            Ok(Ok(result)) => (text_of(&result), result.is_error),
            Ok(Err(error)) => (problem(error, &caller.request_id.0).detail, true),
            Err(_) => (format!("The tool was not done within {}.", in_words(limit)), true),
        };
        ModelToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content,
            is_error,
            latency_ms: millis(started),
        }
    }

    async fn try_call(&self, caller: &Caller, toolbox: &Toolbox, call: &Call) -> Result<ToolResult, ApiError> {
        let told = |detail: &str| ApiError::Upstream {
            slug: "upstream-failed",
            detail: detail.to_owned(),
        };
        let Some((server, tool)) = toolbox.places.get(&call.name) else {
            return Err(told("There is no such tool. Use one of those that were listed."));
        };
        let arguments = match &call.arguments {
            Value::Object(arguments) => arguments.clone(),
            Value::Null => serde_json::Map::new(),
            _ => return Err(told("The arguments are not a JSON object. Send one.")),
        };
        self.servers
            .call_tool(caller.into(), *server, tool, Some(arguments))
            .await
    }
}

fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        seconds => format!("{seconds} seconds"),
    }
}

/// What a tool gave, as a text.
fn text_of(result: &ToolResult) -> String {
    let mut parts: Vec<String> = result
        .content
        .iter()
        .map(|block| match block["type"].as_str().unwrap_or_default() {
            "text" => block["text"].as_str().unwrap_or_default().to_owned(),
            "resource" => match block["resource"]["text"].as_str() {
                Some(text) => text.to_owned(),
                None => "[a file]".to_owned(),
            },
            kind => format!("[{}]", word(kind)),
        })
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        parts.extend(result.structured_content.as_ref().map(Value::to_string));
    }
    parts.join("\n")
}

/// A text, cut to so many bytes, which says that it was cut.
pub(super) fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}\n[cut: {} more bytes]", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use app::mcp_servers::{McpServerId, Tool};
    use serde_json::json;

    use super::{Toolbox, cut, def, schema};

    fn tool(name: &str) -> Tool {
        Tool {
            name: name.to_owned(),
            description: Some("é".repeat(2000)),
            input_schema: json!({"$schema": "x", "type": "object"}),
        }
    }

    #[test]
    fn names_are_those_that_every_provider_accepts_and_no_two_are_alike() {
        let mut toolbox = Toolbox::default();
        let long = "x".repeat(100);
        let tools = [
            "find customer",
            "find.customer",
            "find_customer",
            &long,
            &format!("{long}y"),
        ];
        let id = McpServerId(uuid::Uuid::nil());
        toolbox.add(id, "Our CRM (EU)", tools.into_iter().map(tool).collect(), None);
        let names: Vec<&str> = toolbox.specs.iter().map(|spec| spec.name.as_str()).collect();
        assert_eq!(names[0], "our_crm_eu__find_customer");
        assert_eq!(names[1], "our_crm_eu__find_customer_2");
        assert_eq!(toolbox.places[names[1]].1, "find.customer");
        let mut different = names.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 5);
        for name in names {
            assert!(
                name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'),
                "{name}"
            );
        }
        assert_eq!(toolbox.specs[0].description.as_ref().unwrap().chars().count(), 1000);
        assert_eq!(toolbox.specs[0].schema, json!({"type": "object", "properties": {}}));
    }

    #[test]
    fn only_wanted_tools_are_there_and_only_so_many() {
        let id = McpServerId(uuid::Uuid::nil());
        let mut toolbox = Toolbox::default();
        toolbox.add(id, "a", vec![tool("x"), tool("y")], Some(&["y".to_owned()]));
        assert_eq!(toolbox.specs.len(), 1);
        toolbox.add(id, "b", (0..500).map(|n| tool(&n.to_string())).collect(), None);
        assert_eq!(toolbox.specs.len(), 128);
        assert_eq!(
            (def("42"), def("éé"), def("--")),
            ("s42".to_owned(), "server".to_owned(), "server".to_owned())
        );
        assert_eq!(
            schema(json!({"properties": {"a": {"enum": ["x".repeat(20_000)]}}}))["properties"],
            json!({})
        );
    }

    #[test]
    fn choices_at_the_root_of_a_schema_are_left_out_and_those_inside_stay() {
        let inside = json!({"a": {"anyOf": [{"type": "string"}, {"type": "null"}], "enum": ["x", null]}});
        let mut given = json!({"type": "object", "properties": inside, "required": ["a"], "$defs": {"b": {"not": {}}}});
        let expected = given.clone();
        for word in ["oneOf", "anyOf", "allOf", "enum"] {
            given[word] = json!([{"required": ["a"]}]);
        }
        for word in ["not", "if", "then", "else"] {
            given[word] = json!({"required": ["a"]});
        }
        assert_eq!(schema(given), expected);
    }

    #[test]
    fn a_long_result_is_cut_between_characters_and_says_so() {
        assert_eq!(cut("short", 10), "short");
        assert_eq!(cut("éééé", 5), "éé\n[cut: 4 more bytes]");
    }
}
