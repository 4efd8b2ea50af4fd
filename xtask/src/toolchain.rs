//! The parts of the Rust toolchain that the build needs beyond cargo.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output_of, run_quietly};
use crate::progress::say;
use crate::workspace::{Workspace, programs_in_path};

/// Adds the standard library for WebAssembly when it is missing.
pub fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(&workspace.root).args(["--print", "sysroot"]);
    let installed = output_of(&mut rustc).is_some_and(|sysroot| {
        Path::new(&sysroot)
            .join("lib/rustlib/wasm32-unknown-unknown/lib")
            .is_dir()
    });
    if installed {
        return Ok(());
    }
    rustup(workspace, &["target", "add", "wasm32-unknown-unknown"])
}

/// Adds clippy and rustfmt when they are missing.
pub fn ensure_lint_tools(workspace: &Workspace) -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output_of(workspace.cargo().args([subcommand, "--version"])).is_none() {
            rustup(workspace, &["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(workspace: &Workspace, arguments: &[&str]) -> Result<()> {
    let command = format!("rustup {}", arguments.join(" "));
    if programs_in_path("rustup").is_empty() {
        bail!("rustup is missing, which `{command}` needs: install Rust with rustup, then run this again");
    }
    say(format!("      {command}"));
    let mut rustup = Command::new("rustup");
    rustup.current_dir(&workspace.root).args(arguments);
    run_quietly(rustup).map(drop)
}
