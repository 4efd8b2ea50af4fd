//! Calls of a process on its files that fail with EIO, as on a broken disk, for as long as a test wants.

use std::path::PathBuf;
use std::process::Command;

/// A library to preload, and the file that controls it.
pub struct IoErrors {
    folder: tempfile::TempDir,
}

impl IoErrors {
    /// Compiles the library with the C compiler that Rust links with.
    pub fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        // PostgreSQL runs as another user.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let errors = Self { folder };
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(errors.library())
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/durability/faults/io_errors.c"
            ))
            .status()
            .expect("a C compiler is installed: Rust links with it");
        assert!(compiled.success());
        errors
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("io_errors.so")
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("control")
    }

    /// The environment of the process.
    pub fn environment(&self) -> [(&'static str, PathBuf); 2] {
        [("LD_PRELOAD", self.library()), ("IO_ERRORS", self.control())]
    }

    /// From now on calls of these kinds (`read`, `write`, `sync`) fail on files with this part in their path.
    pub fn begin(&self, part: &str, kinds: &str) {
        let partial = self.folder.path().join("partial");
        std::fs::write(&partial, format!("{part} {kinds}")).unwrap();
        std::fs::rename(partial, self.control()).unwrap();
    }

    /// No call fails any more.
    pub fn end(&self) {
        std::fs::remove_file(self.control()).unwrap();
    }
}
