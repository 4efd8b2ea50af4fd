//! Ends running operations whose session ended or whose caller lost the permission, within a second. The state of all
//! sessions with running operations is read in one query for up to 64 of them, twice a second, so that an end on
//! another server counts as much as one on this server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use contract::accounts::{Action, Resource};
use tokio::sync::watch;
use uuid::Uuid;

use super::committer::current;
use crate::accounts::{SESSION_IDLE, session_state};
use crate::db::{DbError, read};
use crate::http::{ApiError, Principal};
use crate::infra::Infra;

/// The time between two reads: with the time of a read, less than a second.
const PERIOD: Duration = Duration::from_millis(500);

/// The sessions of one read, as many as [`STATES`] has parameters.
const AT_ONCE: usize = 64;

const STATES: &str = concat!(
    "SELECT s.id, ",
    session_state!("$1", "$2"),
    " AS state, CASE WHEN u.deleted_at IS NULL AND u.disabled_at IS NULL THEN u.role END AS role \
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id IN ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
     $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, \
     $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, \
     $58, $59, $60, $61, $62, $63, $64, $65, $66)"
);

/// A session and the role of its user, as the database holds them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
struct Standing {
    id: Uuid,
    state: String,
    role: Option<String>,
}

/// The state that was read last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Unread,
    Found(Standing),
    /// The row is gone.
    Gone,
}

/// The sessions with running operations. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct SessionWatch(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    base: Weak<Infra>,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    running: HashMap<Uuid, Running>,
    /// Whether the task that reads their states runs.
    polled: bool,
}

/// The operations of one session.
#[derive(Debug)]
struct Running {
    count: usize,
    states: watch::Sender<State>,
}

struct Entry {
    shared: Arc<Shared>,
    session: Uuid,
    states: watch::Receiver<State>,
}

impl SessionWatch {
    pub fn new(base: &Arc<Infra>) -> Self {
        Self(Arc::new(Shared {
            base: Arc::downgrade(base),
            sessions: Mutex::default(),
        }))
    }

    /// Runs an operation until it is done or not allowed any more.
    pub async fn run<T>(
        &self,
        principal: &Principal,
        resource: Resource,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let Some(session) = principal.session() else {
            return work.await;
        };
        let mut entry = self.enter(session);
        tokio::select! {
            // First, so that an operation inside of another one does not hide the end.
            biased;
            refused = entry.refused(principal, resource) => Err(refused),
            outcome = work => outcome,
        }
    }

    /// Waits until operations of a caller are not allowed any more.
    pub fn revoked(&self, principal: Principal, resource: Resource) -> impl Future<Output = ()> + Send + use<> {
        let watch = self.clone();
        async move {
            let Some(session) = principal.session() else {
                return std::future::pending().await;
            };
            watch.enter(session).refused(&principal, resource).await;
        }
    }

    fn enter(&self, session: Uuid) -> Entry {
        let mut sessions = self.0.lock();
        let running = sessions.running.entry(session).or_insert_with(|| Running {
            count: 0,
            states: watch::Sender::new(State::Unread),
        });
        running.count += 1;
        let states = running.states.subscribe();
        if !std::mem::replace(&mut sessions.polled, true) {
            tokio::spawn(poll(Arc::downgrade(&self.0)));
        }
        Entry {
            shared: Arc::clone(&self.0),
            session,
            states,
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sessions to ask about; `None` where no operation runs, which ends the task.
    fn watched(&self) -> Option<Vec<Uuid>> {
        let mut sessions = self.lock();
        sessions.polled = !sessions.running.is_empty();
        sessions.polled.then(|| sessions.running.keys().copied().collect())
    }

    fn tell(&self, asked: &[Uuid], standings: &[Standing]) {
        let sessions = self.lock();
        for session in asked {
            let Some(running) = sessions.running.get(session) else {
                continue;
            };
            let found = standings.iter().find(|standing| standing.id == *session);
            let state = found.cloned().map_or(State::Gone, State::Found);
            running.states.send_if_modified(|known| {
                let changed = *known != state;
                *known = state;
                changed
            });
        }
    }
}

impl Entry {
    /// Waits until the operation is not allowed any more, and returns why.
    async fn refused(&mut self, principal: &Principal, resource: Resource) -> ApiError {
        loop {
            let judged = match &*self.states.borrow_and_update() {
                State::Unread => Ok(()),
                State::Found(standing) => judge(principal, resource, Some(standing)),
                State::Gone => judge(principal, resource, None),
            };
            if let Err(error) = judged {
                return error;
            }
            if self.states.changed().await.is_err() {
                // The sender lives as long as this entry is counted.
                return stopping();
            }
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut sessions = self.shared.lock();
        if let Some(running) = sessions.running.get_mut(&self.session) {
            running.count -= 1;
            if running.count == 0 {
                sessions.running.remove(&self.session);
            }
        }
    }
}

fn stopping() -> ApiError {
    ApiError::Unavailable(anyhow::anyhow!("the server is stopping"))
}

/// Whether a caller may use records of a kind.
fn judge(principal: &Principal, resource: Resource, standing: Option<&Standing>) -> Result<(), ApiError> {
    let role = standing.and_then(|standing| standing.role.as_deref());
    let state = standing.map(|standing| standing.state.as_str());
    match current(principal, role, state) {
        Ok(principal) if principal.may(resource, Action::Use).is_some() => Ok(()),
        Err(Some(end)) => Err(ApiError::SessionEnded(end)),
        Ok(_) | Err(None) => Err(ApiError::Forbidden),
    }
}

async fn states(base: &Infra, sessions: &[Uuid]) -> Result<Vec<Standing>, DbError> {
    let now = base.clock.now();
    Ok(read!(base.db, c => {
        let mut query = sqlx::query_as(STATES).bind(now).bind(now - SESSION_IDLE);
        for place in 0..AT_ONCE {
            query = query.bind(sessions.get(place).copied());
        }
        query.fetch_all(c)
    })?)
}

/// Reads the states until no operation runs.
async fn poll(shared: Weak<Shared>) {
    loop {
        tokio::time::sleep(PERIOD).await;
        let Some(shared) = shared.upgrade() else { return };
        let Some(base) = shared.base.upgrade() else { return };
        let Some(watched) = shared.watched() else { return };
        for asked in watched.chunks(AT_ONCE) {
            match states(&base, asked).await {
                Ok(standings) => shared.tell(asked, &standings),
                // Without the database no operation begins another use.
                Err(error) => tracing::warn!(error = %error, "could not read the sessions of running operations"),
            }
        }
    }
}
