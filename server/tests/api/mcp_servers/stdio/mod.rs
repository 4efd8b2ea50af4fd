//! Servers that are programs: records, what they are given, what they may not read, and how they end.

mod confinement;
mod life;
mod records;

use std::sync::Arc;

use serde_json::{Value, json};
use server::config::StdioSettings;
use server::outbound::stdio::Stdio;

use crate::support::stdio::{eventually, is_alive, stdio_settings};
use crate::support::{Answer, TestApp};

/// A marked value of a variable.
const CANARY: &str = "canary-5d10-files\"token";

fn settings(app: &TestApp, entries: &[String], unconfined: bool) -> StdioSettings {
    stdio_settings(app, entries, unconfined, CANARY)
}

impl TestApp {
    /// The same server with these programs on offer.
    fn offering(self, entries: &[String]) -> Self {
        let stdio = Stdio::start(Arc::new(settings(&self, entries, false))).unwrap();
        self.with_stdio(stdio)
    }

    /// Stores a server of `files` and gives its path.
    async fn program(&self, name: &str, args: &[&str]) -> String {
        let body = json!({
            "name": name, "transport": "stdio", "command": "files", "args": args, "env_names": ["FILES_TOKEN"],
        });
        let created = self.post("admin", "/mcp-servers", body).await.expect(201);
        format!("/mcp-servers/{}", created.text("/id"))
    }

    /// Calls a tool and gives its text.
    async fn ask(&self, server: &str, tool: &str, arguments: Value) -> String {
        let called = self.call_tool(server, tool, arguments).await;
        called.expect(200).text("/content/0/text")
    }

    async fn call_tool(&self, server: &str, tool: &str, arguments: Value) -> Answer {
        let path = format!("{server}/tools/{tool}/call");
        self.post("manager", &path, json!({"arguments": arguments})).await
    }

    fn running(&self) -> usize {
        self.state.mcp_servers.stdio().running()
    }
}
