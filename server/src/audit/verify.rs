//! Walks the chain and tells where it does not hold, while servers go on writing.

use super::chain::{self, BEGINNING};
use super::fault::{Head, IntegrityError, NotedIn, Report, TOLD};
use super::rows::{ChainedRow, event_columns};
use super::{search, versions};
use crate::db::{Db, Tx, read, within};
use crate::http::ApiError;
use crate::vault::Vault;

const HEAD: &str = "SELECT seq, mac FROM audit_head WHERE id = 1";
// One statement sees one state, whatever is being written.
const WALK: &str = concat!(
    event_columns!(),
    ", e.key_id, e.mac, e.search_key FROM audit_events e WHERE e.seq > $1 AND e.seq <= $2 ORDER BY e.seq LIMIT $3"
);
const ENDS: &str = "SELECT h.seq, h.mac, COALESCE((SELECT min(e.seq) FROM audit_events e), 1) AS first_seq, \
     COALESCE((SELECT max(e.seq) FROM audit_events e), 0) AS last_seq FROM audit_head h WHERE h.id = 1";
const MAC_OF: &str = "SELECT mac FROM audit_events WHERE seq = $1";
const BATCH: i64 = 1000;
#[derive(sqlx::FromRow)]
struct Ends {
    #[sqlx(flatten)]
    head: Head,
    first_seq: i64,
    last_seq: i64,
}

/// The head of the chain, to be noted elsewhere.
pub async fn head(db: &Db) -> Result<Head, ApiError> {
    Ok(read!(*db, c => sqlx::query_as(HEAD).fetch_one(c))?)
}

/// The head inside the transaction that appended.
pub(crate) async fn head_within(tx: &mut Tx) -> Result<Head, ApiError> {
    Ok(within!(tx, c => sqlx::query_as(HEAD).fetch_one(c))?)
}

/// `true` if the trail holds this head: its event is there with this link.
pub(super) async fn holds(db: &Db, noted: &Head) -> Result<bool, ApiError> {
    let kept: Option<Vec<u8>> = if noted.seq == 0 {
        Some(BEGINNING.to_vec())
    } else {
        read!(*db, c => sqlx::query_scalar(MAC_OF).bind(noted.seq).fetch_optional(c))?
    };
    Ok(kept.as_ref() == Some(&noted.mac))
}

/// Checks every event from a number on, the head, the heads that were noted apart from the database, and the records
/// against their events. `progress` hears how many were checked and where the
/// walk ends.
pub async fn verify(
    db: &Db,
    vault: &Vault,
    from: i64,
    noted: &[(NotedIn, &Head)],
    mut progress: impl FnMut(u64, i64),
) -> Result<Report, ApiError> {
    let Ends {
        head,
        first_seq,
        last_seq,
    } = read!(*db, c => sqlx::query_as(ENDS).fetch_one(c))?;
    let mut report = Report::default();
    // The walk begins with the first event that there can be.
    if first_seq < 1 {
        report.add(IntegrityError::BeforeBeginning(first_seq));
    }
    let mut walk = Walk::begin(db, vault, from.max(1)).await?;
    loop {
        let (after, up_to) = (walk.expected - 1, head.seq);
        let rows: Vec<ChainedRow> =
            read!(*db, c => sqlx::query_as(WALK).bind(after).bind(up_to).bind(BATCH).fetch_all(c))?;
        if rows.is_empty() {
            break;
        }
        walk.check(rows, &mut report)?;
        progress(report.checked, head.seq);
    }
    if walk.expected <= head.seq {
        report.add(IntegrityError::Missing {
            first: walk.expected,
            last: head.seq,
        });
    } else if walk.previous.as_ref().is_some_and(|mac| *mac != head.mac) {
        report.add(IntegrityError::WrongHead(head.seq));
    }
    if last_seq > head.seq {
        report.add(IntegrityError::BeyondHead(head.seq + 1));
    }
    for (place, noted) in noted {
        if !holds(db, noted).await? {
            report.add(IntegrityError::NotedHead(*place, noted.seq));
        }
    }
    report.records = versions::record_faults(db).await?;
    report.head = Some(head);
    Ok(report)
}

/// Where the walk stands.
struct Walk<'a> {
    vault: &'a Vault,
    /// The number that comes next.
    expected: i64,
    /// The link before it; nothing where it is not there.
    previous: Option<Vec<u8>>,
}

impl<'a> Walk<'a> {
    async fn begin(db: &Db, vault: &'a Vault, from: i64) -> Result<Self, ApiError> {
        let previous = if from == 1 {
            Some(BEGINNING.to_vec())
        } else {
            read!(*db, c => sqlx::query_scalar(MAC_OF).bind(from - 1).fetch_optional(c))?
        };
        Ok(Self {
            vault,
            expected: from,
            previous,
        })
    }

    /// Checks the next rows. After a fault it goes on from what is stored, so that one change is one fault.
    fn check(&mut self, rows: Vec<ChainedRow>, report: &mut Report) -> Result<(), ApiError> {
        let mut broken: Vec<(ChainedRow, Option<Vec<u8>>)> = Vec::new();
        let mut faults = Vec::new();
        for row in rows {
            let seq = row.event.seq;
            if seq > self.expected {
                faults.push(IntegrityError::Missing {
                    first: self.expected,
                    last: seq - 1,
                });
                // What the next link was made of is gone.
                self.previous = None;
            }
            self.expected = seq + 1;
            report.checked += 1;
            let previous = self.previous.replace(row.mac.clone());
            let Ok(key) = self.vault.audit_key(&row.key_id) else {
                faults.push(IntegrityError::UnknownKey {
                    seq,
                    key_id: row.key_id,
                });
                continue;
            };
            let holds = match &previous {
                Some(previous) => chain::link(&key, previous, seq, &row.event.content())? == row.mac,
                None => true,
            };
            if !holds {
                broken.push((row, previous));
            } else if !row.search_key_fits() {
                faults.push(IntegrityError::FoundElsewhere(seq));
            }
        }
        faults.extend(self.name(&broken)?);
        faults.sort_by_key(IntegrityError::seq);
        for fault in faults {
            report.add(fault);
        }
        Ok(())
    }

    /// Tells rows that were moved from rows that were changed: a moved one fits at another broken place, after a
    /// link that is stored at one of them. A row that fits where it stands has only lost the one before it.
    fn name(&self, broken: &[(ChainedRow, Option<Vec<u8>>)]) -> Result<Vec<IntegrityError>, ApiError> {
        let places = &broken[..broken.len().min(TOLD)];
        let links: Vec<&Vec<u8>> = places
            .iter()
            .flat_map(|(row, previous)| previous.iter().chain([&row.mac]))
            .collect();
        let mut faults = Vec::new();
        for (row, _) in broken {
            let seq = row.event.seq;
            let key = self.vault.audit_key(&row.key_id)?;
            let fits = |place: i64| -> Result<bool, ApiError> {
                for link in &links {
                    if chain::link(&key, link, place, &row.event.content())? == row.mac {
                        return Ok(true);
                    }
                }
                Ok(false)
            };
            if fits(seq)? {
                continue;
            }
            let mut fault = IntegrityError::Changed(seq);
            for (other, _) in places {
                if fits(other.event.seq)? {
                    fault = IntegrityError::Moved {
                        seq,
                        from: other.event.seq,
                    };
                    break;
                }
            }
            faults.push(fault);
        }
        Ok(faults)
    }
}

impl ChainedRow {
    /// The chain does not cover what a search looks at, but it is made of what the chain covers.
    fn search_key_fits(&self) -> bool {
        let event = &self.event;
        self.search_key.as_ref().is_none_or(|key| {
            *key == search::key(&event.actor_name, &event.target_name, event.referrer_name.as_deref())
        })
    }
}
