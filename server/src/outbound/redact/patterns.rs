//! The automata that search for many forms at once.
//!
//! One Aho-Corasick automaton for each reading holds the heads of all forms. Its time for a byte does not depend on how
//! many values there are, and its size is bounded by the number of forms, however long the values are.

use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::nfa::contiguous;
use aho_corasick::{Anchored, PatternID, dfa};
use contract::credentials::CredentialId;
use contract::secret::SecretValue;
use sha2::{Digest as _, Sha256};

use super::encodings::{Form, HEAD_BYTES, Reading, encodings};
use super::fingerprint::{Fingerprint, Shift, base};
use super::word_buffer::must_come_whole;

/// Up to so many bytes of heads become a table of all transitions, which is the fastest.
const MAX_DFA_BYTES: usize = 256;
/// In the others, so many first bytes of each head do.
const DENSE_DEPTH: usize = 3;
/// The most credentials that are remembered for one value.
const MAX_SOURCES: usize = 16;

/// What is searched for one value. It holds the heads of its forms and no more of it.
pub struct SecretForms {
    pub(super) forms: Vec<Form>,
    pub(super) value_bytes: usize,
    pub(super) must_come_whole: bool,
    digest: [u8; 32],
    /// The credentials that have this value, each with its version; none for a variable of a program.
    sources: Mutex<Vec<(CredentialId, i64)>>,
}

impl SecretForms {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is looked for in answers is the secret itself"
    )]
    pub(in super::super) fn of(value: &SecretValue) -> Self {
        let value = value.expose();
        let mut digest = Sha256::new();
        // Of use in this process only: without the base, values cannot be tried against it.
        digest.update(base().to_le_bytes());
        digest.update(value.as_bytes());
        Self {
            forms: encodings(value),
            value_bytes: value.len(),
            must_come_whole: must_come_whole(value),
            digest: digest.finalize().into(),
            sources: Mutex::default(),
        }
    }

    /// The credentials that have this value, each with its version.
    pub(in super::super) fn sources(&self) -> Vec<(CredentialId, i64)> {
        self.sources.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds credentials that have this value too.
    pub(in super::super) fn add_sources(&self, more: &[(CredentialId, i64)]) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        for &(credential, version) in more {
            if let Some((_, known)) = sources.iter_mut().find(|(known, _)| *known == credential) {
                *known = version.max(*known);
            } else if sources.len() < MAX_SOURCES {
                sources.push((credential, version));
            }
        }
    }

    /// Whether both are of one value.
    pub(in super::super) fn is_same(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// How much memory this takes, about.
    pub(in super::super) fn memory(&self) -> usize {
        size_of::<Self>() + self.forms.len() * (size_of::<Form>() + HEAD_BYTES)
    }
}

impl std::fmt::Debug for SecretForms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretForms")
    }
}

/// The forms of several values, ready to be searched for.
pub struct Patterns {
    pub(super) values: Vec<Arc<SecretForms>>,
    pub(super) plain: Table,
    pub(super) base64: Table,
    pub(super) hex: Table,
}

impl Patterns {
    pub(in super::super) fn new(values: Vec<Arc<SecretForms>>) -> Self {
        Self {
            plain: Table::new(&values, Reading::Plain),
            base64: Table::new(&values, Reading::Base64),
            hex: Table::new(&values, Reading::Hex),
            values,
        }
    }

    /// The values that are searched for.
    pub(in super::super) fn values(&self) -> &[Arc<SecretForms>] {
        &self.values
    }

    /// How much memory the automata take.
    pub(in super::super) fn memory(&self) -> usize {
        let tables = [&self.plain, &self.base64, &self.hex];
        size_of::<Self>() + tables.iter().map(|table| table.memory()).sum::<usize>()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.iter().all(|value| value.forms.is_empty())
    }

    /// The length of the shortest form.
    pub(super) fn shortest(&self) -> Option<usize> {
        self.values
            .iter()
            .flat_map(|value| &value.forms)
            .map(|form| form.len)
            .min()
    }
}

impl std::fmt::Debug for Patterns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patterns")
    }
}

/// The forms of one reading.
pub(super) struct Table {
    automaton: Automaton,
    start: StateID,
    /// For each head, the forms that begin with it.
    heads: Vec<Vec<Member>>,
}

/// A form that begins with a head.
pub(super) struct Member {
    pub value: usize,
    pub len: usize,
    pub rest: Fingerprint,
    pub shift: Shift,
}

enum Automaton {
    /// No form has this reading, or the heads are too many for the automaton's numbers.
    Empty,
    Table(Box<dfa::DFA>),
    Sparse(Box<contiguous::NFA>),
}

impl Table {
    fn new(values: &[Arc<SecretForms>], reading: Reading) -> Self {
        let mut found: Vec<(&[u8], Member)> = Vec::new();
        for (value, forms) in values.iter().enumerate() {
            for form in forms.forms.iter().filter(|form| form.reading == reading) {
                let (rest, shift) = form.rest;
                let len = form.len;
                let member = Member {
                    value,
                    len,
                    rest,
                    shift,
                };
                found.push((&form.head, member));
            }
        }
        found.sort_by_key(|(head, _)| *head);
        let mut patterns: Vec<&[u8]> = Vec::new();
        let mut heads: Vec<Vec<Member>> = Vec::new();
        for (head, member) in found {
            match heads.last_mut() {
                Some(members) if patterns.last() == Some(&head) => members.push(member),
                _ => {
                    patterns.push(head);
                    heads.push(vec![member]);
                }
            }
        }
        let automaton = Automaton::new(&patterns);
        let start = match &automaton {
            Automaton::Empty => Ok(StateID::ZERO),
            Automaton::Table(dfa) => dfa.start_state(Anchored::No),
            Automaton::Sparse(nfa) => nfa.start_state(Anchored::No),
        };
        Self {
            automaton,
            start: start.unwrap_or(StateID::ZERO),
            heads,
        }
    }

    pub fn start(&self) -> StateID {
        self.start
    }

    /// The state after one more byte, and whether a head ends there.
    #[inline]
    pub fn next(&self, state: StateID, byte: u8) -> (StateID, bool) {
        match &self.automaton {
            Automaton::Empty => (state, false),
            Automaton::Table(dfa) => {
                let next = dfa.next_state(Anchored::No, state, byte);
                (next, dfa.is_match(next))
            }
            Automaton::Sparse(nfa) => {
                let next = nfa.next_state(Anchored::No, state, byte);
                (next, nfa.is_match(next))
            }
        }
    }

    /// The heads that end in a state, the longest first.
    pub fn heads(&self, state: StateID) -> impl Iterator<Item = (usize, &[Member])> {
        let count = match &self.automaton {
            Automaton::Empty => 0,
            Automaton::Table(dfa) => dfa.match_len(state),
            Automaton::Sparse(nfa) => nfa.match_len(state),
        };
        (0..count).map(move |index| {
            let head: PatternID = match &self.automaton {
                Automaton::Empty => PatternID::ZERO,
                Automaton::Table(dfa) => dfa.match_pattern(state, index),
                Automaton::Sparse(nfa) => nfa.match_pattern(state, index),
            };
            (head.as_usize(), self.heads[head.as_usize()].as_slice())
        })
    }

    fn memory(&self) -> usize {
        let members: usize = self
            .heads
            .iter()
            .map(|members| members.len() * size_of::<Member>())
            .sum();
        self.automaton.memory() + members + self.heads.len() * size_of::<Vec<Member>>()
    }

    pub fn member(&self, head: usize, member: usize) -> &Member {
        &self.heads[head][member]
    }
}

impl Automaton {
    fn memory(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Table(dfa) => dfa.memory_usage(),
            Self::Sparse(nfa) => nfa.memory_usage(),
        }
    }

    fn new(heads: &[&[u8]]) -> Self {
        if heads.is_empty() {
            return Self::Empty;
        }
        // A prefilter would make the time depend on what is searched for.
        if heads.iter().map(|head| head.len()).sum::<usize>() <= MAX_DFA_BYTES
            && let Ok(dfa) = dfa::Builder::new().prefilter(false).build(heads)
        {
            return Self::Table(Box::new(dfa));
        }
        let mut builder = contiguous::Builder::new();
        match builder.prefilter(false).dense_depth(DENSE_DEPTH).build(heads) {
            Ok(nfa) => Self::Sparse(Box::new(nfa)),
            // Two billion states would be needed; the number of values is bounded far below.
            Err(_) => Self::Empty,
        }
    }
}
