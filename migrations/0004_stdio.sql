-- MCP servers that are programs beside Strongroom. For those over HTTP these stay empty, and url is
-- empty for the others.

ALTER TABLE mcp_servers ADD COLUMN command   TEXT;
ALTER TABLE mcp_servers ADD COLUMN args      JSONB;
ALTER TABLE mcp_servers ADD COLUMN cwd       TEXT;
ALTER TABLE mcp_servers ADD COLUMN env_names JSONB;
