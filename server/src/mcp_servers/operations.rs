//! The operations on MCP servers, for the documentation.

use contract::api::Page;
use contract::mcp_servers::{McpServer, McpServerInput, StdioCommand, TestResult, ToolCall, ToolList, ToolResult};
use serde_json::json;

use super::rows::SORTS;
use crate::http::UPSTREAM_SLUGS;
use crate::openapi::Operation;

/// How attaching a credential can fail.
const ATTACH: &[&str] = &["host-not-allowed", "credential-deleted"];
/// How using a credential can fail before anything is sent.
const REACH: &[&str] = &[
    "disabled",
    "session-ended",
    "host-not-allowed",
    "credential-deleted",
    "value-not-sendable",
    "audit-unavailable",
    "too-many-uses",
    "credential-rolled-back",
    "key-missing",
];

/// How an operation can fail where too many run.
const AT_ONCE: &[&str] = &["too-many-operations", "too-much-at-once"];

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    let example = json!({"name": "CRM", "url": "http://127.0.0.1:3100/mcp"});
    vec![
        Operation::get("/mcp-servers", "mcp_servers.list", "List MCP servers")
            .list(SORTS, "name")
            .answers::<Page<McpServer>>("A page of MCP servers."),
        Operation::post("/mcp-servers", "mcp_servers.create", "Add an MCP server")
            .takes::<McpServerInput>(example.clone())
            .but(&["name"], &["id"])
            .creates::<McpServer>("The MCP server.")
            .refuses(&["name-taken", "quota-reached"])
            .refuses(ATTACH),
        Operation::post(
            "/mcp-servers/test",
            "mcp_servers.test",
            "Test an unsaved MCP server, or a saved one with changes",
        )
        .takes::<McpServerInput>(example)
        .answers::<TestResult>("The test result. A failure of the other server is a result, not an error.")
        .refuses(&[
            "audit-unavailable",
            "credential-rolled-back",
            "session-ended",
            "disabled",
            "not-found",
            "too-many-uses",
        ])
        .refuses(AT_ONCE),
        Operation::get(
            "/mcp-servers/commands",
            "mcp_servers.commands",
            "List the programs for stdio MCP servers",
        )
        .answers::<Page<StdioCommand>>("The configured programs; none if you can't create stdio servers."),
        Operation::get("/mcp-servers/{id}", "mcp_servers.get", "Get an MCP server")
            .answers_record::<McpServer>("The MCP server."),
        Operation::patch("/mcp-servers/{id}", "mcp_servers.update", "Change an MCP server")
            .if_match()
            .takes::<McpServerInput>(json!({"enabled": false}))
            .but(&[], &["id"])
            .answers_record::<McpServer>("The MCP server.")
            .refuses(&["name-taken"])
            .refuses(ATTACH),
        Operation::delete("/mcp-servers/{id}", "mcp_servers.delete", "Delete an MCP server")
            .if_match()
            .answers_nothing("The MCP server is gone; its credential stays."),
        Operation::post(
            "/mcp-servers/{id}/test",
            "mcp_servers.test_saved",
            "Test a saved MCP server",
        )
        .answers::<TestResult>("The test result.")
        .refuses(&[
            "audit-unavailable",
            "credential-rolled-back",
            "session-ended",
            "disabled",
            "too-many-uses",
        ])
        .refuses(AT_ONCE),
        Operation::get(
            "/mcp-servers/{id}/tools",
            "mcp_servers.tools",
            "List the tools of an MCP server",
        )
        .answers::<ToolList>("The current tools of the server.")
        .refuses(&["cross-site"])
        .refuses(REACH)
        .refuses(AT_ONCE)
        .refuses(UPSTREAM_SLUGS),
        Operation::post("/mcp-servers/{id}/tools/{tool}/call", "mcp_servers.call", "Call a tool")
            .takes::<ToolCall>(json!({"arguments": {"query": "open tickets"}}))
            .answers::<ToolResult>("The tool's result.")
            .refuses(REACH)
            .refuses(AT_ONCE)
            .refuses(UPSTREAM_SLUGS),
    ]
}
