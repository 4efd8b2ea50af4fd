//! How many operations run at once: actions, tests, lists of tools and calls of tools.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::intake::Account;
use crate::http::{ApiError, Principal};

/// The running operations of the process. Clones share them.
#[derive(Clone, Debug)]
pub struct RunningOperations(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    most: usize,
    most_per_user: usize,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    total: usize,
    by_account: HashMap<Account, usize>,
}

impl RunningOperations {
    /// At most so many at once, and so many of one user.
    pub fn new(most: usize, most_per_user: usize) -> Self {
        Self(Arc::new(Shared {
            most,
            most_per_user,
            now: Mutex::default(),
        }))
    }

    /// Begins an operation, which runs until the guard is dropped.
    ///
    /// # Errors
    /// 429 where this user has too many, 503 where the process has.
    pub fn begin(&self, principal: &Principal) -> Result<RunningOperation, ApiError> {
        let account = Account::from(principal);
        let mut now = self.0.lock();
        let of_account = now.by_account.get(&account).copied().unwrap_or(0);
        if of_account >= self.0.most_per_user {
            return Err(ApiError::TooManyOperations {
                limit: self.0.most_per_user,
            });
        }
        if now.total >= self.0.most {
            return Err(ApiError::TooMuchAtOnce {
                detail: "Too many operations are running. Try again in a moment.".to_owned(),
            });
        }
        now.total += 1;
        now.by_account.insert(account, of_account + 1);
        drop(now);
        Ok(RunningOperation {
            shared: Arc::clone(&self.0),
            account,
        })
    }

    /// The number that run.
    pub fn count(&self) -> usize {
        self.0.lock().total
    }
}

impl From<&Principal> for Account {
    fn from(principal: &Principal) -> Self {
        Self::of(principal.user_id().map(|id| id.0))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An operation that runs.
#[derive(Debug)]
pub struct RunningOperation {
    shared: Arc<Shared>,
    account: Account,
}

impl Drop for RunningOperation {
    fn drop(&mut self) {
        let mut now = self.shared.lock();
        now.total -= 1;
        let left = now
            .by_account
            .get(&self.account)
            .copied()
            .unwrap_or(0)
            .saturating_sub(1);
        if left == 0 {
            now.by_account.remove(&self.account);
        } else {
            now.by_account.insert(self.account, left);
        }
    }
}
