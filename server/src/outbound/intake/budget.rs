//! The byte budget of the process for everything that is being read from peers.
//!
//! No reader waits for budget: a grant that cannot grow fails at once, so that readers that hold budget never wait for
//! each other. One user and one destination have at most a quarter of it each.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// The size of a new grant, and the step in which grants grow and shrink, in bytes.
pub const GRANT_BYTES: u64 = 64 * 1024;

/// The part of the budget that one user, and one destination, may have: a quarter.
const SHARES: u64 = 4;

/// The user that a read is charged to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Account(Option<Uuid>);

impl Account {
    /// The account of a user; `None` is the server itself.
    pub fn of(user: Option<Uuid>) -> Self {
        Self(user)
    }

    /// The user; `None` is the server itself.
    pub fn user(self) -> Option<Uuid> {
        self.0
    }
}

/// Why a grant cannot grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverBudget {
    /// This grant alone has the whole share of a user.
    Own {
        /// The share in bytes.
        share: u64,
    },
    /// Other reads hold the rest.
    Others,
}

/// The budget. Clones share it.
#[derive(Clone, Debug)]
pub struct ReadBudget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: u64,
    reserved: Mutex<Reserved>,
}

#[derive(Debug, Default)]
struct Reserved {
    total: u64,
    of_account: HashMap<Account, u64>,
    of_destination: HashMap<Arc<str>, u64>,
}

impl ReadBudget {
    /// A budget of so many bytes.
    pub fn new(limit: u64) -> Self {
        Self(Arc::new(Shared {
            limit,
            reserved: Mutex::default(),
        }))
    }

    /// The most that one user, or one destination, may have.
    pub fn share(&self) -> u64 {
        self.0.limit / SHARES
    }

    /// The bytes that grants hold now.
    pub fn reserved(&self) -> u64 {
        self.0.lock().total
    }

    /// A grant of [`GRANT_BYTES`] for one read.
    ///
    /// # Errors
    /// Where other reads hold too much.
    pub fn grant(&self, account: Account, destination: &str) -> Result<Grant, OverBudget> {
        self.new_grant(account, Some(Arc::from(destination)))
    }

    /// A grant for what an operation keeps of all its answers.
    pub fn grant_of_operation(&self, account: Account) -> Result<Grant, OverBudget> {
        self.new_grant(account, None)
    }

    fn new_grant(&self, account: Account, destination: Option<Arc<str>>) -> Result<Grant, OverBudget> {
        let mut grant = Grant {
            shared: Arc::clone(&self.0),
            account,
            destination,
            reserved: 0,
            held: 0,
            undecided: 0,
        };
        grant.reserve(GRANT_BYTES)?;
        Ok(grant)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Reserved> {
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of the budget that one read has. It is given back when this is dropped.
#[derive(Debug)]
pub struct Grant {
    shared: Arc<Shared>,
    account: Account,
    /// `None` for what an operation keeps.
    destination: Option<Arc<str>>,
    /// Bytes taken from the budget.
    reserved: u64,
    /// Bytes that the read holds in memory.
    held: u64,
    /// Bytes besides, which are held until it is clear whether they are a secret.
    undecided: u64,
}

impl Grant {
    /// Says how many bytes the read holds now. The grant grows and shrinks in steps of [`GRANT_BYTES`].
    ///
    /// # Errors
    /// Where it cannot grow so far. It is then as large as before.
    pub fn hold(&mut self, bytes: u64) -> Result<(), OverBudget> {
        let all = bytes.saturating_add(self.undecided);
        let wanted = all.max(1).div_ceil(GRANT_BYTES).saturating_mul(GRANT_BYTES);
        if wanted > self.reserved {
            self.reserve(wanted)?;
        } else if self.reserved - wanted > GRANT_BYTES {
            self.release(wanted);
        }
        self.held = bytes;
        Ok(())
    }

    /// Says how many bytes the scanner holds back now.
    pub fn hold_undecided(&mut self, bytes: u64) -> Result<(), OverBudget> {
        let before = std::mem::replace(&mut self.undecided, bytes);
        self.hold(self.held).inspect_err(|_| self.undecided = before)
    }

    /// The bytes that the read holds.
    pub fn held(&self) -> u64 {
        self.held
    }

    /// Gives all of it back while the read holds no bytes. The next byte has to try again.
    pub fn park(&mut self) {
        if self.held == 0 && self.undecided == 0 {
            self.release(0);
        }
    }

    /// Another grant for the same user and destination that takes over so many of the bytes held.
    pub fn split(&mut self, bytes: u64) -> Self {
        let bytes = bytes.min(self.held);
        self.held -= bytes;
        let reserved = bytes.min(self.reserved);
        self.reserved -= reserved;
        Self {
            shared: Arc::clone(&self.shared),
            account: self.account,
            destination: self.destination.clone(),
            reserved,
            held: bytes,
            undecided: 0,
        }
    }

    fn reserve(&mut self, wanted: u64) -> Result<(), OverBudget> {
        let (limit, share) = (self.shared.limit, self.shared.limit / SHARES);
        if wanted > share {
            return Err(OverBudget::Own { share });
        }
        let more = wanted - self.reserved;
        let mut all = self.shared.lock();
        let of_account = all.of_account.get(&self.account).copied().unwrap_or(0) + more;
        let reserved = |destination: &Arc<str>| all.of_destination.get(destination).copied().unwrap_or(0);
        let of_destination = self.destination.as_ref().map_or(0, reserved) + more;
        if all.total + more > limit || of_account > share || of_destination > share {
            return Err(OverBudget::Others);
        }
        all.total += more;
        all.of_account.insert(self.account, of_account);
        if let Some(destination) = &self.destination {
            all.of_destination.insert(Arc::clone(destination), of_destination);
        }
        drop(all);
        self.reserved = wanted;
        Ok(())
    }

    fn release(&mut self, down_to: u64) {
        let less = self.reserved - down_to;
        if less > 0 {
            let mut all = self.shared.lock();
            all.total -= less;
            take(&mut all.of_account, self.account, less);
            if let Some(destination) = &self.destination {
                take(&mut all.of_destination, Arc::clone(destination), less);
            }
        }
        self.reserved = down_to;
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        self.release(0);
    }
}

fn take<K: Eq + Hash>(reserved: &mut HashMap<K, u64>, key: K, bytes: u64) {
    if let Entry::Occupied(mut entry) = reserved.entry(key) {
        *entry.get_mut() = entry.get().saturating_sub(bytes);
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, GRANT_BYTES, OverBudget, ReadBudget};

    const MIB: u64 = 1024 * 1024;

    fn user(number: u128) -> Account {
        Account::of(Some(uuid::Uuid::from_u128(number)))
    }

    #[test]
    fn a_grant_grows_and_shrinks_and_is_given_back() {
        let budget = ReadBudget::new(64 * MIB);
        let mut grant = budget.grant(user(1), "a").unwrap();
        assert_eq!(budget.reserved(), GRANT_BYTES);
        grant.hold(MIB + 1).unwrap();
        assert_eq!(budget.reserved(), MIB + GRANT_BYTES);
        grant.hold(10).unwrap();
        assert_eq!(budget.reserved(), GRANT_BYTES);
        grant.park();
        assert_eq!(budget.reserved(), GRANT_BYTES, "bytes that are held stay charged");
        grant.hold(0).unwrap();
        grant.park();
        assert_eq!(budget.reserved(), 0);
        grant.hold(1).unwrap();
        drop(grant);
        assert_eq!(budget.reserved(), 0);
    }

    #[test]
    fn one_answer_has_at_most_a_quarter() {
        let budget = ReadBudget::new(64 * MIB);
        let mut grant = budget.grant(user(1), "a").unwrap();
        grant.hold(16 * MIB).unwrap();
        assert_eq!(grant.hold(16 * MIB + 1), Err(OverBudget::Own { share: 16 * MIB }));
        assert_eq!(grant.held(), 16 * MIB);
    }

    #[test]
    fn one_user_and_one_destination_have_at_most_a_quarter() {
        let budget = ReadBudget::new(64 * MIB);
        let mut of_user = budget.grant(user(1), "a").unwrap();
        of_user.hold(16 * MIB).unwrap();
        assert_eq!(
            budget.grant(user(1), "b").unwrap_err(),
            OverBudget::Others,
            "the user has no more"
        );
        assert_eq!(
            budget.grant(user(2), "a").unwrap_err(),
            OverBudget::Others,
            "the destination has no more"
        );
        let mut other = budget.grant(user(2), "b").unwrap();
        other.hold(16 * MIB).unwrap();
        drop(of_user);
        assert!(budget.grant(user(1), "c").is_ok());
    }

    #[test]
    fn all_grants_together_have_at_most_the_budget() {
        let budget = ReadBudget::new(MIB);
        let grants: Vec<_> = (0..16)
            .map(|n| budget.grant(user(n), &n.to_string()).unwrap())
            .collect();
        assert_eq!(budget.reserved(), MIB);
        assert_eq!(budget.grant(user(99), "99").unwrap_err(), OverBudget::Others);
        drop(grants);
        assert_eq!(budget.reserved(), 0);
    }

    #[test]
    fn a_part_of_a_grant_outlives_it() {
        let budget = ReadBudget::new(64 * MIB);
        let mut grant = budget.grant(user(1), "a").unwrap();
        grant.hold(MIB).unwrap();
        let part = grant.split(MIB / 2);
        drop(grant);
        assert_eq!((part.held(), budget.reserved()), (MIB / 2, MIB / 2));
        drop(part);
        assert_eq!(budget.reserved(), 0);
    }
}
