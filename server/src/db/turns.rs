//! The order in which write transactions begin. Writes wait in classes, so that a flood of one class delays the others
//! by a bounded number of transactions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The class of a write transaction, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteClass {
    /// Revocations: sign-outs, ended sessions, disabled and deleted accounts, lower roles, deleted credentials, and changes
    /// that only switch a server off, detach a credential or leave destinations out.
    Revocation,
    /// The record of uses.
    Use,
    /// Signed-in users, browsers that signed in before, and the server itself.
    User,
    /// Everybody else: sign-ins from unknown browsers, invitations.
    Anonymous,
}

const CLASSES: usize = 4;

/// One round of turns. A turn whose class has no waiter goes to the most urgent waiter, so each class has at least
/// one turn of eight while it waits.
const ROUND: [WriteClass; 8] = [
    WriteClass::Revocation,
    WriteClass::Use,
    WriteClass::User,
    WriteClass::Revocation,
    WriteClass::Use,
    WriteClass::Anonymous,
    WriteClass::Revocation,
    WriteClass::Use,
];

impl WriteClass {
    const ALL: [Self; CLASSES] = [Self::Revocation, Self::Use, Self::User, Self::Anonymous];

    /// Revocations and uses, for which places (on PostgreSQL: connections) are kept.
    pub fn is_urgent(self) -> bool {
        matches!(self, Self::Revocation | Self::Use)
    }
}

/// A fair queue in front of a fixed number of places. Clones share it.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Mutex<Queues>>);

#[derive(Debug)]
struct Queues {
    free: usize,
    /// Places that only urgent classes may take.
    kept: usize,
    waiting: [VecDeque<oneshot::Sender<Turn>>; CLASSES],
    /// The next position in [`ROUND`].
    next: usize,
}

/// A place; free again when dropped.
#[derive(Debug)]
pub struct Turn(Option<Turns>);

impl Turns {
    /// A queue in front of `places`, of which `kept` are for urgent classes.
    pub fn new(places: usize, kept: usize) -> Self {
        Self(Arc::new(Mutex::new(Queues {
            free: places,
            kept,
            waiting: Default::default(),
            next: 0,
        })))
    }

    /// Waits for a place. Dropping the future leaves the queue.
    pub async fn take(&self, class: WriteClass) -> Turn {
        let (sender, turn) = oneshot::channel();
        {
            let mut queues = self.lock();
            queues.waiting[class as usize].push_back(sender);
            self.grant(&mut queues);
        }
        // The queue never drops the sender of a waiter: an `Err` cannot happen.
        turn.await.unwrap_or(Turn(None))
    }

    /// The number of waiters of a class.
    pub fn waiting(&self, class: WriteClass) -> usize {
        let queues = self.lock();
        let waiting = &queues.waiting[class as usize];
        waiting.iter().filter(|sender| !sender.is_closed()).count()
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn grant(&self, queues: &mut Queues) {
        while let Some(sender) = queues.pop() {
            match sender.send(Turn(Some(self.clone()))) {
                Ok(()) => queues.free -= 1,
                // The waiter left; its turn must not be given back while the lock is held.
                Err(mut turn) => turn.0 = None,
            }
        }
    }
}

impl Queues {
    /// The waiter whose turn it is; `None` if there is no place for any waiter.
    fn pop(&mut self) -> Option<oneshot::Sender<Turn>> {
        for waiting in &mut self.waiting {
            waiting.retain(|sender| !sender.is_closed());
        }
        let may = |class: WriteClass| self.free > if class.is_urgent() { 0 } else { self.kept };
        let waits = |class: WriteClass| may(class) && !self.waiting[class as usize].is_empty();
        let due = ROUND[self.next];
        let class = if waits(due) {
            due
        } else {
            WriteClass::ALL.into_iter().find(|class| waits(*class))?
        };
        self.next = (self.next + 1) % ROUND.len();
        self.waiting[class as usize].pop_front()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            let mut queues = turns.lock();
            queues.free += 1;
            turns.grant(&mut queues);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::BoxFuture;

    use super::*;

    const EACH: [(WriteClass, usize); CLASSES] = [
        (WriteClass::Anonymous, 100),
        (WriteClass::User, 100),
        (WriteClass::Use, 100),
        (WriteClass::Revocation, 100),
    ];

    fn wait(turns: &Turns, class: WriteClass) -> BoxFuture<'static, (WriteClass, Turn)> {
        let turns = turns.clone();
        let mut waiting = async move { (class, turns.take(class).await) }.boxed();
        // Polled once, so that it stands in the queue.
        assert!((&mut waiting).now_or_never().is_none(), "the place is taken");
        waiting
    }

    /// The classes in the order in which they get the one place.
    async fn order(waiters: &[(WriteClass, usize)]) -> Vec<WriteClass> {
        let turns = Turns::new(1, 0);
        let first = turns.take(WriteClass::Anonymous).await;
        let mut waiting: futures::stream::FuturesUnordered<_> = waiters
            .iter()
            .flat_map(|(class, count)| std::iter::repeat_n(*class, *count))
            .map(|class| wait(&turns, class))
            .collect();
        drop(first);
        let mut order = Vec::new();
        while let Some((class, turn)) = futures::StreamExt::next(&mut waiting).await {
            order.push(class);
            drop(turn);
        }
        order
    }

    #[tokio::test]
    async fn each_class_has_a_turn_of_eight_whatever_the_others_ask_for() {
        let order = order(&EACH).await;
        assert_eq!(order.len(), 400);
        for class in WriteClass::ALL {
            for window in order[..200].windows(8) {
                assert!(window.contains(&class), "{class:?} is not in {window:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_revocation_waits_for_at_most_two_others() {
        for class in [WriteClass::Use, WriteClass::User, WriteClass::Anonymous] {
            for before in 0..8 {
                let turns = Turns::new(1, 0);
                let mut held = turns.take(class).await;
                for _ in 0..before {
                    let next = wait(&turns, class);
                    drop(held);
                    held = next.await.1;
                }
                let others: Vec<_> = (0..50).map(|_| wait(&turns, class)).collect();
                let mut revocation = wait(&turns, WriteClass::Revocation);
                let mut others = others.into_iter();
                drop(held);
                let mut passed = 0;
                while (&mut revocation).now_or_never().is_none() {
                    drop(others.next().unwrap().await);
                    passed += 1;
                }
                assert!(passed <= 2, "{passed} of {class:?} went before");
            }
        }
    }

    #[tokio::test]
    async fn kept_places_are_for_urgent_classes() {
        let turns = Turns::new(2, 1);
        let user = turns.take(WriteClass::User).await;
        let mut second = wait(&turns, WriteClass::User);
        let urgent = turns.take(WriteClass::Use).await;
        drop(urgent);
        assert!((&mut second).now_or_never().is_none(), "the kept place stays free");
        drop(user);
        drop(second.await);
    }

    #[tokio::test]
    async fn a_waiter_that_leaves_takes_no_place_along() {
        let turns = Turns::new(1, 0);
        let first = turns.take(WriteClass::User).await;
        let left = wait(&turns, WriteClass::User);
        let granted = wait(&turns, WriteClass::User);
        drop(left);
        assert_eq!(turns.waiting(WriteClass::User), 1);
        drop(first);
        // Granted, and dropped before it was looked at.
        drop(granted);
        drop(turns.take(WriteClass::Anonymous).await);
    }
}
