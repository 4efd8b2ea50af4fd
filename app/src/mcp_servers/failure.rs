//! What the words about a connection can name.

use super::McpServer;
use crate::address::host_of;
pub(super) use crate::connections::{Subject, error_words};

/// Of a saved server.
pub(super) fn subject_of(server: &McpServer) -> Subject {
    Subject {
        host: server.command.clone().or_else(|| host_of(server.url.as_deref()?)),
        credential: server
            .credential
            .as_ref()
            .and_then(|credential| credential.name.clone()),
        is_model: false,
    }
}
