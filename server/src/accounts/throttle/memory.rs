//! What one process remembers of tries, in bounded memory: limits that are reached, so that further tries are refused
//! without the database, and tries that have no outcome yet.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;
use tokio::sync::Notify;

use crate::db::WriteClass;

/// The key of a count: a keyed hash.
pub(super) type Bucket = [u8; 32];

/// Reached limits that are remembered one by one. Beyond them a limit counts for the wider network of its address.
const BLOCKS: usize = 65_536;
/// Tries of one network that wait or are computed at the same time.
const RUNNING: usize = 64;
/// One try in this time is passed on to the database: a place may have been given back on another server.
const RECHECK: TimeDelta = TimeDelta::seconds(5);

/// The memory of one process. Clones share it.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Memory(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    tables: Mutex<Tables>,
    /// Notified when a try ends that held a place.
    ended: Notify,
    known: tokio::sync::Mutex<()>,
    unknown: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Tables {
    blocks: HashMap<Bucket, Block>,
    /// IPv4 /24 and IPv6 /48, while `blocks` is full.
    wide: HashMap<IpNet, Block>,
    /// Reads of the database for each browser's cookie.
    lookups: HashMap<Bucket, Lookups>,
    swept: Option<DateTime<Utc>>,
    running: HashMap<IpNet, usize>,
    reserved: HashMap<Bucket, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Block {
    until: DateTime<Utc>,
    recheck: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug)]
struct Lookups {
    until: DateTime<Utc>,
    left: u32,
}

/// A try that waits or is computed.
#[derive(Debug)]
pub(super) struct Running(Memory, IpNet);

/// Places in the database that a try of this process holds.
#[derive(Debug)]
pub(super) struct Reserved(Memory, Vec<Bucket>);

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of the longest block of these counts, or of the wider network of the address.
    pub(super) fn blocked<'a>(
        &self,
        buckets: impl Iterator<Item = &'a Bucket>,
        address: Option<IpAddr>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let mut tables = self.lock();
        let Tables { blocks, wide, .. } = &mut *tables;
        let narrow = buckets.filter_map(|bucket| check(blocks, *bucket, now)).max();
        let wide = address.and_then(|address| check(wide, net(address, 24, 48), now));
        narrow.max(wide)
    }

    /// Remembers that a limit is reached.
    pub(super) fn block(&self, bucket: Bucket, address: IpAddr, until: DateTime<Utc>, now: DateTime<Utc>) {
        let mut tables = self.lock();
        let recheck = now + RECHECK;
        let block = Block { until, recheck };
        if tables.blocks.len() >= BLOCKS && !tables.blocks.contains_key(&bucket) {
            tables.sweep(now);
        }
        if tables.blocks.len() < BLOCKS || tables.blocks.contains_key(&bucket) {
            tables.blocks.insert(bucket, block);
        } else if tables.wide.len() < BLOCKS {
            tables.wide.insert(net(address, 24, 48), block);
        }
    }

    /// Counts a read of the database for a browser's cookie; `false` if there were `most` in this window.
    pub(super) fn look_up(&self, cookie: Bucket, most: u32, window: TimeDelta, now: DateTime<Utc>) -> bool {
        let mut tables = self.lock();
        if tables.lookups.len() >= BLOCKS && !tables.lookups.contains_key(&cookie) {
            tables.sweep(now);
            if tables.lookups.len() >= BLOCKS {
                return false;
            }
        }
        let fresh = Lookups {
            until: now + window,
            left: most,
        };
        let lookups = tables.lookups.entry(cookie).or_insert(fresh);
        if lookups.until <= now {
            *lookups = fresh;
        }
        let may = lookups.left > 0;
        lookups.left = lookups.left.saturating_sub(1);
        may
    }

    /// `None` if too many tries of the network run already.
    pub(super) fn run(&self, address: IpAddr) -> Option<Running> {
        let network = net(address, 32, 64);
        let mut tables = self.lock();
        let running = tables.running.entry(network).or_default();
        (*running < RUNNING).then(|| {
            *running += 1;
            Running(self.clone(), network)
        })
    }

    /// The turn to take places in the database. Known browsers do not wait for others.
    pub(super) async fn turn(&self, class: WriteClass) -> tokio::sync::MutexGuard<'_, ()> {
        match class {
            WriteClass::Anonymous => self.0.unknown.lock().await,
            _ => self.0.known.lock().await,
        }
    }

    /// Marks places that a try has taken.
    pub(super) fn reserve(&self, buckets: Vec<Bucket>) -> Reserved {
        let mut tables = self.lock();
        for bucket in &buckets {
            *tables.reserved.entry(*bucket).or_default() += 1;
        }
        drop(tables);
        Reserved(self.clone(), buckets)
    }

    /// `true` if a try of this process that has no outcome yet holds one of these places.
    pub(super) fn is_reserved(&self, buckets: &[Bucket]) -> bool {
        let tables = self.lock();
        buckets.iter().any(|bucket| tables.reserved.contains_key(bucket))
    }

    /// Ready when any try that held a place has ended. Registered at once: no end is missed.
    pub(super) fn outcome(&self) -> Pin<Box<impl Future<Output = ()> + use<>>> {
        let mut ended = Box::pin(Arc::clone(&self.0).ended());
        // The first poll registers.
        let _ = futures::FutureExt::now_or_never(&mut ended);
        ended
    }
}

impl Shared {
    async fn ended(self: Arc<Self>) {
        self.ended.notified().await;
    }
}

impl Tables {
    /// At most once in a second: it looks at every block.
    fn sweep(&mut self, now: DateTime<Utc>) {
        if self
            .swept
            .is_none_or(|swept| (now - swept).abs() >= TimeDelta::seconds(1))
        {
            self.swept = Some(now);
            self.blocks.retain(|_, block| block.until > now);
            self.wide.retain(|_, block| block.until > now);
            self.lookups.retain(|_, lookups| lookups.until > now);
        }
    }
}

fn check<K: Eq + Hash>(blocks: &mut HashMap<K, Block>, key: K, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Entry::Occupied(mut entry) = blocks.entry(key) else {
        return None;
    };
    let block = entry.get_mut();
    // The clock went back by more than an adjustment: the end may be far away, and the database knows better.
    let went_back = block.recheck > now + RECHECK * 2;
    if block.until <= now || went_back {
        entry.remove();
        return None;
    }
    if block.recheck <= now {
        block.recheck = now + RECHECK;
        return None;
    }
    Some(block.until)
}

/// The network of an address with these lengths of prefixes.
fn net(address: IpAddr, v4: u8, v6: u8) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { v4 } else { v6 };
    IpNet::new(address, length).map_or(address.into(), |network| network.trunc())
}

fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Entry::Occupied(mut entry) = counts.entry(key) {
        *entry.get_mut() -= 1;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        leave(&mut self.0.lock().running, self.1);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut tables = self.0.lock();
        for bucket in &self.1 {
            leave(&mut tables.reserved, *bucket);
        }
        drop(tables);
        self.0.0.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn bucket(number: u32) -> Bucket {
        let mut bucket = [0; 32];
        bucket[..4].copy_from_slice(&number.to_be_bytes());
        bucket
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_block_ends_with_its_window_and_is_checked_again_before() {
        let memory = Memory::default();
        let blocked = |now| memory.blocked([bucket(1)].iter(), Some(address("198.51.100.1")), at(now));
        memory.block(bucket(1), address("198.51.100.1"), at(900), at(0));
        assert_eq!(blocked(1), Some(at(900)));
        assert_eq!(blocked(6), None, "one try asks the database");
        assert_eq!(blocked(7), Some(at(900)), "the others do not");
        assert_eq!(blocked(900), None);
        assert!(memory.lock().blocks.is_empty());
    }

    #[test]
    fn a_block_ends_when_the_clock_goes_back() {
        let memory = Memory::default();
        let blocked = |now| memory.blocked([bucket(1)].iter(), Some(address("198.51.100.1")), at(now));
        memory.block(bucket(1), address("198.51.100.1"), at(4500), at(3600));
        assert_eq!(blocked(3599), Some(at(4500)), "clocks are adjusted all the time");
        assert_eq!(blocked(0), None);
        assert!(memory.lock().blocks.is_empty());
    }

    #[test]
    fn a_full_table_blocks_wider_networks_and_grows_no_more() {
        let memory = Memory::default();
        for number in 0..70_000 {
            memory.block(bucket(number), address("203.0.113.7"), at(900), at(0));
        }
        assert_eq!(memory.lock().blocks.len(), BLOCKS);
        assert_eq!(memory.lock().wide.len(), 1);
        let other = |text| memory.blocked([].iter(), Some(address(text)), at(1));
        assert_eq!(other("203.0.113.99"), Some(at(900)));
        assert_eq!(other("203.0.112.99"), None);
        let known = memory.blocked([bucket(99_999)].iter(), None, at(1));
        assert_eq!(known, None, "known browsers have no address here");
        memory.block(bucket(99_999), address("203.0.113.7"), at(1900), at(901));
        assert_eq!(memory.lock().blocks.len(), 1, "windows that are over make room");
    }

    #[test]
    fn a_cookie_is_looked_up_so_often_within_a_window() {
        let memory = Memory::default();
        let look_up = |number, now| memory.look_up(bucket(number), 3, TimeDelta::seconds(900), at(now));
        assert_eq!(
            [0, 1, 2, 3, 899].map(|now| look_up(1, now)),
            [true, true, true, false, false]
        );
        assert!(look_up(2, 3) && look_up(1, 900), "each cookie, each window");
        for number in 0..70_000 {
            look_up(number, 901);
        }
        assert_eq!(memory.lock().lookups.len(), BLOCKS);
        assert!(!look_up(99_999, 902) && look_up(99_999, 1802));
    }

    #[test]
    fn tries_of_one_network_at_the_same_time_are_bounded() {
        let memory = Memory::default();
        let mut running: Vec<_> = (0..RUNNING)
            .map(|last| memory.run(address(&format!("2001:db8::{last:x}"))).unwrap())
            .collect();
        assert!(memory.run(address("2001:db8::ffff")).is_none());
        assert!(memory.run(address("2001:db8:0:1::1")).is_some());
        running.pop();
        assert!(memory.run(address("2001:db8::ffff")).is_some());
        drop(running);
        assert!(memory.lock().running.is_empty(), "no entry without a try");
    }

    #[tokio::test]
    async fn the_end_of_a_try_is_not_missed() {
        let memory = Memory::default();
        let reserved = memory.reserve(vec![bucket(1), bucket(2)]);
        let mut outcome = memory.outcome();
        assert!(memory.is_reserved(&[bucket(2)]) && !memory.is_reserved(&[bucket(3)]));
        assert!((&mut outcome).now_or_never().is_none());
        drop(reserved);
        assert!(outcome.now_or_never().is_some());
        assert!(!memory.is_reserved(&[bucket(1), bucket(2)]));
    }
}
