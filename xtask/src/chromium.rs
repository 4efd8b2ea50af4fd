//! A Chromium for the browser tests.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::debian;
use crate::process::{output_of, run_quietly};
use crate::progress::say;
use crate::workspace::{Workspace, is_root, programs_in_path};

const NAMES: [&str; 5] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];

/// Finds a Chromium that starts, and installs one when there is none.
pub fn ensure_installed(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("STRONGROOM_CHROMIUM") {
        let chosen = PathBuf::from(chosen);
        if !starts(&chosen) {
            bail!("STRONGROOM_CHROMIUM is {}, which does not start", chosen.display());
        }
        return Ok(chosen);
    }
    if let Some(found) = installed(workspace) {
        return Ok(found);
    }
    if is_root() && debian::is_debian() {
        debian::install("chromium", "Chromium, which the browser tests use,")?;
    } else {
        download(workspace)?;
    }
    match installed(workspace) {
        Some(found) => Ok(found),
        None => bail!("no Chromium starts on this machine: {}", advice()),
    }
}

fn installed(workspace: &Workspace) -> Option<PathBuf> {
    let in_path = NAMES.iter().flat_map(|name| programs_in_path(name));
    in_path.chain(downloaded(workspace)).find(|program| starts(program))
}

/// Ubuntu's `chromium-browser` can be a script that only asks for a snap, so each candidate is tried.
fn starts(program: &Path) -> bool {
    output_of(Command::new(program).arg("--version")).is_some_and(|version| version.contains("Chrom"))
}

/// Where Playwright keeps the Chromium that it downloads.
fn downloaded(workspace: &Workspace) -> Option<PathBuf> {
    let mut node = Command::new("node");
    node.current_dir(workspace.path("end2end"));
    node.args(["-p", "require('@playwright/test').chromium.executablePath()"]);
    output_of(&mut node).map(PathBuf::from).filter(|path| path.is_file())
}

fn download(workspace: &Workspace) -> Result<()> {
    let mut arguments = vec!["playwright", "install"];
    if is_root() {
        arguments.push("--with-deps");
    }
    arguments.push("chromium");
    say(format!("      npx {}", arguments.join(" ")));
    let mut npx = Command::new("npx");
    npx.current_dir(workspace.path("end2end")).args(&arguments);
    if run_quietly(npx).is_err() {
        bail!("Chromium is missing and could not be downloaded: {}", advice());
    }
    Ok(())
}

fn advice() -> &'static str {
    if debian::is_debian() {
        "run `sudo apt-get install chromium`, or set STRONGROOM_CHROMIUM to a Chromium or Chrome, then run this again"
    } else {
        "run `sudo npx playwright install --with-deps chromium` in end2end/, or set STRONGROOM_CHROMIUM to a Chromium or Chrome, then run this again"
    }
}
