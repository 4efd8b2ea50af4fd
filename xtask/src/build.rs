//! `cargo xtask build`: the server and its site.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::bundle_budget;
use crate::compiler::compile;
use crate::progress::{Steps, say};
use crate::site::{self, Mode};
use crate::supply;
use crate::toolchain;
use crate::workspace::Workspace;

/// The options of `cargo xtask build`.
#[derive(Debug, Args)]
pub struct Options {
    /// Make one self-contained program with the site inside, optimised.
    #[arg(long)]
    release: bool,
    /// Only the site, to see how large it is.
    #[arg(long, requires = "release")]
    site_only: bool,
}

/// Builds what the options ask for and says where it is.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::find()?;
    if options.release && options.site_only {
        let mut steps = Steps::new(3);
        let site = release_site(&workspace, &mut steps)?;
        bundle_budget::check(&site)
    } else if options.release {
        release(&workspace)
    } else {
        let mut steps = Steps::new(4);
        let built = dev(&workspace, &mut steps)?;
        say(format!(
            "\n  server  {}\n  site    {}",
            built.server.display(),
            built.site.display()
        ));
        Ok(())
    }
}

/// What a development build makes.
#[derive(Debug)]
pub struct Built {
    /// The program `strongroom`.
    pub server: PathBuf,
    /// The folder for its `--site-dir`.
    pub site: PathBuf,
}

/// Builds server and site for development, in four steps.
pub fn dev(workspace: &Workspace, steps: &mut Steps) -> Result<Built> {
    steps.run("Rust target for WebAssembly", || {
        toolchain::ensure_wasm_target(workspace)
    })?;
    steps.run("Compile the front end", || site::compile(workspace, Mode::Dev))?;
    let site = steps.run("Assemble the site", || site::assemble(workspace, Mode::Dev))?;
    let server = steps.run("Compile the server", || server(workspace))?;
    Ok(Built { server, site })
}

/// Compiles the server for development.
pub fn server(workspace: &Workspace) -> Result<PathBuf> {
    compile(server_cargo(workspace))?;
    Ok(dev_server(workspace))
}

/// The command that compiles the server for development.
pub fn server_cargo(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "strongroom"]);
    cargo
}

/// Where cargo puts the development server.
pub fn dev_server(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug/strongroom")
}

/// Where cargo puts the release server.
pub fn release_server(workspace: &Workspace) -> PathBuf {
    workspace.target.join("release/strongroom")
}

fn release(workspace: &Workspace) -> Result<()> {
    let mut steps = Steps::new(4);
    let site = release_site(workspace, &mut steps)?;
    steps.run("Compile the server with the site inside", || {
        compile_release(workspace, &site, &["strongroom"])
    })?;
    let program = release_server(workspace);
    say(format!(
        "\n  {}  ({} MB, the site inside)",
        program.display(),
        megabytes(&program)?
    ));
    say(format!(
        "  {}  (its packages, CycloneDX)",
        program.with_file_name("strongroom.cdx.json").display()
    ));
    say(format!("  Start it with: {} serve --data-dir data", program.display()));
    // The program is good all the same: whoever works on its size asks with --site-only, which fails.
    if let Err(over) = bundle_budget::check(&site) {
        say(format!("  {over:#}"));
    }
    Ok(())
}

/// Compiles packages for release, with the site and the licenses of third-party packages inside the server.
pub fn compile_release(workspace: &Workspace, site: &Path, packages: &[&str]) -> Result<()> {
    let licenses = supply::write(workspace)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--release"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    cargo.env("STRONGROOM_SITE", site).env("STRONGROOM_LICENSES", licenses);
    compile(cargo)
}

/// Builds the site for release, in three steps.
pub fn release_site(workspace: &Workspace, steps: &mut Steps) -> Result<PathBuf> {
    steps.run("Rust target for WebAssembly", || {
        toolchain::ensure_wasm_target(workspace)
    })?;
    steps.run("Compile the front end", || site::compile(workspace, Mode::Release))?;
    steps.run("Assemble the site", || site::assemble(workspace, Mode::Release))
}

fn megabytes(file: &Path) -> Result<String> {
    let bytes = fs::metadata(file)
        .with_context(|| format!("{} was not built", file.display()))?
        .len();
    Ok(format!("{}.{}", bytes / 1_000_000, bytes % 1_000_000 / 100_000))
}
