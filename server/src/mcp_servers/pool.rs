//! Open MCP sessions, kept for the next operation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use app::credentials::CredentialId;
use app::mcp_servers::McpServerId;
use tokio::time::Instant;

use crate::outbound::mcp::{McpSession, McpTarget};
use crate::outbound::{NotMcp, Outbound, OutboundError};

/// How long a session that nobody uses stays open.
const IDLE: Duration = Duration::from_mins(5);

/// The most sessions that stay open.
const MAX_SESSIONS: usize = 64;

/// What a session was opened for. Any change of the server, another credential or another version of
/// its value is another key: a rotation takes effect on the next operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The server.
    pub server: McpServerId,
    /// The revision of its configuration.
    pub revision: i64,
    /// The credential and the version of its value; none for a server without one.
    pub credential: Option<(CredentialId, i64)>,
}

/// Open sessions by what they were opened for. Clones share them.
#[derive(Clone, Debug)]
pub struct SessionPool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    outbound: Outbound,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    open: HashMap<SessionKey, Kept>,
    /// Whether the task that closes idle sessions runs.
    swept: bool,
}

#[derive(Debug)]
struct Kept {
    session: Arc<McpSession>,
    used: Instant,
}

impl SessionPool {
    /// An empty pool.
    #[must_use]
    pub fn new(outbound: Outbound) -> Self {
        Self(Arc::new(Shared {
            outbound,
            sessions: Mutex::default(),
        }))
    }

    /// The client that sessions are opened with.
    #[must_use]
    pub fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// Runs an operation in a session for this key: a kept one, or a new one. A kept session that turns
    /// out to be over is replaced once; the operation was not done then.
    ///
    /// # Errors
    /// Why there is no result.
    pub async fn run<T, F>(
        &self,
        key: SessionKey,
        target: McpTarget,
        operation: impl Fn(Arc<McpSession>) -> F,
    ) -> Result<T, OutboundError>
    where
        F: Future<Output = Result<T, OutboundError>>,
    {
        if let Some(session) = self.0.take_up(&key) {
            match operation(Arc::clone(&session)).await {
                Err(error) if is_over(&error) => self.0.forget(&key, &session),
                outcome => return self.settle(&key, &session, outcome),
            }
        }
        let session = Arc::new(McpSession::open(&self.0.outbound, target).await?);
        self.keep(key.clone(), Arc::clone(&session));
        let outcome = operation(Arc::clone(&session)).await;
        self.settle(&key, &session, outcome)
    }

    /// Lets go of a session that failed in a way that its next user would inherit.
    fn settle<T>(
        &self,
        key: &SessionKey,
        session: &Arc<McpSession>,
        outcome: Result<T, OutboundError>,
    ) -> Result<T, OutboundError> {
        if matches!(&outcome, Err(error) if !matches!(error, OutboundError::Rejected { .. })) {
            self.0.forget(key, session);
        }
        outcome
    }

    fn keep(&self, key: SessionKey, session: Arc<McpSession>) {
        let mut sessions = self.0.lock();
        // What was opened for an earlier configuration or value will not be asked for again.
        sessions.open.retain(|kept, _| kept.server != key.server);
        while sessions.open.len() >= MAX_SESSIONS {
            let oldest = sessions
                .open
                .iter()
                .min_by_key(|(_, kept)| kept.used)
                .map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            sessions.open.remove(&oldest);
        }
        let used = Instant::now();
        sessions.open.insert(key, Kept { session, used });
        if !std::mem::replace(&mut sessions.swept, true) {
            tokio::spawn(sweep(Arc::downgrade(&self.0)));
        }
    }

    /// Lets go of all sessions; what an operation still holds ends with it.
    pub fn close_all(&self) {
        self.0.lock().open.clear();
    }

    /// Ends the sessions of a server that was changed or deleted, with what runs here for them.
    pub fn end(&self, server: McpServerId) {
        self.0.lock().open.retain(|key, kept| {
            let stays = key.server != server;
            if !stays {
                kept.session.cut();
            }
            stays
        });
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.0.lock().open.len()
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_up(&self, key: &SessionKey) -> Option<Arc<McpSession>> {
        let mut sessions = self.lock();
        if sessions.open.get(key)?.session.is_over() {
            sessions.open.remove(key);
            return None;
        }
        let kept = sessions.open.get_mut(key)?;
        kept.used = Instant::now();
        Some(Arc::clone(&kept.session))
    }

    fn forget(&self, key: &SessionKey, session: &Arc<McpSession>) {
        let mut sessions = self.lock();
        if sessions
            .open
            .get(key)
            .is_some_and(|kept| Arc::ptr_eq(&kept.session, session))
        {
            sessions.open.remove(key);
        }
    }
}

/// Whether a failure means that the session was not known any more, so that nothing was done.
fn is_over(error: &OutboundError) -> bool {
    matches!(
        error,
        OutboundError::SessionOver
            | OutboundError::NotMcp(NotMcp::Path)
            | OutboundError::Upstream { status: 400..=499 }
    )
}

/// Closes idle sessions until there are none.
async fn sweep(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(IDLE / 5).await;
        let Some(shared) = shared.upgrade() else { return };
        let mut sessions = shared.lock();
        sessions
            .open
            .retain(|_, kept| kept.used.elapsed() < IDLE && !kept.session.is_over());
        if sessions.open.is_empty() {
            sessions.swept = false;
            return;
        }
    }
}
