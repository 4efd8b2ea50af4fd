//! MCP servers among the records that send a credential to another server.

use contract::mcp_servers::{McpServer, McpServerId, TestResult, Transport};
use leptos::prelude::*;

use super::{connection::Connected, messages};
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::credential_forms::Record;

impl Record for McpServer {
    type Id = McpServerId;
    type Test = TestResult;

    const KIND: &str = "MCP server";

    fn id(&self) -> McpServerId {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn row_id(id: McpServerId) -> String {
        format!("mcp-server-{id}")
    }

    fn means(&self) -> String {
        if self.transport == Transport::Stdio {
            return messages::program_delete_means().to_owned();
        }
        let credential = self
            .credential
            .as_ref()
            .and_then(|credential| credential.name.as_deref());
        messages::delete_means(credential)
    }

    async fn fetch(client: ReadClient, id: McpServerId) -> Result<Self, ClientError> {
        client.mcp_server(id).await
    }

    async fn delete(self) -> Result<(), ClientError> {
        WriteClient.delete_mcp_server(self.id, self.revision).await
    }

    fn target(&self) -> Option<String> {
        self.target()
    }

    async fn test(id: McpServerId) -> Result<TestResult, ClientError> {
        WriteClient.test_saved_mcp_server(id).await
    }

    fn test_title(name: Option<&str>) -> String {
        messages::test(name.unwrap_or(messages::a_server()))
    }

    fn connected(result: &TestResult) -> String {
        messages::connected(result.tool_count)
    }

    fn facts(result: TestResult) -> AnyView {
        view! { <Connected result /> }.into_any()
    }
}
