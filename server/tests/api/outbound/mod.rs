//! The outbound client against real servers and hostile ones.

mod destinations;
mod echoes;
mod failures;
mod floods;
mod real;

use std::time::Duration;

use contract::secret::SecretValue;
use rmcp::model::CallToolResult;
use serde_json::json;
use server::destination::Destination;
use server::outbound::mcp::{McpSession, McpTarget};
use server::outbound::{Bearer, Limits, Outbound, OutboundError, OutboundSettings, OwnAddresses};

/// A marked canary; the part after the hyphen is looked for in everything that comes back.
const CANARY: &str = "canary-7d1f9b\"/é";

fn outbound() -> Outbound {
    Outbound::new(&OutboundSettings {
        private_networks: true,
        own: OwnAddresses::default(),
        limits: Limits {
            connect: Duration::from_secs(2),
            list: Duration::from_secs(3),
            call: Duration::from_secs(3),
            answer_bytes: 256 * 1024,
            failure_bytes: 4 * 1024,
            ..Limits::default()
        },
        ..OutboundSettings::default()
    })
    .unwrap()
}

fn target(url: &str, value: Option<&str>) -> McpTarget {
    let (url, destination) = Destination::parse(url).unwrap();
    let bearer = value.map(|value| Bearer::new(&SecretValue::new(value.to_owned()), destination).unwrap());
    McpTarget::Http { url, bearer }
}

async fn open(url: &str, value: Option<&str>) -> Result<McpSession, OutboundError> {
    McpSession::open(&outbound(), target(url, value)).await
}

async fn call(session: &McpSession, tool: &str, arguments: serde_json::Value) -> Result<CallToolResult, OutboundError> {
    session.call(tool.to_owned(), arguments.as_object().cloned()).await
}

/// Fails where anything that was read or said holds the canary.
#[track_caller]
fn assert_clean(shown: &impl std::fmt::Debug) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains("7d1f9b"), "the canary is in {shown}");
}

/// Opens, lists and calls; gives the first failure.
async fn use_all(url: &str, value: Option<&str>) -> Result<CallToolResult, OutboundError> {
    let session = open(url, value).await?;
    session.tools().await?;
    let result = call(&session, "echo", json!({})).await;
    session.close().await;
    result
}
