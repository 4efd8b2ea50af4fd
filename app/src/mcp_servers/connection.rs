//! What is known of a connection to a server.

use chrono::{DateTime, Utc};
use contract::mcp_servers::{ServerInfo, TestResult, ToolList};
use leptos::prelude::*;

use super::messages;
use super::tools::ToolsList;
use crate::credential_forms::{fact, milliseconds};
use crate::ui::Time;

/// The facts that a test and a list of tools have in common.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Facts {
    server: Option<ServerInfo>,
    protocol: Option<String>,
    latency_ms: i64,
    checked_at: DateTime<Utc>,
}

impl Facts {
    fn of_test(result: &TestResult) -> Self {
        Self {
            server: result.server.clone(),
            protocol: result.protocol_version.clone(),
            latency_ms: result.latency_ms,
            checked_at: result.checked_at,
        }
    }

    pub(super) fn of_tools(tools: &ToolList) -> Self {
        Self {
            server: tools.server.clone(),
            protocol: tools.protocol_version.clone(),
            latency_ms: tools.latency_ms,
            checked_at: tools.checked_at,
        }
    }
}

/// What a successful test found.
#[component]
pub(super) fn Connected(result: TestResult) -> impl IntoView {
    let facts = Facts::of_test(&result);
    let none = result.tools.is_empty();
    view! {
        <ConnectionFacts facts />
        <details class="disclosure" hidden=none>
            <summary>{messages::show_tools()}</summary>
            <ToolsList tools=result.tools />
        </details>
    }
}

/// Server, protocol, latency and time, in one line where there is room.
#[component]
pub(super) fn ConnectionFacts(facts: Facts) -> impl IntoView {
    view! {
        <dl class="connection-facts">
            {facts.server.map(|server| fact(messages::fact_server(), format!("{} {}", server.name, server.version)))}
            {facts.protocol.map(|protocol| fact(messages::fact_protocol(), protocol))}
            {fact(messages::fact_latency(), milliseconds(facts.latency_ms))} <div>
                <dt>{messages::fact_checked()}</dt>
                <dd>
                    <Time at=facts.checked_at exact=true />
                </dd>
            </div>
        </dl>
    }
}
