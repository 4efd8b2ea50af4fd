//! libfaketime, by which tests move the clock of a server that runs.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::debian;

/// Looks for the library, and installs it if it is missing.
pub fn ensure_installed() -> Result<()> {
    if installed().is_some() {
        return Ok(());
    }
    debian::install(
        "libfaketime",
        "libfaketime, by which the tests move the clock of a server,",
    )?;
    installed()
        .map(drop)
        .context("libfaketime was installed, but /usr/lib/*/faketime/libfaketimeMT.so.1 is missing")
}

/// The library, where the tests look for it: where Debian installs it, or another system.
fn installed() -> Option<PathBuf> {
    let of_debian = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let folders = of_debian.map(|entry| entry.path());
    let others = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let mut libraries = folders
        .chain(others)
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.is_file())
}
