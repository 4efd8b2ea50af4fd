//! cargo-deny: advisories, licenses, sources and duplicates of dependencies, as `deny.toml` says.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output_of, run_quietly};
use crate::progress::say;
use crate::workspace::Workspace;

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
