//! The tools of MCP servers, as a model gets to know them: `<server>__<tool>`, with names and schemas that every
//! provider accepts.

use std::collections::HashMap;

use contract::ai::McpTools;
use contract::mcp_servers::{McpServerId, Tool};
use contract::problem::Violation;
use serde_json::{Value, json};

use super::Actions;
use crate::ai::Caller;
use crate::ai::wire::ToolSpec;
use crate::http::ApiError;

/// The most tools of one agent: what providers accept.
const MAX_TOOLS: usize = 128;
/// The longest name that all providers accept.
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION_CHARS: usize = 1000;
/// The largest schema of one tool, in bytes; a larger one is left out, and the model has to guess.
const MAX_SCHEMA_BYTES: usize = 16 * 1024;

/// The tools of one agent.
#[derive(Debug, Default)]
pub(super) struct Toolbox {
    pub specs: Vec<ToolSpec>,
    /// Where each of them is, and its name there.
    pub places: HashMap<String, (McpServerId, String)>,
}

impl Toolbox {
    /// Adds the tools of a server, as far as they are wanted.
    fn add(&mut self, server: McpServerId, server_name: &str, tools: Vec<Tool>, wanted: Option<&[String]>) {
        for tool in tools {
            // Of what was not named, as much is taken as there is room for.
            let taken = wanted.map_or(self.specs.len() < MAX_TOOLS, |wanted| wanted.contains(&tool.name));
            if !taken {
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
        (2..self.places.len() + 3)
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

/// The name without characters that providers do not accept.
pub(super) fn word(name: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    name.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}

/// What Anthropic refuses at the root of a schema, with all tools of the request. The server checks the arguments
/// anyway.
pub(super) const NOT_AT_THE_ROOT: &[&str] = &[
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
fn not_offered(index: usize, server: &str, offered: &[Tool], wanted: &[String]) -> Vec<Violation> {
    wanted
        .iter()
        .enumerate()
        .filter(|(_, name)| !offered.iter().any(|tool| tool.name == **name))
        .map(|(at, _)| Violation {
            pointer: format!("/mcp/{index}/tool_names/{at}"),
            code: "unknown-tool".to_owned(),
            detail: format!("{server} has no tool with this name. Choose one from its list, or remove this one."),
        })
        .collect()
}

impl Actions {
    /// Asks the servers for their tools. The caller must be allowed to use each, and a tool that is wanted by its name
    /// must be there: an agent without it would do something else than what was asked for.
    pub(super) async fn toolbox(&self, caller: &Caller, servers: &[McpTools]) -> Result<Toolbox, ApiError> {
        let mut toolbox = Toolbox::default();
        let mut missing = Vec::new();
        // Those that are wanted by name come first: a long list of another server must not crowd them out.
        let mut servers: Vec<_> = servers.iter().enumerate().collect();
        servers.sort_by_key(|(_, server)| server.tool_names.is_none());
        for (index, server) in servers {
            let (name, list) = self.servers.list_tools(caller.into(), server.server_id).await?;
            let wanted = server.tool_names.as_deref();
            missing.extend(not_offered(index, &name, &list.items, wanted.unwrap_or_default()));
            toolbox.add(server.server_id, &name, list.items, wanted);
            if wanted.is_some() && toolbox.specs.len() > MAX_TOOLS {
                let pointer = format!("/mcp/{index}/tool_names");
                let detail = format!("An agent can use up to {MAX_TOOLS} tools. Choose fewer.");
                return Err(ApiError::field(&pointer, "too-many", &detail));
            }
        }
        if missing.is_empty() {
            Ok(toolbox)
        } else {
            Err(ApiError::Invalid(missing))
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::mcp_servers::{McpServerId, Tool};
    use serde_json::json;

    use super::{Toolbox, def, schema};

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
}
