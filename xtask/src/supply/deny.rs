//! cargo-deny: advisories, licenses, sources and duplicates of dependencies, as `deny.toml` says.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output_of, run_quietly};
use crate::progress::say;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// Installs cargo-deny below the target folder if it is missing there. Returns the program.
pub fn ensure_installed(workspace: &Workspace) -> Result<PathBuf> {
    let root = workspace.target.join("tools").join(format!("cargo-deny-{VERSION}"));
    let program = root.join("bin/cargo-deny");
    if program.is_file() {
        return Ok(program);
    }
    say(format!("      cargo install cargo-deny {VERSION} (once, some minutes)"));
    let mut cargo = workspace.cargo();
    cargo
        .args(["install", "cargo-deny", "--version", VERSION, "--locked", "--debug"])
        .arg("--root")
        .arg(&root)
        // Flags of this workspace are not for other programs.
        .env("RUSTFLAGS", "")
        .env("CARGO_TARGET_DIR", workspace.target.join("tools/build"));
    run_quietly(cargo)?;
    // The program is enough.
    let _ = std::fs::remove_dir_all(workspace.target.join("tools/build"));
    Ok(program)
}

/// Runs all checks. Without a way to the advisory database, advisories are not checked, and this is said.
pub fn check(workspace: &Workspace, program: &Path) -> Result<()> {
    let mut command = deny(workspace, program);
    command.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]);
    if output_of(deny(workspace, program).args(["fetch", "db"])).is_some() {
        command.arg("advisories");
    } else {
        say(
            "      NOT CHECKED: advisories. Their database, github.com/rustsec/advisory-db, cannot be reached from here.",
        );
    }
    if let Err(error) = run_quietly(command) {
        bail!("{error:#}\nSee deny.toml for what is allowed.");
    }
    Ok(())
}

fn deny(workspace: &Workspace, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&workspace.root).args(["--workspace", "--locked"]);
    command
}
