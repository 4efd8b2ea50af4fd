//! Where the checkout is, where cargo puts its output, and which cargo to call.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Arguments of cargo for the packages of this machine, without WebAssembly and without these commands. Lints, tests and
/// the program share one feature set, so that nothing is compiled twice.
pub const HOST_PACKAGES: [&str; 12] = [
    "--package",
    "strongroom",
    "--package",
    "server",
    "--package",
    "contract",
    "--package",
    "app",
    "--package",
    "bench",
    "--features",
    "app/ssr",
];

/// The checkout that this program works on.
#[derive(Debug)]
pub struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, which may lie outside the checkout.
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo for the two folders.
    pub fn find() -> Result<Self> {
        // Asked when it runs: a target folder that several checkouts share may hold the program of another one.
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = manifest
            .parent()
            .context("xtask lies outside a workspace: run `cargo xtask` inside the checkout")?
            .to_path_buf();
        let output = cargo(&root)
            .args(["metadata", "--no-deps", "--format-version", "1", "--locked"])
            .output()
            .context("cannot run cargo: install Rust with rustup, then run this again")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target folder")?;
        Ok(Self {
            target: PathBuf::from(target),
            root,
        })
    }

    /// A cargo command in the root of the checkout.
    pub fn cargo(&self) -> Command {
        cargo(&self.root)
    }

    /// A file or folder of the checkout.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }
}

fn cargo(root: &Path) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root);
    // `cargo run` describes xtask in these; they are not true of the packages that the inner cargo builds.
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_BIN_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The programs of this name in `PATH`, in its order.
pub fn programs_in_path(name: &str) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .filter(|file| file.is_file())
        .collect()
}

/// Whether this process may install packages of the system.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Whether this run is made by a CI service, which sets `CI`.
pub fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}
