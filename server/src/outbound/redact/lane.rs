//! One reading of a stream, on its way through an automaton.

use std::collections::VecDeque;

use aho_corasick::automaton::StateID;

use super::Redactor;
use super::decoder::Unit;
use super::encodings::{Form, HEAD_BYTES};
use super::fingerprint::{Fingerprint, base};
use super::patterns::{Member, Table};
use super::spans::MaskSpans;

/// How many beginnings of long forms may wait at once for their end. More are possible only where a head is made of a
/// few letters that repeat; then the rest is taken for the form, so that too much is masked and not too little.
const MAX_WAITING: usize = 16 * 1024;

/// Receiver of the spans that a lane finds.
pub(super) struct Finder<'a> {
    pub spans: &'a mut MaskSpans,
    pub redactor: &'a Redactor,
    /// The shortest form that is masked.
    pub min_bytes: usize,
    pub work: &'a mut Work,
}

/// Counts comparisons, for tests that hold the time linear. Without tests it costs nothing.
#[derive(Default)]
pub(super) struct Work {
    #[cfg(test)]
    pub done: u64,
}

impl Work {
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "only tests count"))]
    #[inline]
    pub fn add(&mut self, count: u64) {
        #[cfg(test)]
        {
            self.done += count;
        }
        #[cfg(not(test))]
        let _ = count;
    }
}

/// The state of one reading.
#[derive(Clone)]
pub(super) struct Lane {
    state: StateID,
    /// How many bytes were read.
    read: u64,
    /// How many of them belong together.
    run: u64,
    /// The last bytes, and where they began in the text, by their number modulo [`HEAD_BYTES`].
    bytes: [u8; HEAD_BYTES],
    starts: [u64; HEAD_BYTES],
    waiting: Waiting,
}

impl Lane {
    pub fn new(table: &Table) -> Self {
        Self {
            state: table.start(),
            read: 0,
            run: 0,
            bytes: [0; HEAD_BYTES],
            starts: [0; HEAD_BYTES],
            waiting: Waiting::default(),
        }
    }

    /// Begins anew: what follows does not continue what was read.
    #[inline]
    pub fn reset(&mut self, table: &Table) {
        self.state = table.start();
        self.run = 0;
        if self.waiting.count > 0 {
            self.waiting = Waiting::default();
        }
    }

    /// `true` while the rest of a long form is awaited.
    #[inline]
    pub fn awaits(&self) -> bool {
        self.waiting.count > 0
    }

    /// Reads one byte.
    #[inline]
    pub fn step(&mut self, table: &Table, unit: Unit, finder: &mut Finder<'_>) {
        let slot = slot(self.read);
        self.bytes[slot] = unit.byte;
        self.starts[slot] = unit.start;
        self.read += 1;
        self.run += 1;
        finder.work.add(1);
        let (state, ends) = table.next(self.state, unit.byte);
        self.state = state;
        if self.waiting.count > 0 {
            self.waiting.step(self.read, unit, table, finder);
        }
        if ends {
            self.heads(table, unit.end, finder);
        }
    }

    fn heads(&mut self, table: &Table, end: u64, finder: &mut Finder<'_>) {
        for (head, members) in table.heads(self.state) {
            for (index, member) in members.iter().enumerate() {
                finder.work.add(1);
                if !finder.redactor.accepts(member.value, member.len, finder.min_bytes) {
                    continue;
                }
                let start = self.start_of(member.len.min(HEAD_BYTES));
                if member.len <= HEAD_BYTES {
                    finder.spans.add(start..end);
                    finder.redactor.report(member.value);
                } else {
                    let due = self.read + (member.len - HEAD_BYTES) as u64;
                    self.waiting.add((head, index), start, due);
                }
            }
        }
    }

    /// Where the last so many bytes began.
    fn start_of(&self, count: usize) -> u64 {
        self.starts[slot(self.read - count as u64)]
    }

    /// From where on the text may hold the beginning of one of these forms.
    pub fn undecided<'form>(
        &self,
        table: &Table,
        own: impl Iterator<Item = &'form Form> + Clone,
        is_own: impl Fn(&Member) -> bool,
    ) -> Option<u64> {
        let waiting = self.waiting.first(|(head, member)| is_own(table.member(head, member)));
        if self.state == table.start() {
            return waiting;
        }
        let longest = usize::try_from(self.run).unwrap_or(usize::MAX).min(HEAD_BYTES - 1);
        let mut tail = [0; HEAD_BYTES];
        for back in 1..=longest {
            tail[HEAD_BYTES - back] = self.bytes[slot(self.read - back as u64)];
        }
        let begun = (1..=longest).rev().find(|count| {
            let tail = &tail[HEAD_BYTES - count..];
            own.clone()
                .any(|form| form.head.len() > *count && form.head.starts_with(tail))
        });
        match (waiting, begun.map(|count| self.start_of(count))) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }
}

#[inline]
fn slot(number: u64) -> usize {
    usize::from(number.to_le_bytes()[0]) % HEAD_BYTES
}

/// Heads of long forms that were found, until their ends are seen.
#[derive(Clone, Default)]
struct Waiting {
    hash: Fingerprint,
    count: usize,
    /// The smallest number at which one is due.
    due: u64,
    /// One queue for each form, in the order in which they are due.
    queues: Vec<Queue>,
}

#[derive(Clone)]
struct Queue {
    form: (usize, usize),
    waiting: VecDeque<Beginning>,
    /// Beginnings beyond the limit: from where, and until which number they are due.
    assumed: Option<(u64, u64, u64)>,
}

#[derive(Clone)]
struct Beginning {
    start: u64,
    due: u64,
    hash: Fingerprint,
}

impl Waiting {
    fn add(&mut self, form: (usize, usize), start: u64, due: u64) {
        if self.count == 0 {
            self.queues.clear();
            self.due = u64::MAX;
        }
        let at = self.queues.iter().position(|queue| queue.form == form);
        let at = at.unwrap_or_else(|| {
            self.queues.push(Queue {
                form,
                waiting: VecDeque::new(),
                assumed: None,
            });
            self.queues.len() - 1
        });
        let Some(queue) = self.queues.get_mut(at) else { return };
        if self.count >= MAX_WAITING || queue.assumed.is_some() {
            let (start, first, _) = queue.assumed.unwrap_or((start, due, due));
            self.count += usize::from(queue.assumed.is_none());
            queue.assumed = Some((start, first, due));
            self.due = self.due.min(first);
            return;
        }
        let hash = self.hash;
        queue.waiting.push_back(Beginning { start, due, hash });
        self.count += 1;
        self.due = self.due.min(due);
    }

    /// Reads one byte, and decides what is due after it.
    fn step(&mut self, read: u64, unit: Unit, table: &Table, finder: &mut Finder<'_>) {
        self.hash = self.hash.and(base(), unit.byte);
        finder.work.add(1);
        if read < self.due {
            return;
        }
        self.due = u64::MAX;
        finder.work.add(self.queues.len() as u64 - 1);
        let mut has_empty = false;
        for queue in &mut self.queues {
            let member = table.member(queue.form.0, queue.form.1);
            while let Some(beginning) = queue.waiting.front().filter(|beginning| beginning.due <= read) {
                if self.hash.follows(beginning.hash, member.shift, member.rest) {
                    finder.spans.add(beginning.start..unit.end);
                    finder.redactor.report(member.value);
                }
                queue.waiting.pop_front();
                self.count -= 1;
            }
            if let Some((start, first, last)) = queue.assumed
                && first <= read
            {
                finder.spans.add(start..unit.end);
                if last <= read {
                    queue.assumed = None;
                    self.count -= 1;
                }
            }
            match queue.next_due() {
                Some(due) => self.due = self.due.min(due),
                None => has_empty = true,
            }
        }
        if has_empty {
            self.queues.retain(|queue| queue.next_due().is_some());
        }
    }

    /// Where the first beginning is of the forms that count.
    fn first(&self, counts: impl Fn((usize, usize)) -> bool) -> Option<u64> {
        let queues = self.queues.iter().filter(|queue| counts(queue.form));
        queues.filter_map(Queue::first).min()
    }
}

impl Queue {
    fn next_due(&self) -> Option<u64> {
        let waiting = self.waiting.front().map(|beginning| beginning.due);
        // What is assumed is due at each byte until its end.
        waiting.into_iter().chain(self.assumed.map(|(_, first, _)| first)).min()
    }

    fn first(&self) -> Option<u64> {
        let waiting = self.waiting.front().map(|beginning| beginning.start);
        waiting.into_iter().chain(self.assumed.map(|(start, _, _)| start)).min()
    }
}
