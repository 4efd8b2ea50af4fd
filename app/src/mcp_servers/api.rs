//! The MCP server routes of the typed client.

use contract::api::{Page, Query};
use contract::mcp_servers::{McpServer, McpServerId, McpServerInput, StdioCommand, TestResult, ToolList};

use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// One page of the MCP servers.
    ///
    /// # Errors
    /// 400 for a bad sort or cursor.
    pub async fn mcp_servers(&self, query: &Query) -> Result<Page<McpServer>, ClientError> {
        self.get(&format!("/mcp-servers{}", query.to_query_string())).await
    }

    pub async fn mcp_server(&self, id: McpServerId) -> Result<McpServer, ClientError> {
        self.get(&format!("/mcp-servers/{id}")).await
    }

    /// The programs that the configuration offers to this person.
    ///
    /// # Errors
    /// 403 where the role may not read MCP servers.
    pub async fn stdio_commands(&self) -> Result<Page<StdioCommand>, ClientError> {
        self.get("/mcp-servers/commands").await
    }

    /// The tools that a saved server offers, asked of the server now.
    ///
    /// # Errors
    /// A problem that says why the server did not answer.
    pub async fn mcp_server_tools(&self, id: McpServerId) -> Result<ToolList, ClientError> {
        self.get(&format!("/mcp-servers/{id}/tools")).await
    }
}

impl WriteClient {
    /// Stores an MCP server.
    ///
    /// # Errors
    /// 409 `name-taken`; 422 with pointers, `host-not-allowed` among them.
    pub async fn create_mcp_server(&self, input: &McpServerInput) -> Result<McpServer, ClientError> {
        self.send("POST", "/mcp-servers", Some(input), None).await
    }

    /// Changes an MCP server that was seen at a revision.
    ///
    /// # Errors
    /// 412 where somebody else changed it; 409 `name-taken`; 422 with pointers.
    pub async fn update_mcp_server(
        &self,
        id: McpServerId,
        revision: i64,
        input: &McpServerInput,
    ) -> Result<McpServer, ClientError> {
        self.send("PATCH", &format!("/mcp-servers/{id}"), Some(input), Some(revision))
            .await
    }

    /// Deletes an MCP server that was seen at a revision.
    ///
    /// # Errors
    /// 412 where somebody else changed it.
    pub async fn delete_mcp_server(&self, id: McpServerId, revision: i64) -> Result<(), ClientError> {
        self.send("DELETE", &format!("/mcp-servers/{id}"), None::<&()>, Some(revision))
            .await
    }

    /// Tries a server that is not saved yet, or a saved one with changes. Nothing is stored.
    ///
    /// # Errors
    /// 422 with pointers, as when saving. A server that fails is not an error but a result.
    pub async fn test_mcp_server(&self, input: &McpServerInput) -> Result<TestResult, ClientError> {
        self.send("POST", "/mcp-servers/test", Some(input), None).await
    }

    /// Tries a saved server as it is.
    ///
    /// # Errors
    /// 404 where it is gone. A server that fails is not an error but a result.
    pub async fn test_saved_mcp_server(&self, id: McpServerId) -> Result<TestResult, ClientError> {
        self.send("POST", &format!("/mcp-servers/{id}/test"), None::<&()>, None)
            .await
    }
}
