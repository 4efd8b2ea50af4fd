//! Files that only their owner may read: written whole under another name, made durable, then put in place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// A file that does not have its name yet. Dropped before that, it is removed.
#[derive(Debug)]
pub struct PrivateFile {
    file: File,
    partial: PathBuf,
    path: PathBuf,
}

impl PrivateFile {
    /// Begins a file beside the place where it will be.
    pub fn begin(path: &Path) -> io::Result<Self> {
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}.new", u64::from_be_bytes(random)));
        let partial = path.with_file_name(name);
        // Never a file that is there already, nor one that a link leads to.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&partial)?;
        Ok(Self {
            file,
            partial,
            path: path.to_owned(),
        })
    }

    /// Where it lies until it gets its name.
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// Makes what was written durable.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Gives the file its name, unless something has it: then false.
    pub fn publish_new(self) -> io::Result<bool> {
        self.sync()?;
        match fs::hard_link(&self.partial, &self.path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(error),
        }
        // The drop removes the other name; without it the folder is durable as it shall be.
        fs::remove_file(&self.partial)?;
        sync_folder(&self.path)?;
        Ok(true)
    }

    /// Puts the file in the place of another one.
    ///
    /// # Errors
    /// Where it cannot be made durable: the old file is whole then, or the new one is.
    pub fn replace(self) -> io::Result<()> {
        // The other file's owner goes on reading it: often a command is run by root, the server by its own user.
        let (old, new) = (fs::metadata(&self.path)?, self.file.metadata()?);
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            fchown(&self.file, Some(old.uid()), Some(old.gid()))?;
        }
        self.sync()?;
        fs::rename(&self.partial, &self.path)?;
        sync_folder(&self.path)
    }
}

impl Write for PrivateFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PrivateFile {
    fn drop(&mut self) {
        // Already gone where it got its name.
        let _ = fs::remove_file(&self.partial);
    }
}

/// The folder of a file, also where the path is a bare name.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// `true` if the group or others have any permission on this file.
pub fn is_open_to_others(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

/// `true` if the group or others can put another file in the place of one in this folder. The sticky bit forbids it.
pub fn is_writable_by_others(folder: &Path) -> io::Result<bool> {
    let mode = fs::metadata(folder)?.mode();
    Ok(mode & 0o022 != 0 && mode & 0o1000 == 0)
}

/// The owner of a file or folder; `None` if that is root or the user of this process.
pub fn foreign_owner(path: &Path) -> io::Result<Option<u32>> {
    let owner = fs::metadata(path)?.uid();
    Ok((owner != 0 && owner != nix::unistd::geteuid().as_raw()).then_some(owner))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        let mut file = PrivateFile::begin(&path).unwrap();
        file.write_all(b"first").unwrap();
        assert!(!path.exists());
        assert!(file.publish_new().unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        let mut second = PrivateFile::begin(&path).unwrap();
        second.write_all(b"second").unwrap();
        assert!(!second.publish_new().unwrap(), "a file that is there stays");
        assert_eq!(fs::read(&path).unwrap(), b"first");

        drop(PrivateFile::begin(&path).unwrap());
        let mut third = PrivateFile::begin(&path).unwrap();
        third.write_all(b"third").unwrap();
        third.replace().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"third");
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn a_file_that_is_replaced_stays_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        fs::write(&path, b"first").unwrap();
        // Only root may give a file away; for everybody else there is nothing to lose.
        let given = std::os::unix::fs::chown(&path, Some(1), Some(1)).is_ok();
        PrivateFile::begin(&path).unwrap().replace().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().uid() == 1, given);
    }
}
