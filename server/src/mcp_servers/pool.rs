//! Open MCP sessions, kept for the next operation of the same caller: what a server remembers of a session, and what a
//! program here keeps in memory, belongs to one session of a user.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use contract::accounts::UserId;
use contract::credentials::CredentialId;
use contract::mcp_servers::McpServerId;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use uuid::Uuid;

use crate::outbound::mcp::{McpSession, McpTarget};
use crate::outbound::{Account, NotMcp, Outbound, OutboundError};

/// How long a session that nobody uses stays open.
const IDLE: Duration = Duration::from_mins(5);

/// The most sessions that stay open, in all and for one user.
const MAX_SESSIONS: usize = 64;
const MAX_OF_USER: usize = 16;

/// How long a program that is killed may take to end.
const END_OF_PROGRAM: Duration = Duration::from_millis(300);

/// What a session was opened for. Any change of the server, another credential or another version of
/// its value is another key: a rotation takes effect on the next operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    /// The user whose operations run in it; none for the command line.
    pub user: Option<UserId>,
    /// The session of that user, so that no operation of another one keeps an MCP session sending after its end.
    pub session: Option<Uuid>,
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
    /// Ends the MCP session when the session of its user ends, or the permission.
    watch: AbortHandle,
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl SessionPool {
    pub fn new(outbound: Outbound) -> Self {
        Self(Arc::new(Shared {
            outbound,
            sessions: Mutex::default(),
        }))
    }

    /// The client that sessions are opened with.
    pub fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    /// Runs an operation in a session for this key: a kept one, or a new one. A kept session that turns
    /// out to be over is replaced once; the operation was not done then. A session ends when `revoked` does.
    pub async fn run<T, F>(
        &self,
        key: SessionKey,
        target: McpTarget,
        revoked: impl Future<Output = ()> + Send + 'static,
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
        let outbound = self.0.outbound.charged_to(Account::of(key.user.map(|id| id.0)));
        let session = match McpSession::open(&outbound, target.clone()).await {
            // Programs that wait for the next call of a user make room for one that is called now.
            Err(OutboundError::TooMany) if self.0.end_idle_program() => {
                tokio::time::sleep(END_OF_PROGRAM).await;
                McpSession::open(&outbound, target).await
            }
            opened => opened,
        };
        let session = Arc::new(session?);
        self.keep(key.clone(), Arc::clone(&session), revoked);
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

    fn keep(&self, key: SessionKey, session: Arc<McpSession>, revoked: impl Future<Output = ()> + Send + 'static) {
        let (pool, ended, of) = (Arc::downgrade(&self.0), Arc::downgrade(&session), key.clone());
        let watch = tokio::spawn(async move {
            revoked.await;
            if let (Some(pool), Some(session)) = (pool.upgrade(), ended.upgrade()) {
                // The operations in it end too: all of them are of the session that ended.
                pool.forget(&of, &session);
            }
        })
        .abort_handle();
        let mut sessions = self.0.lock();
        // No user asks again for what was opened for an earlier configuration or value.
        sessions.open.retain(|kept, _| {
            let current = (kept.revision, kept.credential) == (key.revision, key.credential);
            kept.server != key.server || (current && *kept != key)
        });
        sessions.make_room(|_| true, MAX_SESSIONS);
        sessions.make_room(|kept| kept.user == key.user, MAX_OF_USER);
        let used = Instant::now();
        sessions.open.insert(key, Kept { session, used, watch });
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
    pub fn open_sessions(&self) -> usize {
        self.0.lock().open.len()
    }
}

impl Sessions {
    /// Closes the sessions that were not used for longest, of those that count, until one more fits.
    fn make_room(&mut self, counts: impl Fn(&SessionKey) -> bool, most: usize) {
        loop {
            let counted: Vec<_> = self.open.iter().filter(|(key, _)| counts(key)).collect();
            if counted.len() < most {
                return;
            }
            let oldest = counted
                .iter()
                .min_by_key(|(_, kept)| kept.used)
                .map(|(key, _)| (*key).clone());
            let Some(oldest) = oldest else { return };
            self.open.remove(&oldest);
        }
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

    /// Ends the program that no operation uses and that was not used for longest.
    fn end_idle_program(&self) -> bool {
        let mut sessions = self.lock();
        let idle = sessions
            .open
            .iter()
            .filter(|(_, kept)| kept.session.is_program() && Arc::strong_count(&kept.session) == 1);
        let oldest = idle.min_by_key(|(_, kept)| kept.used).map(|(key, _)| key.clone());
        let ended = oldest.and_then(|key| sessions.open.remove(&key));
        if let Some(kept) = &ended {
            kept.session.cut();
        }
        ended.is_some()
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
