//! Deleting an MCP server.

use contract::mcp_servers::{McpServer, McpServerId, Transport};

use super::text;
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::connections::Deletable;

impl Deletable for McpServer {
    type Id = McpServerId;

    const KIND: &str = "MCP server";

    fn id(&self) -> McpServerId {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn means(&self) -> String {
        if self.transport == Transport::Stdio {
            return text::program_delete_means().to_owned();
        }
        let credential = self
            .credential
            .as_ref()
            .and_then(|credential| credential.name.as_deref());
        text::delete_means(credential)
    }

    async fn fetch(client: ReadClient, id: McpServerId) -> Result<Self, ClientError> {
        client.mcp_server(id).await
    }

    async fn delete(self) -> Result<(), ClientError> {
        WriteClient.delete_mcp_server(self.id, self.revision).await
    }
}
