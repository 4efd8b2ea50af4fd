//! Node.js and the packages of `end2end/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::process::{output_of, run_quietly};
use crate::progress::say;
use crate::site::hex;
use crate::workspace::Workspace;

const OLDEST: u32 = 20;

/// Checks that a usable Node.js with npm is there.
pub fn ensure_installed() -> Result<()> {
    let wanted = format!("install Node.js {OLDEST} or newer with npm, then run this again");
    let Some(version) = output_of(Command::new("node").arg("--version")) else {
        bail!("Node.js is missing, which runs the browser tests and the MCP servers that tests talk to: {wanted}");
    };
    if major(&version).is_none_or(|major| major < OLDEST) {
        bail!("Node.js is {version}, which is too old: {wanted}");
    }
    if output_of(Command::new("npm").arg("--version")).is_none() {
        bail!("npm is missing: {wanted}");
    }
    Ok(())
}

/// Installs the packages of `end2end/package-lock.json` unless they are there already. Returns `end2end/node_modules`.
pub fn ensure_packages(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.path("end2end");
    let modules = folder.join("node_modules");
    let stamp_file = modules.join(".strongroom-installed");
    let lock = fs::read(folder.join("package-lock.json")).context("end2end/package-lock.json is missing")?;
    let stamp = hex(&Sha256::digest(&lock));
    if fs::read_to_string(&stamp_file).is_ok_and(|installed| installed == stamp) {
        return Ok(modules);
    }
    say("      npm ci");
    let mut npm = Command::new("npm");
    npm.current_dir(&folder).args(["ci", "--no-audit", "--no-fund"]);
    run_quietly(npm).context("cannot install the packages of end2end/")?;
    fs::write(&stamp_file, stamp).with_context(|| format!("cannot write {}", stamp_file.display()))?;
    Ok(modules)
}

fn major(version: &str) -> Option<u32> {
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("nonsense"), None);
    }
}
