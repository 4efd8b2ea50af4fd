mcp-servers = Serveurs MCP
