//! Room on the disk of an SQLite database, and the reserve: an allocated file beside the database. When a write meets a
//! full disk, the file is given up. The room that it leaves is for writes that make room or end access, and for the audit
//! trail, until there is enough for everything again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::posix_fallocate;
use nix::sys::statvfs::statvfs;
use sqlx::SqlitePool;

use super::{Db, DbError, WriteClass};

/// The kind of data that a transaction writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// Deletes and revocations.
    Freeing,
    /// The audit trail, sign-ins and the heartbeat: while half of the reserve is left.
    Recording,
    Growing,
}

/// A disk with less room than this counts as full: a few transactions, and the log between two checkpoints.
const PROBE: u64 = 4 << 20;
/// The time between two looks for room by requests.
const LOOK: Duration = Duration::from_millis(500);
/// Blocks as `stat` counts them.
const BLOCK: u64 = 512;
// Pages that deleted rows left in the file.
const FREE_BYTES: &str = "SELECT f.freelist_count * p.page_size FROM pragma_freelist_count() f, pragma_page_size() p";

/// Shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Room(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// `None` for a database in memory.
    file: Option<PathBuf>,
    /// Bytes; 0 without a reserve.
    size: AtomicU64,
    is_short: AtomicBool,
    looked_at: Mutex<Option<Instant>>,
}

impl Room {
    /// Beside the file of a database. Without [`Room::keep`] there is no reserve.
    pub(super) fn beside(database: &Path, name: impl AsRef<std::ffi::OsStr>) -> Self {
        Self(Arc::new(State {
            file: Some(database.with_file_name(name.as_ref())),
            ..State::default()
        }))
    }

    /// Begins to keep a reserve of this size.
    ///
    /// # Errors
    /// Where it cannot be allocated. The database counts as short of room then.
    pub(super) async fn keep(&self, size: u64) -> io::Result<()> {
        self.0.size.store(size, Ordering::Relaxed);
        if size == 0 || self.0.file.is_none() {
            return Ok(());
        }
        let made = self.make().await;
        self.0.is_short.store(made.is_err(), Ordering::Relaxed);
        made
    }

    /// `true` while only deletes, revocations and the audit trail are written.
    pub(super) fn is_short(&self) -> bool {
        self.0.is_short.load(Ordering::Relaxed)
    }

    /// Refuses a transaction that there is no room for.
    pub(super) fn admit(&self, writes: Writes) -> Result<(), DbError> {
        if !self.is_short() {
            return Ok(());
        }
        match writes {
            Writes::Freeing => Ok(()),
            Writes::Recording if self.available() >= self.size() / 2 => Ok(()),
            Writes::Recording | Writes::Growing => Err(DbError::Full(None)),
        }
    }

    /// `true` if room was not looked for a moment ago.
    pub(super) fn may_look(&self) -> bool {
        let mut looked_at = self.0.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = looked_at.is_none_or(|at| at.elapsed() >= LOOK);
        if may {
            *looked_at = Some(Instant::now());
        }
        may
    }

    /// Gives the reserve up if the disk is full. Called after a write failed for a reason that may be this one.
    pub(super) fn look_after_failure(&self) {
        let Some(file) = self.0.file.as_deref().filter(|_| self.size() > 0) else {
            return;
        };
        if self.is_short() || has_room(file) {
            return;
        }
        self.0.is_short.store(true, Ordering::Relaxed);
        match fs::remove_file(file) {
            Ok(()) => tracing::error!(
                "the disk of the database is full: the reserve was released, and only deletions, revocations and the audit trail are written until there is space again"
            ),
            Err(error) => tracing::error!(error = %error, "the disk of the database is full, and there is no reserve"),
        }
    }

    /// Looks for room again: makes the reserve anew, or finds enough free pages in the database.
    pub(super) async fn look_for_room(&self, reader: &SqlitePool) {
        let was_short = self.is_short();
        if self.size() == 0 || !was_short && self.0.file.as_ref().is_none_or(|file| file.exists()) {
            return;
        }
        let made = self.make().await;
        if !was_short {
            // The reserve was given up, and free pages were found then.
            return;
        }
        if made.is_err() {
            let free: Result<i64, sqlx::Error> = sqlx::query_scalar(FREE_BYTES).fetch_one(reader).await;
            let free = free.map_or(0, |bytes| u64::try_from(bytes).unwrap_or_default());
            // Deleted rows left pages that are used again; the log needs room beside them.
            if free < self.size() || self.available() < self.size() / 2 {
                return;
            }
        }
        self.0.is_short.store(false, Ordering::Relaxed);
        tracing::info!("the database has space again: everything is written");
    }

    fn size(&self) -> u64 {
        self.0.size.load(Ordering::Relaxed)
    }

    /// Bytes that this process can still write to the disk; 0 if that cannot be known.
    fn available(&self) -> u64 {
        let folder = self.0.file.as_deref().and_then(Path::parent);
        folder
            .and_then(|folder| statvfs(folder).ok())
            .map_or(0, |disk| disk.blocks_available().saturating_mul(disk.fragment_size()))
    }

    /// Allocates the reserve where there is room for it and half as much again; for a small one more, since a disk that
    /// counts as full has almost [`PROBE`] left.
    async fn make(&self) -> io::Result<()> {
        let size = self.size();
        let Some(file) = self.0.file.clone() else { return Ok(()) };
        let has_room = self.available() >= size + (size / 2).max(2 * PROBE);
        tokio::task::spawn_blocking(move || make(&file, size, has_room))
            .await
            .map_err(io::Error::other)?
    }
}

/// Makes the file, unless one of this size is there.
fn make(path: &Path, size: u64, has_room: bool) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() && found.len() == size && found.blocks() * BLOCK >= size => return Ok(()),
        Ok(_) => fs::remove_file(path)?,
        Err(_) => {}
    }
    if !has_room {
        return Err(io::ErrorKind::StorageFull.into());
    }
    let made = allocate(path, size);
    if made.is_err() {
        let _ = fs::remove_file(path);
    }
    made
}

/// Makes a file whose blocks are allocated.
fn allocate(path: &Path, size: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let length = i64::try_from(size).map_err(io::Error::other)?;
    match posix_fallocate(&file, 0, length) {
        Ok(()) => Ok(()),
        // A file system without it.
        Err(Errno::EOPNOTSUPP | Errno::EINVAL) => write_zeros(&mut file, size),
        Err(error) => Err(error.into()),
    }
}

fn write_zeros(file: &mut File, size: u64) -> io::Result<()> {
    let zeros = vec![0_u8; 64 << 10];
    let mut left = size;
    while left > 0 {
        let some = usize::try_from(left).map_or(zeros.len(), |left| left.min(zeros.len()));
        file.write_all(&zeros[..some])?;
        left -= some as u64;
    }
    file.sync_all()
}

/// `false` if a file beside this one cannot get [`PROBE`] bytes. Unlike the figures of the file system this also meets a
/// quota of the disk.
fn has_room(beside: &Path) -> bool {
    let probe = beside.with_extension("probe");
    let _ = fs::remove_file(&probe);
    let got = allocate(&probe, PROBE);
    let _ = fs::remove_file(&probe);
    got.is_ok()
}

impl Writes {
    /// The default for the transactions of a class.
    pub(super) fn of(class: WriteClass) -> Self {
        match class {
            WriteClass::Revocation => Self::Freeing,
            WriteClass::Use => Self::Recording,
            WriteClass::User | WriteClass::Anonymous => Self::Growing,
        }
    }
}

impl Db {
    /// Refuses a transaction that there is no room for.
    pub(super) async fn admit(&self, writes: Writes) -> Result<(), DbError> {
        let Self::Sqlite { reader, room, .. } = self else {
            return Ok(());
        };
        match room.admit(writes) {
            // Room may have been made just now.
            Err(_) if room.may_look() => {
                room.look_for_room(reader).await;
                room.admit(writes)
            }
            outcome => outcome,
        }
    }

    /// Begins to keep a reserve of so many bytes beside an SQLite database; 0 for none.
    ///
    /// # Errors
    /// Where it cannot be allocated: only deletes, revocations and the audit trail are written then.
    pub async fn keep_reserve(&self, bytes: u64) -> std::io::Result<()> {
        match self {
            Self::Sqlite { room, .. } => room.keep(bytes).await,
            Self::Postgres { .. } => Ok(()),
        }
    }

    /// Looks for room on the disk again, after the heartbeat; `full` after one that met a full disk.
    pub async fn look_for_room(&self, full: bool) {
        let Self::Sqlite { reader, room, .. } = self else {
            return;
        };
        if full {
            room.look_after_failure();
        } else {
            room.look_for_room(reader).await;
        }
    }

    /// `true` while only deletes, revocations and the audit trail are written.
    pub fn is_short_of_room(&self) -> bool {
        matches!(self, Self::Sqlite { room, .. } if room.is_short())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const SIZE: u64 = 256 << 10;

    #[tokio::test]
    async fn the_reserve_is_allocated_and_private_and_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::beside(&folder.path().join("strongroom.db"), "reserve");
        let file = folder.path().join("reserve");
        room.keep(SIZE).await.unwrap();
        let made = fs::metadata(&file).unwrap();
        assert_eq!((made.len(), made.permissions().mode() & 0o777), (SIZE, 0o600));
        assert!(made.blocks() * BLOCK >= SIZE, "the file is not sparse");
        // A file of another size, and a sparse file.
        room.keep(2 * SIZE).await.unwrap();
        assert_eq!(fs::metadata(&file).unwrap().len(), 2 * SIZE);
        fs::remove_file(&file).unwrap();
        File::create(&file).unwrap().set_len(SIZE).unwrap();
        room.keep(SIZE).await.unwrap();
        assert!(fs::metadata(&file).unwrap().blocks() * BLOCK >= SIZE);
        // A failure for another reason than a full disk gives nothing up.
        room.look_after_failure();
        assert!(file.exists() && !room.is_short());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn without_room_only_what_frees_is_admitted() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::beside(&folder.path().join("strongroom.db"), "reserve");
        // No disk has that much.
        assert!(room.keep(1 << 60).await.is_err());
        assert!(room.is_short());
        assert!(room.admit(Writes::Freeing).is_ok());
        for writes in [Writes::Recording, Writes::Growing] {
            assert!(matches!(room.admit(writes), Err(DbError::Full(None))), "{writes:?}");
        }
        room.keep(SIZE).await.unwrap();
        assert!(room.admit(Writes::Growing).is_ok());
        assert!(Room::default().admit(Writes::Growing).is_ok(), "a database in memory");
    }
}
