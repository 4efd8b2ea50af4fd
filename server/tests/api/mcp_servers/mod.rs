//! `/mcp-servers`: records, attaching, and operations against real and hostile servers.

mod attaching;
mod failures;
mod operations;
mod records;
mod stdio;
mod switches;

use std::time::Duration;

use serde_json::Value;
use server::http::HostRule;
use server::mcp_servers::McpServers;
use server::outbound::{Limits, Outbound, OutboundSettings};
use server::pages::ApiAlone;
use server::router::router;

use crate::support::{Answer, TestApp};

impl TestApp {
    /// The same server with little patience for others.
    fn impatient(mut self) -> Self {
        let limits = Limits {
            list: Duration::from_secs(1),
            ..Limits::default()
        };
        let outbound = Outbound::new(&OutboundSettings {
            limits,
            ..OutboundSettings::default()
        })
        .unwrap();
        let resolver = self.state.credentials.resolver().clone();
        self.state.mcp_servers = McpServers::new(
            self.state.base.clone(),
            resolver,
            outbound,
            self.state.mcp_servers.stdio().clone(),
        );
        self.router = router(self.state.clone(), ApiAlone, HostRule::new(None));
        self
    }
}

/// The codes of broken rules by pointer.
fn faults(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect()
}

/// The slug of the problem inside a test's result.
#[track_caller]
fn failure(result: &Answer) -> String {
    assert_eq!(result.status, 200, "{}", result.whole());
    assert_eq!(result.json()["ok"], false, "{}", result.whole());
    result
        .text("/error/type")
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned()
}
