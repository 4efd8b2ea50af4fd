//! `cargo xtask fuzz TARGET`: runs one fuzz target with libFuzzer, on the stable compiler.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::run_showing;
use crate::progress::say;
use crate::workspace::Workspace;

/// Where the seeds are, one folder for each target.
const CORPUS: &str = "fuzz/corpus";
/// The longest input, in bytes.
const MAX_BYTES: u32 = 4096;

/// Which target, and for how long.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// A target: a folder of `fuzz/corpus`.
    target: String,
    /// How long it runs.
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Adds the inputs that reach new code to `fuzz/corpus/TARGET`, as few as cover it.
    #[arg(long)]
    keep: bool,
}

/// Builds the target and runs it; fails with the input where the property does not hold.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let target = options.target.as_str();
    let seeds = workspace.path(CORPUS).join(target);
    if !seeds.is_dir() {
        bail!("there is no target `{target}`: choose one of {}", targets(&workspace)?);
    }
    let program = format!("fuzz-{target}");
    let mut cargo = workspace.cargo();
    cargo
        .args(["build", "--package", "fuzz", "--bin", &program])
        .env("RUSTC_WORKSPACE_WRAPPER", workspace.path("fuzz/instrument.sh"));
    say(format!("Compiling {program} with coverage counters"));
    finish(cargo, "the target does not compile")?;

    // New inputs stay below the target folder between runs, as does the input of a failure.
    let work = workspace.target.join("fuzz").join(target);
    let found = work.join("corpus");
    fs::create_dir_all(&found).context("cannot make a folder for the corpus")?;
    let program = workspace.target.join("debug").join(program);
    let mut fuzz = Command::new(&program);
    fuzz.arg(&found)
        .arg(&seeds)
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-max_len={MAX_BYTES}"))
        .arg(format!("-artifact_prefix={}/", work.display()))
        .args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    finish(
        fuzz,
        "the property does not hold: add the input to the corpus once it is fixed",
    )?;
    if options.keep {
        keep(&program, &seeds, &found)?;
    }
    Ok(())
}

fn keep(program: &Path, seeds: &Path, found: &Path) -> Result<()> {
    let mut merge = Command::new(program);
    merge.arg("-set_cover_merge=1").arg(seeds).arg(found);
    finish(merge, "the corpus cannot be merged")
}

fn finish(command: Command, problem: &'static str) -> Result<()> {
    let finished = run_showing(command, |_| true)?;
    if !finished.status.success() {
        bail!("{problem} ({})", finished.status);
    }
    Ok(())
}

fn targets(workspace: &Workspace) -> Result<String> {
    let folders = fs::read_dir(workspace.path(CORPUS)).context("cannot read the corpora")?;
    let mut names: Vec<String> = folders
        .filter_map(|folder| folder.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names.join(", "))
}
