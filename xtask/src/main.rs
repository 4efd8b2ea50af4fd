//! The commands of the Strongroom project: `dev`, `serve`, `test`, `fmt`, `build`, `bench`, `fuzz`, `snapshot` and `count`.
//!
//! `cargo xtask help` lists them. Each installs what it needs where it can, and says which command to run where it cannot.

#![forbid(unsafe_code)]

mod api_fuzz;
mod bench;
mod build;
mod bundle_budget;
mod cargo_tools;
mod chromium;
mod chunks;
mod compiler;
mod count;
mod debian;
mod demo;
mod dev;
#[cfg(test)]
mod documents;
mod faketime;
#[cfg(test)]
mod floors;
mod format;
mod fuzz;
mod node;
mod playwright;
mod postgres;
mod process;
mod progress;
mod rust_tests;
mod secrets;
mod serve;
mod site;
mod snapshot;
mod strip_unreachable;
mod strongroom;
mod supply;
mod test;
mod test_counts;
mod toolchain;
mod walkthroughs;
mod wording;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The commands of the Strongroom project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build, serve with the data in `data/`, and do so again after each change; open pages reload.
    Dev(dev::Options),
    /// Build everything and serve it on <http://127.0.0.1:3000>, with its data in `data/`.
    Serve(serve::Options),
    /// Run every check and every test: formatting, lints, Rust tests on SQLite and PostgreSQL, browser tests.
    Test(test::Options),
    /// Format Rust, and the views in it.
    Fmt,
    /// Build the server and its site; with `--release`, one self-contained program.
    Build(build::Options),
    /// Measure a release build against bare floors on this machine, and the bytes of first visits.
    Bench,
    /// Run a fuzz target with libFuzzer.
    Fuzz(fuzz::Options),
    /// Compare API, problems, SQL, settings and names of tests with those of an earlier commit.
    Snapshot(snapshot::Options),
    /// Count lines of code, tests, assertions, comments that give a reason, and long files.
    Count(count::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            process::wait_if_interrupted();
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    process::stop_children_on_interrupt()?;
    match command {
        Command::Dev(options) => dev::run(options),
        Command::Serve(options) => serve::run(options),
        Command::Test(options) => test::run(options),
        Command::Fmt => format::run(),
        Command::Build(options) => build::run(options),
        Command::Bench => bench::run(),
        Command::Fuzz(options) => fuzz::run(options),
        Command::Snapshot(options) => snapshot::run(options),
        Command::Count(options) => count::run(&options),
    }
}
