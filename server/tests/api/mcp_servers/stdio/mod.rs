//! Servers that are programs: records, what they are given, what they may not read, and how they end.

mod confinement;
mod life;
mod process;
mod records;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::config::StdioSettings;
use server::outbound::stdio::Stdio;

use crate::support::stdio::stdio_settings;
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

/// Whether a process is there and not just waiting to be forgotten.
fn is_alive(pid: i64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// Waits until something holds; a test that waits in vain has failed.
async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
