//! The form of MCP servers. Its fields are those of the API; their hints stand here, since the input of the API is a
//! patch that knows nothing of forms.

use app::schemas::FormSchema;
use serde_json::json;

pub(super) fn form() -> FormSchema {
    let only = |transport: &str| json!({"field": "transport", "in": [transport]});
    let schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
            "name": {
                "type": "string", "minLength": 1, "maxLength": 128,
                "x-ui": {"widget": "text", "title": "Name", "order": 10},
            },
            "transport": {
                "type": "string", "enum": ["http", "stdio"], "default": "http",
                "x-ui": {
                    "widget": "choice", "title": "Reached", "order": 20,
                    "labels": {"http": "At an address", "stdio": "As a program beside Strongroom"},
                },
            },
            "url": {
                "type": "string", "format": "uri", "pattern": "^https?://",
                "x-ui": {"widget": "url", "title": "URL", "order": 30, "show_when": only("http")},
            },
            "credential_id": {
                "type": "string", "format": "uuid",
                "x-ui": {
                    "widget": "credential", "title": "Credential", "order": 40, "show_when": only("http"),
                    "help": "Sent as a bearer token. None: requests go without authentication.",
                },
            },
            "command": {
                "type": "string", "minLength": 1,
                "x-ui": {"widget": "text", "title": "Program", "order": 50, "show_when": only("stdio")},
            },
            "args": {
                "type": "array", "items": {"type": "string"},
                "x-ui": {"widget": "texts", "title": "Arguments", "order": 60, "show_when": only("stdio")},
            },
            "cwd": {
                "type": "string",
                "x-ui": {"widget": "text", "title": "Directory", "order": 70, "show_when": only("stdio")},
            },
            "env_names": {
                "type": "array", "items": {"type": "string"},
                "x-ui": {
                    "widget": "texts", "title": "Variables", "order": 80, "show_when": only("stdio"),
                    "help": "Names of variables that pass through, never their values.",
                },
            },
            "enabled": {
                "type": "boolean", "default": true,
                "x-ui": {"widget": "switch", "title": "Switched on", "order": 90},
            },
        },
    });
    FormSchema {
        name: "mcp_server".to_owned(),
        title: "MCP server".to_owned(),
        schema,
    }
}
