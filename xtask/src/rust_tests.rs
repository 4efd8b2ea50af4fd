//! The Rust tests: on SQLite, and on a real PostgreSQL that is started for them.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::compiler;
use crate::postgres;
use crate::process::{describe, run_showing};
use crate::progress::say;
use crate::test_counts::{Counts, is_cargo_result};
use crate::workspace::{HOST_PACKAGES, Workspace};

/// How often the server is killed on each engine; whoever sets it decides.
const KILLS: &str = "STRONGROOM_TEST_KILLS";
/// How often `--long` asks for.
const MANY_KILLS: &str = "200";

/// How often PostgreSQL ends under load in each way, and how often each fault comes over two servers, in the same manner.
const RESTARTS: &str = "STRONGROOM_TEST_RESTARTS";
const MANY_RESTARTS: &str = "5";

/// The seconds of the load of a soak, in the same manner. A fiftieth of it is the time between faults over two servers.
const SOAK: &str = "STRONGROOM_TEST_SOAK";
const LONG_SOAK: &str = "300";

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The engine that needs no server.
    Sqlite,
    /// A real server, which is started.
    Postgres,
}

/// A part of the Rust tests. By default all of them run.
#[derive(Debug, Default, Args)]
pub struct Choice {
    /// Leave out Rust tests that are named after the other engine; for SQLite, no PostgreSQL is started.
    #[arg(long, value_enum)]
    pub engine: Option<Engine>,
    /// Compile and run only this program: `api` of `server/tests`; `pages`, `leaks` or `durability` of `strongroom/tests`.
    #[arg(long, conflicts_with = "lib")]
    test: Option<String>,
    /// Compile and run only the unit tests.
    #[arg(long)]
    lib: bool,
}

impl Choice {
    /// `true` if nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.engine.is_none() && self.programs().is_empty()
    }

    /// Arguments of `cargo test` for the programs.
    fn programs(&self) -> Vec<&str> {
        match &self.test {
            Some(name) => vec!["--test", name],
            None if self.lib => vec!["--lib"],
            None => Vec::new(),
        }
    }

    /// Arguments of the programs. Names of tests hold the name of their engine, unless they use both or none.
    fn skipped(&self) -> &[&str] {
        match self.engine {
            Some(Engine::Sqlite) => &["--skip", "postgres"],
            Some(Engine::Postgres) => &["--skip", "sqlite"],
            None => &[],
        }
    }
}

/// What the tests of server and app run with.
#[derive(Debug)]
pub struct Given<'a> {
    /// The programs of a PostgreSQL server, unless the developer brings one.
    pub postgres_programs: Option<&'a Path>,
    /// What the tests of schemas run in Node.js.
    pub node_modules: &'a Path,
    /// Whether tests repeat faults and last as `--long` says.
    pub takes_long: bool,
    /// The tests to compile and run.
    pub choice: &'a Choice,
    /// Arguments for the tests.
    pub arguments: &'a [String],
}

/// Compiles the tests, and with them the server.
pub fn compile(workspace: &Workspace, choice: &Choice) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo
        .arg("test")
        .args(HOST_PACKAGES)
        .args(choice.programs())
        .arg("--no-run");
    compiler::compile(cargo)
}

/// Runs the tests of the commands themselves, which need no database.
pub fn run_own(workspace: &Workspace, counts: &mut Counts) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--package", "xtask"]);
    run(cargo, counts)
}

/// Runs all tests of server, app and bench, on both databases.
pub fn run_all(workspace: &Workspace, given: &Given<'_>, counts: &mut Counts) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo
        .arg("test")
        .args(HOST_PACKAGES)
        .args(given.choice.programs())
        .arg("--no-fail-fast")
        .env("STRONGROOM_TEST_NODE_MODULES", given.node_modules);
    for (name, often) in [(KILLS, MANY_KILLS), (RESTARTS, MANY_RESTARTS), (SOAK, LONG_SOAK)] {
        if given.takes_long && env::var_os(name).is_none() {
            cargo.env(name, often);
        }
    }
    cargo.arg("--").args(given.choice.skipped()).args(given.arguments);
    // Kept until the tests have ended.
    let _postgres = match given.postgres_programs {
        None if given.choice.engine == Some(Engine::Sqlite) => None,
        None => {
            say("      PostgreSQL: the one that STRONGROOM_TEST_POSTGRES names");
            None
        }
        Some(programs) => {
            let started = postgres::start(programs)?;
            say(format!("      PostgreSQL: a new one from {}", programs.display()));
            cargo.env("STRONGROOM_TEST_POSTGRES", started.url());
            Some(started)
        }
    };
    run(cargo, counts)
}

/// Whether the developer brings a PostgreSQL.
pub fn postgres_is_given() -> bool {
    env::var_os("STRONGROOM_TEST_POSTGRES").is_some_and(|url| !url.is_empty())
}

fn run(cargo: Command, counts: &mut Counts) -> Result<()> {
    let shown = describe(&cargo);
    let finished = run_showing(cargo, |line| {
        is_cargo_result(line) || is_heading(line) || line.starts_with("soak on ")
    })?;
    let ran = Counts::of_cargo_test(&finished.output);
    *counts += ran;
    if !finished.status.success() {
        say(finished.output.trim_end());
        bail!("`{shown}` failed ({} of {} tests)", ran.failed, ran.failed + ran.passed);
    }
    if ran.is_empty() {
        bail!("`{shown}` ran no test");
    }
    Ok(())
}

/// The line that names a test program, such as `     Running unittests src/lib.rs (…)`.
fn is_heading(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Running unittests ") || line.starts_with("Running tests/") || line.starts_with("Doc-tests ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_names_one_program_and_skips_the_other_engine() {
        let choice = Choice {
            engine: Some(Engine::Sqlite),
            test: Some("api".to_owned()),
            lib: false,
        };
        assert_eq!(choice.programs(), ["--test", "api"]);
        assert_eq!(choice.skipped(), ["--skip", "postgres"]);
        assert!(!choice.is_everything() && Choice::default().is_everything());
        assert!(Choice::default().programs().is_empty() && Choice::default().skipped().is_empty());
    }
}
