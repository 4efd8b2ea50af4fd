//! Packages of Debian and Ubuntu.

use std::fs;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, bail};

use crate::process::run_quietly;
use crate::progress::say;
use crate::workspace::{is_root, programs_in_path};

/// The package lists are fetched once a run.
static UPDATED: OnceLock<()> = OnceLock::new();

/// Installs a package, or says which command would.
pub fn install(package: &str, purpose: &str) -> Result<()> {
    let command = format!("apt-get update && apt-get install -y {package}");
    if programs_in_path("apt-get").is_empty() {
        bail!("{purpose} is missing: install {package} with your system's package manager, then run this again");
    }
    if !is_root() {
        bail!("{purpose} is missing: run `sudo sh -c '{command}'`, then run this again");
    }
    say(format!("      {command}"));
    if UPDATED.get().is_none() {
        apt_get(&["update"])?;
        let _ = UPDATED.set(());
    }
    apt_get(&["install", "-y", "--no-install-recommends", package])
}

/// Whether this is Debian itself. On Ubuntu the package `chromium` only points to a snap.
pub fn is_debian() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line.trim() == "ID=debian"))
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run_quietly(command).map(drop)
}
