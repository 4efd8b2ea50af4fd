//! What the routes share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::db::Db;
use crate::mcp_servers::McpServers;
use crate::vault::Vault;

/// The parts that every feature stands on.
#[derive(Clone, Debug)]
pub struct Base {
    /// The database.
    pub db: Db,
    /// The vault.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
}

/// The state of the router.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Database, vault and clock.
    pub base: Arc<Base>,
    /// Accounts and sessions.
    pub accounts: Accounts,
    /// Credentials and their resolver.
    pub credentials: Credentials,
    /// MCP servers and their sessions.
    pub mcp_servers: McpServers,
}

impl FromRef<AppState> for Accounts {
    fn from_ref(state: &AppState) -> Self {
        state.accounts.clone()
    }
}

impl FromRef<AppState> for Credentials {
    fn from_ref(state: &AppState) -> Self {
        state.credentials.clone()
    }
}

impl FromRef<AppState> for McpServers {
    fn from_ref(state: &AppState) -> Self {
        state.mcp_servers.clone()
    }
}
