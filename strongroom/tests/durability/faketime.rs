//! The clock of one process, which a test moves while the process runs.

use std::path::PathBuf;

use chrono::TimeDelta;

/// A library of libfaketime to preload, and the file that controls it.
pub struct Faketime {
    library: PathBuf,
    folder: tempfile::TempDir,
}

impl Faketime {
    pub fn new() -> Self {
        let clock = Self {
            library: library().expect("libfaketime is installed: on Debian, the package libfaketime"),
            folder: tempfile::tempdir().unwrap(),
        };
        clock.jump(TimeDelta::zero());
        clock
    }

    /// The environment of the process. Its monotonic clock is left alone, as when the time of a machine is set.
    pub fn environment(&self) -> [(&'static str, PathBuf); 5] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.control()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    /// From now on the clock is so much ahead of the true time.
    pub fn jump(&self, ahead: TimeDelta) {
        let partial = self.folder.path().join("partial");
        std::fs::write(&partial, format!("{:+}", ahead.num_seconds())).unwrap();
        std::fs::rename(partial, self.control()).unwrap();
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("ahead")
    }
}

/// The library for programs with threads: where Debian installs it, or another system.
fn library() -> Option<PathBuf> {
    let of_debian = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let folders = of_debian.map(|entry| entry.path());
    let others = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let mut libraries = folders
        .chain(others)
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.is_file())
}
