mcp-server = MCP server
mcp-server-unsaved = Unsaved MCP server
mcp-servers = MCP servers
mcp-servers-first = MCP servers
mcp-servers-count = { $count ->
    [one] 1 MCP server
   *[other] {$count} MCP servers
}
model-binding = Model binding
model-binding-unsaved = Unsaved model binding
model-bindings = model bindings
model-bindings-first = Model bindings
model-bindings-count = { $count ->
    [one] 1 model binding
   *[other] {$count} model bindings
}
unknown = Other
