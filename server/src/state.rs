//! What the routes share.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::extract::FromRef;

use crate::accounts::{self, Accounts};
use crate::actions::Actions;
use crate::ai::Ai;
use crate::audit::HeadFile;
use crate::clock::Clock;
use crate::config::{Quotas, Settings};
use crate::credentials::Credentials;
use crate::db::Db;
use crate::http::TrustedProxies;
use crate::mcp_servers::McpServers;
use crate::metrics::{Metrics, Now};
use crate::model_bindings::ModelBindings;
use crate::outbound::stdio::Stdio;
use crate::outbound::{EchoLog, Outbound, OutboundSettings, OwnAddresses};
use crate::readiness::Readiness;
use crate::stopping::Stopping;
use crate::users::Users;
use crate::vault::Vault;

/// How long closing may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The parts that every feature stands on.
#[derive(Debug)]
pub struct Base {
    /// The database.
    pub db: Db,
    /// The vault.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// Figures about this server.
    pub metrics: Metrics,
    /// The head of the audit trail in the data folder.
    pub head_file: HeadFile,
    /// Limits for each user.
    pub quotas: Quotas,
    /// State that `/readyz` reports.
    pub readiness: Readiness,
    /// The end of this server.
    pub stopping: Stopping,
}

impl Base {
    /// `true` if this server takes requests and can record uses, as far as its tasks have found.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.stopping.is_draining()
            && self.metrics.missing_keys() == 0
            && !self.readiness.cannot_write()
            && !self.readiness.cannot_record()
    }
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
    /// Model bindings and what talks to their models.
    pub model_bindings: ModelBindings,
    /// Records values that come back to other records.
    pub echoes: EchoLog,
    /// Who is believed on where a request came from.
    pub proxies: TrustedProxies,
    /// The addresses of this server, which no request leaves for.
    pub own: OwnAddresses,
}

impl AppState {
    /// Starts what serves these settings.
    ///
    /// # Errors
    /// A sentence that says what cannot be set up.
    pub fn start(base: Arc<Base>, settings: &Settings) -> anyhow::Result<Self> {
        let accounts = Accounts::new(base.clone(), settings.is_https());
        accounts.keep_recording();
        accounts::keep_sweeping(&base);
        let credentials = Credentials::start(base.clone());
        let listeners = [Some(settings.listen), settings.metrics_listen];
        let own = OwnAddresses::new(listeners.into_iter().flatten().collect(), settings.public_url.as_ref());
        let echoes = EchoLog::start(base.clone());
        let outbound = Outbound::new(&OutboundSettings {
            private_networks: settings.outbound_private_networks,
            own: own.clone(),
            read_budget: settings.read_budget_mib.saturating_mul(1024 * 1024),
            operations: settings.max_operations as usize,
            operations_per_user: settings.max_operations_per_user as usize,
            ..OutboundSettings::default()
        })
        .context("Cannot set up the client for outbound requests.")?
        .reporting_to(echoes.clone());
        let stdio = Stdio::start(settings.stdio.clone())?;
        let ai = Ai::new(base.clone(), credentials.resolver().clone(), outbound.clone());
        let model_bindings = ModelBindings::new(base.clone(), ai);
        let mcp_servers = McpServers::new(base.clone(), credentials.resolver().clone(), outbound, stdio);
        Ok(Self {
            base,
            accounts,
            credentials,
            mcp_servers,
            model_bindings,
            echoes,
            proxies: TrustedProxies::new(&settings.trusted_proxies),
            own,
        })
    }

    /// The figures of this server, as Prometheus reads them.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.base.metrics.to_text(&Now {
            uses_waiting: self.credentials.resolver().waiting(),
            connections: self.base.db.connections(),
            mcp_sessions: self.mcp_servers.open_sessions(),
            ready: self.base.is_ready(),
        })
    }

    /// Closes what is open beside requests, in the order in which one thing stands on another: MCP sessions
    /// and programs, the record of uses and of echoes, the database. Whoever adds something that has to end adds it here.
    pub async fn shut_down(&self) {
        let closing = async {
            self.mcp_servers.shut_down().await;
            self.credentials.resolver().drain().await;
            self.echoes.drain().await;
            if let Err(error) = self.accounts.store_failed().await {
                tracing::warn!(error = %error, "counts of refused sign-ins could not be stored");
            }
            if let Err(error) = self.base.head_file.note(&self.base.db).await {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "could not note the head of the audit trail"
                );
            }
            self.base.db.close().await;
        };
        if tokio::time::timeout(CLOSE_WITHIN, closing).await.is_err() {
            tracing::warn!("could not close everything in time");
        }
    }
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

impl FromRef<AppState> for Users {
    fn from_ref(state: &AppState) -> Self {
        Self::new(state.base.clone(), state.accounts.clone())
    }
}

impl FromRef<AppState> for ModelBindings {
    fn from_ref(state: &AppState) -> Self {
        state.model_bindings.clone()
    }
}

impl FromRef<AppState> for Actions {
    fn from_ref(state: &AppState) -> Self {
        Self::new(state.model_bindings.clone(), state.mcp_servers.clone())
    }
}

impl FromRef<AppState> for McpServers {
    fn from_ref(state: &AppState) -> Self {
        state.mcp_servers.clone()
    }
}
