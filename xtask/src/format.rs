//! `cargo xtask fmt`: the layout of views by leptosfmt, and of everything else by rustfmt.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::cargo_tools::LEPTOSFMT;
use crate::process::{run_quietly, run_showing};
use crate::progress::{Steps, say};
use crate::toolchain;
use crate::workspace::Workspace;

/// The folders with views.
const VIEWS: [&str; 2] = ["app/src", "frontend/src"];

/// Formats the workspace.
pub fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::new(3);
    let leptosfmt = steps.run("Look for the tools, install what is missing", || {
        toolchain::ensure_lint_tools(&workspace)?;
        LEPTOSFMT.ensure_installed(&workspace)
    })?;
    // leptosfmt first: rustfmt has the last word on what is outside of views.
    steps.run("Views", || {
        run_quietly(views(&workspace, &leptosfmt, &["--quiet"])).map(drop)
    })?;
    steps.run("Rust", || run_quietly(rust(&workspace, &[])).map(drop))
}

/// Fails if [`run`] would change a file.
pub fn check(workspace: &Workspace, leptosfmt: &Path) -> Result<()> {
    let finished = run_showing(views(workspace, leptosfmt, &["--check"]), |_| false)?;
    let rust = run_quietly(rust(workspace, &["--check"]));
    if !finished.status.success() {
        // The other lines name the files that need no change.
        for line in finished.output.lines().filter(|line| !line.starts_with('✅')) {
            say(line);
        }
        bail!("views are not laid out as leptosfmt does it: run `cargo xtask fmt`");
    }
    rust.map(drop)
}

fn views(workspace: &Workspace, leptosfmt: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(leptosfmt);
    command
        .current_dir(&workspace.root)
        .args(["--config-file", "leptosfmt.toml"])
        .args(arguments)
        .args(VIEWS);
    command
}

fn rust(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["fmt", "--all"]).args(arguments);
    cargo
}
