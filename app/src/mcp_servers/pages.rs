//! The pages of MCP servers.

use leptos::prelude::*;

use crate::shell::PageHeader;

/// The list of MCP servers.
#[component]
pub fn McpServersPage() -> impl IntoView {
    view! { <PageHeader title="MCP servers" /> }
}
