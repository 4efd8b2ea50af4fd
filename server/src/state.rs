//! Starts and closes the parts of a server.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use crate::accounts::{self, Accounts};
use crate::ai::Ai;
use crate::config::Settings;
use crate::credentials::Credentials;
use crate::http::TrustedProxies;
use crate::infra::Infra;
use crate::mcp_servers::McpServers;
use crate::metrics::Now;
use crate::model_bindings::ModelBindings;
use crate::outbound::stdio::Stdio;
use crate::outbound::{EchoLog, Outbound, OutboundSettings, OwnAddresses};

/// How long closing may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The state of the router.
#[derive(Clone, Debug)]
pub struct AppState {
    /// Database, vault and clock.
    pub base: Arc<Infra>,
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
    pub fn start(base: Arc<Infra>, settings: &Settings) -> anyhow::Result<Self> {
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
