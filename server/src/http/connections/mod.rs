//! How many connections may be open, and for whom: a connection counts for its address until it carries a request with
//! a valid session, and from then on for the user.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use ipnet::IpNet;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::config::Network;

/// The last bytes of an answer are on their way for so long: until then a connection is not closed for another.
const SENT_WITHIN: Duration = Duration::from_millis(250);

/// Limits of the connections of one listener.
#[derive(Clone, Debug)]
pub struct Connections {
    /// The time for the first whole head of a request.
    pub first_head: Duration,
    /// The time for each later one, which is also how long a connection may be idle.
    pub head: Duration,
    /// A connection whose peer reads nothing for so long, while an answer waits for it, is closed.
    pub stalled: Duration,
    pub most: usize,
    /// Connections of one address (IPv6: one /64) that have not carried a valid session.
    pub per_address: usize,
    /// Connections that carried sessions of one user.
    pub per_user: usize,
    /// Trusted proxies: their connections carry requests of many clients, and only `most` limits them.
    pub proxies: Vec<Network>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            first_head: Duration::from_secs(10),
            // Proxies keep connections for a minute, and must not send into one that ends.
            head: Duration::from_secs(75),
            stalled: Duration::from_mins(1),
            most: 4096,
            per_address: 64,
            per_user: 512,
            proxies: Vec::new(),
        }
    }
}

/// The party that a connection counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Party {
    Address(IpNet),
    User(Uuid),
    Proxy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Open since this tick, without any request yet.
    Fresh(u64),
    /// Answered its last request at this tick.
    Idle(u64, Instant),
    Busy,
    /// Told to close.
    Closing,
}

#[derive(Debug)]
struct Open {
    party: Party,
    state: State,
    close: Arc<Notify>,
}

/// The open connections of one listener. Clones share them.
#[derive(Clone, Debug)]
pub(super) struct Registry(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Connections,
    table: Mutex<Table>,
    /// Notified when a connection ends or becomes idle.
    room: Notify,
}

#[derive(Debug, Default)]
struct Table {
    /// Numbers connections and their events.
    tick: u64,
    open: HashMap<u64, Open>,
    /// Closing connections that have not ended yet.
    closing: usize,
    addresses: HashMap<IpNet, usize>,
    users: HashMap<Uuid, usize>,
}

/// The outcome of asking for a place.
#[derive(Debug)]
pub(super) enum Admission {
    Admitted(Connection),
    /// The address has as many running requests as it may have connections: close it at once.
    Refused,
    /// All places are taken by running requests.
    Full,
}

/// One open connection; its place is free again when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Connection(Arc<Held>);

#[derive(Debug)]
struct Held {
    registry: Registry,
    id: u64,
    close: Arc<Notify>,
}

/// A request that is being answered. The connection is idle again when its answer is sent.
#[derive(Debug)]
struct Running(Connection);

impl Registry {
    pub(super) fn new(limits: Connections) -> Self {
        Self(Arc::new(Shared {
            limits,
            table: Mutex::default(),
            room: Notify::new(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a place. If an address, or the listener, has none left, its connection closes that has been idle for
    /// longest.
    pub(super) fn admit(&self, peer: IpAddr) -> Admission {
        let limits = &self.0.limits;
        let party = if limits.proxies.iter().any(|network| network.contains(peer)) {
            Party::Proxy
        } else {
            Party::Address(address(peer))
        };
        let mut table = self.lock();
        if let Party::Address(address) = party
            && table
                .addresses
                .get(&address)
                .is_some_and(|open| *open >= limits.per_address)
            && !table.make_room(Some(address))
        {
            return Admission::Refused;
        }
        if table.open.len() - table.closing >= limits.most && !table.make_room(None) {
            return Admission::Full;
        }
        table.tick += 1;
        let id = table.tick;
        let close = Arc::new(Notify::new());
        table.count(party);
        table.open.insert(
            id,
            Open {
                party,
                state: State::Fresh(id),
                close: Arc::clone(&close),
            },
        );
        Admission::Admitted(Connection(Arc::new(Held {
            registry: self.clone(),
            id,
            close,
        })))
    }

    /// Waits until asking again may succeed.
    pub(super) async fn room(&self) {
        // A connection can be closed for another some time after its notification.
        drop(tokio::time::timeout(SENT_WITHIN, self.0.room.notified()).await);
    }
}

impl Table {
    /// Closes one idle connection, of this address or else of any: of addresses first, then of users, then of proxies.
    fn make_room(&mut self, of: Option<IpNet>) -> bool {
        let rank = |party: Party| match party {
            Party::Address(_) => 0,
            Party::User(_) => 1,
            Party::Proxy => 2,
        };
        let idle = self.open.values_mut().filter_map(|open| {
            let since = match open.state {
                State::Fresh(since) => since,
                State::Idle(since, at) if at.elapsed() >= SENT_WITHIN => since,
                State::Idle(..) | State::Busy | State::Closing => return None,
            };
            let fits = of.is_none_or(|address| open.party == Party::Address(address));
            fits.then_some(((rank(open.party), since), open))
        });
        let Some((_, open)) = idle.min_by_key(|(order, _)| *order) else {
            return false;
        };
        open.state = State::Closing;
        open.close.notify_one();
        let party = open.party;
        // Its place is free from now on.
        self.closing += 1;
        self.uncount(party);
        true
    }

    fn count(&mut self, party: Party) {
        match party {
            Party::Address(address) => *self.addresses.entry(address).or_default() += 1,
            Party::User(user) => *self.users.entry(user).or_default() += 1,
            Party::Proxy => {}
        }
    }

    fn uncount(&mut self, party: Party) {
        match party {
            Party::Address(address) => leave(&mut self.addresses, address),
            Party::User(user) => leave(&mut self.users, user),
            Party::Proxy => {}
        }
    }
}

fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut entry) = counts.entry(key) {
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 address.
fn address(peer: IpAddr) -> IpNet {
    let peer = peer.to_canonical();
    let length = if peer.is_ipv4() { 32 } else { 64 };
    IpNet::new(peer, length).map_or(peer.into(), |network| network.trunc())
}

impl Connection {
    /// Counts the connection for a user from now on, since it carried a valid session. `false` if the user has as many
    /// as a user may: it goes on counting for its address, and is to be closed after the answer.
    pub fn carries_session_of(&self, user: Uuid) -> bool {
        let registry = &self.0.registry;
        let mut table = registry.lock();
        let Some(open) = table.open.get(&self.0.id) else {
            return true;
        };
        let party = open.party;
        if open.state == State::Closing || party == Party::Proxy || party == Party::User(user) {
            return true;
        }
        let held = table.users.get(&user).copied().unwrap_or_default();
        if held >= registry.0.limits.per_user {
            return false;
        }
        table.uncount(party);
        table.count(Party::User(user));
        if let Some(open) = table.open.get_mut(&self.0.id) {
            open.party = Party::User(user);
        }
        true
    }

    /// Waits for the signal to close that makes room for another connection.
    pub(super) async fn told_to_close(&self) {
        self.0.close.notified().await;
    }

    /// A request has come: the connection is busy until the body that this returns has been sent.
    pub(super) fn begin(&self) -> impl FnOnce(Body) -> Body + use<> {
        let mut table = self.0.registry.lock();
        if let Some(open) = table.open.get_mut(&self.0.id)
            && open.state != State::Closing
        {
            open.state = State::Busy;
        }
        drop(table);
        let running = Running(self.clone());
        move |body| {
            Body::new(Answered {
                body,
                _running: running,
            })
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let registry = &self.0.0.registry;
        let mut table = registry.lock();
        table.tick += 1;
        let now = table.tick;
        if let Some(open) = table.open.get_mut(&self.0.0.id)
            && open.state == State::Busy
        {
            open.state = State::Idle(now, Instant::now());
        }
        drop(table);
        registry.0.room.notify_one();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut table = self.registry.lock();
        if let Some(open) = table.open.remove(&self.id) {
            if open.state == State::Closing {
                table.closing -= 1;
            } else {
                table.uncount(open.party);
            }
        }
        drop(table);
        self.registry.0.room.notify_one();
    }
}

/// The body of an answer, which keeps its connection busy until it is sent.
struct Answered {
    body: Body,
    _running: Running,
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests;
