//! The head of the trail in the data folder, apart from the database: a trail that was cut off, or taken back to an
//! earlier moment, contradicts it.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, anyhow, ensure};

use super::chain::BEGINNING;
use super::fault::Head;
use super::verify::{head, holds};
use crate::db::{Db, read};
use crate::files::PrivateFile;
use crate::http::ApiError;

/// The name of the file in the data folder.
const NAME: &str = "audit-head";
/// The longest text of a head: 19 digits, a colon, 64 digits and a line break.
const LONGEST: u64 = 128;

/// A single statement, so that it sees a single state beside running writers.
const ENDS: &str = "SELECT h.seq, h.mac, COALESCE((SELECT max(e.seq) FROM audit_events e), 0) AS last_seq, \
     (SELECT e.mac FROM audit_events e WHERE e.seq = h.seq) AS last_mac, \
     EXISTS (SELECT 1 FROM users) AS has_records FROM audit_head h WHERE h.id = 1";

#[derive(sqlx::FromRow)]
struct Ends {
    seq: i64,
    mac: Vec<u8>,
    last_seq: i64,
    last_mac: Option<Vec<u8>>,
    has_records: bool,
}

/// The file `audit-head`.
#[derive(Debug)]
pub struct HeadFile {
    path: PathBuf,
    /// The head in the file, once this process has read or written it.
    noted: Mutex<Option<Head>>,
}

/// Outcome of [`HeadFile::note`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// The file holds the head of the trail.
    Kept,
    /// The trail does not hold the noted head any more. The file stays as it was.
    Contradicted,
}

impl HeadFile {
    /// In this data folder.
    pub fn in_folder(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(NAME),
            noted: Mutex::default(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The noted head; `None` if there is no file yet.
    pub fn read(&self) -> anyhow::Result<Option<Head>> {
        let read = || {
            let mut text = String::new();
            let file = fs::File::open(&self.path)?;
            io::Read::read_to_string(&mut io::Read::take(file, LONGEST), &mut text)?;
            Ok::<_, io::Error>(text)
        };
        let text = match read() {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("Cannot read the file {}.", self.path.display()));
            }
        };
        let head: Head = text.parse().map_err(|_| {
            anyhow!(
                "The file {} does not contain the head of an audit trail. Check the trail (strongroom audit verify), then save its head again (strongroom audit accept-head).",
                self.path.display()
            )
        })?;
        self.remember(&head);
        Ok(Some(head))
    }

    /// Writes the file durably.
    pub fn write(&self, head: &Head) -> io::Result<()> {
        let begin = || -> io::Result<PrivateFile> {
            let mut file = PrivateFile::begin(&self.path)?;
            writeln!(file, "{head}")?;
            Ok(file)
        };
        if self.path.exists() || !begin()?.publish_new()? {
            begin()?.replace()?;
        }
        self.remember(head);
        Ok(())
    }

    /// Writes the present head of the trail, unless the trail has lost the one that was noted before.
    ///
    /// # Errors
    /// A sentence; where the database fails or the folder cannot be written.
    pub async fn note(&self, db: &Db) -> anyhow::Result<Noted> {
        let present = head(db).await?;
        let before = self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if before.as_ref() == Some(&present) {
            return Ok(Noted::Kept);
        }
        if let Some(before) = &before
            && !holds(db, before).await?
        {
            return Ok(Noted::Contradicted);
        }
        self.write(&present)
            .with_context(|| format!("Cannot write the file {}.", self.path.display()))?;
        Ok(Noted::Kept)
    }

    fn remember(&self, head: &Head) {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(head.clone());
    }
}

/// Checks the end of the trail before a server starts: a full check takes too long for that.
///
/// # Errors
/// A sentence that says how the trail and its records, or the noted head, contradict each other, and what to do.
pub async fn check_end(db: &Db, file: &HeadFile) -> anyhow::Result<()> {
    const THEN: &str = "The database was changed outside Strongroom, or it is an older copy. Run `strongroom audit verify` to find the fault. Restore the right database. If you want to use the older copy, run `strongroom audit accept-head`; the trail records that.";
    let ends: Ends = read!(*db, c => sqlx::query_as(ENDS).fetch_one(c)).map_err(ApiError::from)?;
    ensure!(
        ends.last_seq == ends.seq,
        "The audit trail ends at event {}, but its head belongs to event {}. {THEN}",
        ends.last_seq,
        ends.seq
    );
    let last = if ends.seq == 0 {
        Some(BEGINNING.to_vec())
    } else {
        ends.last_mac
    };
    ensure!(
        last.as_ref() == Some(&ends.mac),
        "The head of the audit trail does not belong to its last event, {}. {THEN}",
        ends.seq
    );
    ensure!(
        ends.seq > 0 || !ends.has_records,
        "The audit trail is empty, but the database contains records: the events were deleted. {THEN}"
    );
    if let Some(noted) = file.read()? {
        ensure!(
            holds(db, &noted).await?,
            "The audit trail does not contain event {} as noted in {}: its end was deleted or rewritten. {THEN}",
            noted.seq,
            file.path().display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_noted_head_reads_back_and_a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = HeadFile::in_folder(folder.path());
        assert_eq!(file.read().unwrap(), None);
        for seq in [3, 4] {
            let head = Head { seq, mac: vec![7; 32] };
            file.write(&head).unwrap();
            assert_eq!(HeadFile::in_folder(folder.path()).read().unwrap(), Some(head));
        }
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(file.path(), "x".repeat(1000)).unwrap();
        let told = format!("{:#}", file.read().unwrap_err());
        assert!(told.contains("audit-head") && told.contains("accept-head"), "{told}");
    }
}
