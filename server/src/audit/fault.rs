//! What a verification finds, and the head that people note elsewhere.

use std::fmt;
use std::str::FromStr;

use crate::hex::hex;

/// Faults that are told one by one.
pub(super) const TOLD: usize = 20;

/// The end of the chain. `SEQ:MAC`, with the mac in hexadecimal digits, is how people keep one.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The number of the last event.
    pub seq: i64,
    /// Its link.
    pub mac: Vec<u8>,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, hex(&self.mac))
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "use SEQ:MAC as `strongroom audit head` prints it";
        let (seq, digits) = text.trim().split_once(':').ok_or(SHAPE)?;
        let seq = seq.parse().ok().filter(|seq| *seq >= 0).ok_or(SHAPE)?;
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(SHAPE);
        }
        let mac: Result<Vec<u8>, _> = (0..64)
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16))
            .collect();
        Ok(Self {
            seq,
            mac: mac.map_err(|_| SHAPE)?,
        })
    }
}

/// One place where the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntegrityError {
    /// The event does not say what it said when it was written.
    Changed(i64),
    /// The event was written at another place.
    Moved {
        /// Where it stands.
        seq: i64,
        /// Where it was written.
        from: i64,
    },
    /// The event says what it said, but a search looks for it under other names.
    FoundElsewhere(i64),
    /// Events are not there.
    Missing {
        /// The first one.
        first: i64,
        /// The last one.
        last: i64,
    },
    /// The event names a key that the keyring does not hold.
    UnknownKey {
        /// The event.
        seq: i64,
        /// The key.
        key_id: String,
    },
    /// There are events before the first one.
    BeforeBeginning(i64),
    /// There are events after the one that the head names.
    BeyondHead(i64),
    /// The head is not the link of the last event.
    WrongHead(i64),
    /// The trail does not hold the head that was noted elsewhere: events were cut off or written anew.
    NotedHead(NotedIn, i64),
}

/// Where a head was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotedIn {
    /// By an operator.
    Elsewhere,
    /// In the file `audit-head`.
    DataFolder,
}

impl IntegrityError {
    /// The first event that it is about.
    pub fn seq(&self) -> i64 {
        match self {
            Self::Changed(seq)
            | Self::Moved { seq, .. }
            | Self::FoundElsewhere(seq)
            | Self::UnknownKey { seq, .. }
            | Self::BeforeBeginning(seq)
            | Self::BeyondHead(seq)
            | Self::WrongHead(seq)
            | Self::NotedHead(_, seq) => *seq,
            Self::Missing { first, .. } => *first,
        }
    }
}

impl fmt::Display for IntegrityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(seq) => write!(f, "event {seq} was changed after it was written"),
            Self::Moved { seq, from } => write!(f, "event {seq} was moved: it was written as event {from}"),
            Self::FoundElsewhere(seq) => write!(f, "event {seq} has search names that do not match it"),
            Self::Missing { first, last } if first == last => write!(f, "event {first} is missing"),
            Self::Missing { first, last } => write!(f, "events {first} to {last} are missing"),
            Self::UnknownKey { seq, key_id } => {
                write!(f, "event {seq} needs the key {key_id}, which is not in the keyring")
            }
            Self::BeforeBeginning(seq) => write!(f, "event {seq} comes before the start of the chain"),
            Self::BeyondHead(seq) => write!(f, "event {seq} comes after the head of the chain"),
            Self::WrongHead(seq) => write!(f, "the head of the chain does not belong to its last event, {seq}"),
            Self::NotedHead(NotedIn::Elsewhere, seq) => write!(
                f,
                "the head that you noted, event {seq}, is not in the trail: its end was deleted or rewritten"
            ),
            Self::NotedHead(NotedIn::DataFolder, seq) => write!(
                f,
                "the head in the data folder's file audit-head, event {seq}, is not in the trail: its end was deleted or rewritten"
            ),
        }
    }
}

/// What a verification found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many events were checked.
    pub checked: u64,
    /// The first faults, in the order of the trail.
    pub faults: Vec<IntegrityError>,
    /// How many more there are.
    pub more: u64,
    /// A sentence for each record that contradicts the trail.
    pub records: Vec<String>,
    /// The head that the walk ended at.
    pub head: Option<Head>,
}

impl Report {
    /// What is wrong with the trail, a line for each fault; nothing where it holds.
    pub fn complaint(&self) -> Option<String> {
        let checked = self.checked;
        let mut lines = match (self.faults.first(), self.records.is_empty()) {
            (None, true) => return None,
            (None, false) => vec![format!(
                "The audit trail failed verification: it doesn't match the stored records. Checked {checked} events."
            )],
            (Some(first), _) => vec![format!(
                "The audit trail failed verification: the first fault is at event {}. Checked {checked} events.",
                first.seq()
            )],
        };
        lines.extend(self.faults.iter().map(ToString::to_string));
        if self.more > 0 {
            lines.push(format!("and {} more", self.more));
        }
        lines.extend(self.records.iter().take(TOLD).cloned());
        if self.records.len() > TOLD {
            lines.push(format!("and {} more records", self.records.len() - TOLD));
        }
        Some(lines.join("\n"))
    }

    pub(super) fn add(&mut self, fault: IntegrityError) {
        if self.faults.len() < TOLD {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Head;

    #[test]
    fn a_noted_head_reads_back() {
        let head = Head {
            seq: 17,
            mac: (0..32).collect(),
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        for bad in [
            "",
            "17",
            "17:",
            "17:00",
            "x:00",
            &format!("-1:{}", "0".repeat(64)),
            &format!("1:{}", "é".repeat(32)),
        ] {
            assert!(bad.parse::<Head>().is_err(), "{bad}");
        }
    }
}
