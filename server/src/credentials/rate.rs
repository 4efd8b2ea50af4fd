//! The limit of uses in a second, for each user on this server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use contract::accounts::UserId;
use tokio::time::Instant;

/// Uses of one second may come at once.
const BURST: Duration = Duration::from_secs(1);
/// Users that are remembered before those are forgotten who used nothing for a second.
const REMEMBERED: usize = 4096;

/// When the next use of each user would be due, if they came evenly.
#[derive(Debug)]
pub(super) struct Rate {
    per_second: u32,
    due: Mutex<HashMap<UserId, Instant>>,
}

impl Rate {
    /// At most so many in a second; 0 is no limit.
    pub(super) fn new(per_second: u32) -> Self {
        Self {
            per_second,
            due: Mutex::default(),
        }
    }

    pub(super) fn per_second(&self) -> u32 {
        self.per_second
    }

    /// `false` if the user used more in the last second than the limit.
    pub(super) fn admits(&self, user: UserId) -> bool {
        let Some(interval) = BURST.checked_div(self.per_second) else {
            return true;
        };
        let now = Instant::now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.len() >= REMEMBERED {
            due.retain(|_, due| *due > now);
        }
        let next = due.get(&user).copied().unwrap_or(now).max(now);
        if next + interval > now + BURST {
            return false;
        }
        due.insert(user, next + interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn uses_of_one_user_are_limited_and_those_of_another_are_not() {
        let (rate, one, other) = (Rate::new(10), UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let admitted = |user| (0..30).filter(|_| rate.admits(user)).count();
        assert_eq!((admitted(one), admitted(other)), (10, 10));
        tokio::time::advance(Duration::from_millis(300)).await;
        assert_eq!(admitted(one), 3);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(admitted(one), 10, "a pause gives no more than one second's uses");
        assert!((0..1000).all(|_| Rate::new(0).admits(one)));
    }

    #[tokio::test(start_paused = true)]
    async fn users_that_use_nothing_are_forgotten() {
        let rate = Rate::new(1);
        for number in 0..3 * REMEMBERED {
            assert!(rate.admits(UserId(Uuid::from_u128(number as u128))));
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!(rate.due.lock().unwrap().len() <= REMEMBERED);
    }
}
