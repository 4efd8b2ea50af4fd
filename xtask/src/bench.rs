//! `cargo xtask bench`: measures a release build against bare floors.

use std::process::Command;

use anyhow::{Result, bail};

use crate::build;
use crate::process::run_showing;
use crate::progress::Steps;
use crate::workspace::Workspace;

/// Builds what is measured, measures it, and fails where a budget is missed.
pub fn run() -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::new(5);
    let site = build::release_site(&workspace, &mut steps)?;
    steps.run("Compile the server with the site inside, and the bench", || {
        build::compile_release(&workspace, &site, &["strongroom", "bench"])
    })?;
    steps.run("Measure, in turns with the floors", || {
        let mut bench = Command::new(workspace.target.join("release/bench"));
        bench.arg("--server").arg(build::release_server(&workspace));
        let finished = run_showing(bench, |_| true)?;
        if !finished.status.success() {
            bail!("the bench ended with {}", finished.status);
        }
        Ok(())
    })?;
    Ok(())
}
