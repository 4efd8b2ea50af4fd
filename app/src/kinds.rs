//! Messages and links of the kinds of records that refer to credentials, for the pages of other features.

use contract::credentials::ReferrerKind;
use uuid::Uuid;

include!(concat!(env!("OUT_DIR"), "/messages/kinds.rs"));

/// The address of a record; `None` for a kind of a later release.
pub fn href(kind: ReferrerKind, id: Uuid) -> Option<String> {
    kind.record().map(|kind| kind.href(&id.to_string()))
}

/// The name of a kind, in a chip.
pub fn name(kind: ReferrerKind) -> &'static str {
    match kind {
        ReferrerKind::McpServer => mcp_server(),
        ReferrerKind::ModelBinding => model_binding(),
        ReferrerKind::Unknown => unknown(),
    }
}

/// A record that was not saved.
pub fn unsaved(kind: ReferrerKind) -> &'static str {
    match kind {
        ReferrerKind::McpServer => mcp_server_unsaved(),
        ReferrerKind::ModelBinding => model_binding_unsaved(),
        ReferrerKind::Unknown => "",
    }
}

/// The number of records.
pub fn count(kind: ReferrerKind, count: i64) -> String {
    match kind {
        ReferrerKind::McpServer => mcp_servers_count(count),
        ReferrerKind::ModelBinding => model_bindings_count(count),
        ReferrerKind::Unknown => String::new(),
    }
}

/// The records of a kind: as the first word of a sentence, and after it.
pub fn plural(kind: ReferrerKind) -> (&'static str, &'static str) {
    match kind {
        ReferrerKind::McpServer => (mcp_servers_first(), mcp_servers()),
        ReferrerKind::ModelBinding => (model_bindings_first(), model_bindings()),
        ReferrerKind::Unknown => ("", ""),
    }
}
