//! The browser tests.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{TemporaryFolder, run_quietly, run_showing};
use crate::test_counts::Counts;
use crate::workspace::Workspace;

/// Checks the types of the TypeScript in `end2end/`.
pub fn check_types(workspace: &Workspace) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.current_dir(workspace.path("end2end"))
        .args(["run", "--silent", "types"]);
    run_quietly(npm).map(drop)
}

/// Runs Playwright against the server and the site, or without one against what the server has inside; its own list of
/// tests is shown as it runs.
pub fn run(
    workspace: &Workspace,
    server: &Path,
    site: Option<&Path>,
    chromium: &Path,
    arguments: &[String],
    counts: &mut Counts,
) -> Result<()> {
    let reports = TemporaryFolder::new("playwright")?;
    let report = reports.path().join("report.json");
    let folder = workspace.path("end2end");
    let mut node = Command::new("node");
    node.current_dir(&folder)
        .arg(folder.join("node_modules/@playwright/test/cli.js"))
        .arg("test")
        .args(arguments)
        .env("STRONGROOM_BIN", server)
        .env("STRONGROOM_SITE_DIR", site.unwrap_or(Path::new("")))
        .env("STRONGROOM_CHROMIUM", chromium)
        .env("STRONGROOM_PLAYWRIGHT_REPORT", &report);
    let finished = run_showing(node, |_| true)?;
    let ran = match fs::read(&report) {
        Ok(bytes) => Counts::of_playwright(&serde_json::from_slice(&bytes).context("Playwright's report is not JSON")?),
        Err(_) => Counts::default(),
    };
    *counts += ran;
    if !finished.status.success() {
        bail!(
            "the browser tests failed ({} of {}); traces are in end2end/test-results/",
            ran.failed,
            ran.failed + ran.passed
        );
    }
    if ran.is_empty() {
        bail!("Playwright ran no test");
    }
    Ok(())
}
