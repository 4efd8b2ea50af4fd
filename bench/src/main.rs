//! Measures Strongroom against bare floors on the same machine, in the same run, in turns: what counts are ratios.
//! `cargo xtask bench` builds everything and starts this. It speaks to loopback only, and every measurement is bounded
//! in count or time.

#![forbid(unsafe_code)]
#![recursion_limit = "512"]

mod bare;
mod client;
mod flood;
mod lists;
mod loader;
mod pages;
mod process;
mod redaction;
mod report;
mod seed;
mod uses;
mod visit;

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;

use report::{Budget, Report};

#[derive(Debug, Parser)]
struct Options {
    /// The program `strongroom`, built for release.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Measure only the steps whose name contains this text.
    #[arg(long)]
    only: Option<String>,
    /// Serve as the bare floor, on the database of this data folder. The bench starts itself so.
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    if let Some(folder) = options.bare {
        return bare::serve(&folder).await;
    }
    let server = options
        .server
        .ok_or_else(|| anyhow::anyhow!("run `cargo xtask bench`, which builds what is measured"))?;
    let mut report = Report::of(options.only);

    report.say("databases of 200, 1,000 and 100,000 credentials");
    let (small, few, many) = (
        seed::folder(200).await?,
        seed::folder(1_000).await?,
        seed::folder(100_000).await?,
    );
    if report.begins("requests for a list") {
        for (rows, folder, budget) in [
            ("200", &small, Budget::AtLeast(0.8)),
            ("1,000", &few, Budget::None),
            ("100,000", &many, Budget::None),
        ] {
            lists::against_floor(&server, folder.path(), rows, budget, &mut report).await?;
        }
    }
    if report.begins("first visits") {
        visit::bytes(&server, small.path(), &mut report).await?;
    }
    if report.begins("creating") {
        lists::creating(&server, small.path(), &mut report).await?;
    }
    if report.begins("starting") {
        process::starting(&server, small.path(), &mut report).await?;
    }
    if report.begins("uses under a flood") {
        flood::against_quiet(&server, small.path(), &mut report).await?;
    }
    if report.begins("uses against a bare read") {
        uses::against_floor(small.path(), &mut report).await?;
    }
    if report.begins("redaction") {
        redaction::against_plain_text(&mut report);
    }
    if report.begins("every order, near and far") {
        lists::orders(&server, few.path(), many.path(), &mut report).await?;
    }
    if report.begins("searching") {
        lists::searching(&server, many.path(), &mut report).await?;
    }

    report.finish()
}
