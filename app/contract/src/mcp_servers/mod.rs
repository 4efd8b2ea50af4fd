//! The wire contract of MCP servers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::accounts::{Owner, Resource};
use crate::api::{Patch, id_type};
use crate::credentials::{CredentialId, CredentialSummary};
use crate::problem::Problem;

id_type! {
    /// The ID of an MCP server.
    McpServerId
}

/// The transport of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Streamable HTTP.
    #[default]
    Http,
    /// A configured local program that Strongroom runs.
    Stdio,
    /// A transport of a later release.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// An MCP server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct McpServer {
    /// The ID.
    pub id: McpServerId,
    /// The unique name.
    pub name: String,
    /// `true` if it is enabled.
    pub enabled: bool,
    /// The transport.
    pub transport: Transport,
    /// The URL; absent for a program.
    pub url: Option<String>,
    /// The program's entry in `strongroom.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Extra arguments of the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// The program's working directory; `/` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The names of the environment variables that Strongroom passes to the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env_names: Vec<String>,
    /// The credential whose value is sent as `Authorization: Bearer`.
    pub credential_id: Option<CredentialId>,
    /// A summary of the credential.
    pub credential: Option<CredentialSummary>,
    /// The owner.
    pub owner: Owner,
    /// The number of changes, starting at 1. In quotes, it is the `ETag`.
    pub revision: i64,
    /// When it was created.
    #[serde(deserialize_with = "crate::api::moment")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[serde(deserialize_with = "crate::api::moment")]
    pub updated_at: DateTime<Utc>,
}

impl McpServer {
    /// The kind of record that permissions to change it speak of.
    pub fn resource(&self) -> Resource {
        match self.transport {
            Transport::Stdio => Resource::StdioServers,
            Transport::Http | Transport::Unknown => Resource::McpServers,
        }
    }

    /// Host or program name. `None` if the URL has no host.
    pub fn target(&self) -> Option<String> {
        self.command
            .clone()
            .or_else(|| crate::address::host_of(self.url.as_deref()?))
    }
}

/// Body of `POST /mcp-servers`, `PATCH /mcp-servers/{id}` (a merge patch) and `POST /mcp-servers/test`: the fields of a
/// server. A new one needs a name, and a URL or a command; a test needs no name.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields, default)]
pub struct McpServerInput {
    /// Only for tests: a saved server, tested with the changes in the other fields.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Option::is_none"))]
    pub id: Option<McpServerId>,
    /// The unique name.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::name"))]
    pub name: Patch<String>,
    /// `true` to enable it. Default for a new server: `true`
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub enabled: Patch<bool>,
    /// The transport. Default for a new server: `http`
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub transport: Patch<Transport>,
    /// `http`: its URL, `http://` or `https://`.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::api::address"))]
    pub url: Patch<String>,
    /// `http`: the credential to send; `null`: none.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<CredentialId>"))]
    pub credential_id: Patch<CredentialId>,
    /// `http`: adds the address (scheme, host, port and path) to the credential's allowed destinations, if the caller
    /// can change the credential. A test adds nothing.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub allow_host: bool,
    /// `http`: adds the whole host instead of the path, by `allow_host` or to an empty list.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "std::ops::Not::not"))]
    pub whole_host: bool,
    /// `stdio`: the program's entry in `strongroom.toml`.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    pub command: Patch<String>,
    /// `stdio`: extra arguments of the program; `null`: none.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub args: Patch<Vec<String>>,
    /// `stdio`: the program's working directory; `null`: the root.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub cwd: Patch<String>,
    /// `stdio`: the names of the variables to pass to the program, from those that the entry allows; `null`: none.
    #[cfg_attr(target_arch = "wasm32", serde(skip_serializing_if = "Patch::is_absent"))]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<String>>"))]
    pub env_names: Patch<Vec<String>>,
}

/// A configured program, as in `GET /mcp-servers/commands`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StdioCommand {
    /// The name of its entry.
    pub name: String,
    /// `true` if it takes extra arguments.
    pub takes_args: bool,
    /// The names of the environment variables that the program can get.
    pub env_names: Vec<String>,
}

/// The server's description of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServerInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A tool that a server offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// The description by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// JSON Schema of its input.
    pub input_schema: serde_json::Value,
}

/// The result of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestResult {
    /// `true` if the server accepted the connection and listed its tools.
    pub ok: bool,
    /// When the test ran.
    #[serde(deserialize_with = "crate::api::moment")]
    pub checked_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The protocol version that both sides agreed on.
    pub protocol_version: Option<String>,
    /// The server's description of itself.
    pub server: Option<ServerInfo>,
    /// The number of tools.
    pub tool_count: i64,
    /// The tools.
    pub tools: Vec<Tool>,
    /// The reason for the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Problem>>,
}

/// The tools of a saved server, as a list, with the server's description of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToolList {
    /// The tools.
    pub items: Vec<Tool>,
    /// The number of tools.
    pub total: i64,
    /// Always true.
    pub total_exact: bool,
    /// Always absent: the tools come in one page.
    pub next_cursor: Option<String>,
    /// Always absent: the tools come in one page.
    pub previous_cursor: Option<String>,
    /// When the server was asked.
    #[serde(deserialize_with = "crate::api::moment")]
    pub checked_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
    /// The protocol version that both sides agreed on.
    pub protocol_version: Option<String>,
    /// The server's description of itself.
    pub server: Option<ServerInfo>,
}

/// Body of `POST /mcp-servers/{id}/tools/{tool}/call`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(target_arch = "wasm32", derive(Serialize))]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// The arguments, which must match the tool's schema. Default: none
    #[serde(default)]
    pub arguments: Option<serde_json::Map<String, serde_json::Value>>,
}

/// The result of a tool call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ToolResult {
    /// `true` if the tool reports a failure.
    pub is_error: bool,
    /// The content blocks, as in the protocol.
    pub content: Vec<serde_json::Value>,
    /// The result as data, if the tool returns it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structured_content: Option<serde_json::Value>,
    /// When the tool was called.
    #[serde(deserialize_with = "crate::api::moment")]
    pub checked_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub latency_ms: i64,
}
