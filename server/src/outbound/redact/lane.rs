//! One reading of a stream, on its way through an automaton.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use aho_corasick::automaton::StateID;

use super::Redactor;
use super::decoder::Unit;
use super::encodings::{Form, HEAD_BYTES};
use super::fingerprint::{Fingerprint, base};
use super::patterns::{Member, Table};
use super::spans::MaskSpans;

/// The most heads that wait at once for the ends of their forms. More are possible only if a head is a few letters that
/// repeat; then the rest is taken for the form, so that too much is masked and not too little.
const MAX_WAITING: usize = 16 * 1024;

/// Receiver of the spans that a lane finds.
pub(super) struct Finder<'a> {
    pub spans: &'a mut MaskSpans,
    pub redactor: &'a Redactor,
    /// The shortest form that is masked.
    pub min_bytes: usize,
    pub work: &'a mut Work,
}

impl Finder<'_> {
    fn accepts(&self, member: &Member) -> bool {
        self.redactor.accepts(member.value, member.len, self.min_bytes)
    }
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
            let mut is_long = false;
            for member in members {
                finder.work.add(1);
                if member.len > HEAD_BYTES {
                    is_long = true;
                } else if finder.accepts(member) {
                    finder.spans.add(self.start_of(member.len)..end);
                    finder.redactor.report(member.value);
                }
            }
            if is_long {
                let start = self.start_of(HEAD_BYTES);
                self.waiting.add((head, members), start, self.read, finder);
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

/// Heads of long forms that were found, until the ends of these forms are due. Their time is the number of heads times the
/// number of forms that share them: values such as JSON Web Tokens of one issuer share their first bytes.
#[derive(Clone, Default)]
struct Waiting {
    hash: Fingerprint,
    /// Heads of all groups; those that are assumed count as one.
    count: usize,
    groups: Vec<Group>,
    /// When a form is due, as the number of its last byte, its group and its place there.
    due: BinaryHeap<Reverse<(u64, usize, usize)>>,
    /// Heads beyond the limit: the start of the first, and the numbers between which their forms are due.
    assumed: Option<(u64, u64, u64)>,
}

/// The occurrences of one head, and the forms that begin with it.
#[derive(Clone)]
struct Group {
    head: usize,
    found: VecDeque<Found>,
    /// Number of occurrences that were removed: all forms are compared with them.
    dropped: u64,
    /// The accepted forms that begin with this head, the shortest first.
    forms: Vec<Awaited>,
}

#[derive(Clone)]
struct Found {
    start: u64,
    /// The number of its last byte.
    read: u64,
    hash: Fingerprint,
}

/// A form that begins with the head of its group.
#[derive(Clone)]
struct Awaited {
    member: usize,
    rest: u64,
    /// The number of the head whose end is due next.
    next: u64,
}

impl Waiting {
    fn add(&mut self, (head, members): (usize, &[Member]), start: u64, read: u64, finder: &Finder<'_>) {
        let at = self.groups.iter().position(|group| group.head == head);
        let at = at.unwrap_or_else(|| {
            self.groups.push(Group::new(head, members, finder));
            self.groups.len() - 1
        });
        let group = &mut self.groups[at];
        let (Some(shortest), Some(longest)) = (group.forms.first(), group.forms.last()) else {
            return;
        };
        if self.count >= MAX_WAITING || self.assumed.is_some() {
            let (first, last) = (read + shortest.rest, read + longest.rest);
            self.count += usize::from(self.assumed.is_none());
            let known = self.assumed.unwrap_or((start, first, last));
            self.assumed = Some((known.0, known.1.min(first), known.2.max(last)));
            return;
        }
        let number = group.dropped + group.found.len() as u64;
        let hash = self.hash;
        group.found.push_back(Found { start, read, hash });
        self.count += 1;
        for (place, form) in group.forms.iter().enumerate().filter(|(_, form)| form.next == number) {
            self.due.push(Reverse((read + form.rest, at, place)));
        }
    }

    /// Reads one byte, and compares the forms that are due after it.
    fn step(&mut self, read: u64, unit: Unit, table: &Table, finder: &mut Finder<'_>) {
        self.hash = self.hash.and(base(), unit.byte);
        finder.work.add(1);
        while let Some(&Reverse((due, at, place))) = self.due.peek()
            && due <= read
        {
            self.due.pop();
            finder.work.add(1);
            let group = &mut self.groups[at];
            let number = group.forms[place].next;
            group.forms[place].next += 1;
            let member = table.member(group.head, group.forms[place].member);
            if let Some(found) = group.found(number)
                && self.hash.follows(found.hash, member.shift, member.rest)
            {
                finder.spans.add(found.start..unit.end);
                finder.redactor.report(member.value);
            }
            if let Some(next) = group.found(number + 1) {
                self.due.push(Reverse((next.read + group.forms[place].rest, at, place)));
            }
            // The longest form is the last one that is due.
            if place + 1 == group.forms.len() {
                group.found.pop_front();
                group.dropped += 1;
                self.count -= 1;
            }
        }
        if let Some((start, first, last)) = self.assumed
            && first <= read
        {
            finder.spans.add(start..unit.end);
            if last <= read {
                self.assumed = None;
                self.count -= 1;
            }
        }
    }

    /// The start of the first head of the forms that count.
    fn first(&self, counts: impl Fn((usize, usize)) -> bool) -> Option<u64> {
        let assumed = self.assumed.map(|(start, _, _)| start);
        let groups = self.groups.iter().filter_map(|group| group.first(&counts));
        groups.chain(assumed).min()
    }
}

impl Group {
    fn new(head: usize, members: &[Member], finder: &Finder<'_>) -> Self {
        let long = members.iter().enumerate().filter(|(_, member)| member.len > HEAD_BYTES);
        let mut forms: Vec<Awaited> = long
            .filter(|(_, member)| finder.accepts(member))
            .map(|(place, member)| Awaited {
                member: place,
                rest: (member.len - HEAD_BYTES) as u64,
                next: 0,
            })
            .collect();
        forms.sort_by_key(|form| form.rest);
        Self {
            head,
            found: VecDeque::new(),
            dropped: 0,
            forms,
        }
    }

    fn found(&self, number: u64) -> Option<&Found> {
        let place = usize::try_from(number.checked_sub(self.dropped)?).ok()?;
        self.found.get(place)
    }

    /// The start of the first head that a form waits for, of the forms that count.
    fn first(&self, counts: impl Fn((usize, usize)) -> bool) -> Option<u64> {
        let forms = self.forms.iter().filter(|form| counts((self.head, form.member)));
        let first = forms.map(|form| form.next).min()?;
        self.found(first).map(|found| found.start)
    }
}
