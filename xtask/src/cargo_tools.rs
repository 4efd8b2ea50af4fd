//! Programs that cargo installs below the target folder, each at one version.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::run_quietly;
use crate::progress::say;
use crate::workspace::Workspace;

/// A program of crates.io.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CargoTool {
    /// The name of the package and of its program.
    name: &'static str,
    version: &'static str,
}

/// Checks dependencies.
pub const CARGO_DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Lays out the macros of views.
pub const LEPTOSFMT: CargoTool = CargoTool {
    name: "leptosfmt",
    version: "0.1.33",
};

impl CargoTool {
    /// Installs the program if this version is missing. Returns its path.
    pub fn ensure_installed(self, workspace: &Workspace) -> Result<PathBuf> {
        let Self { name, version } = self;
        let tools = workspace.target.join("tools");
        let root = tools.join(format!("{name}-{version}"));
        let program = root.join("bin").join(name);
        if program.is_file() {
            return Ok(program);
        }
        say(format!("      cargo install {name} {version} (once, some minutes)"));
        let build = tools.join("build");
        let mut cargo = workspace.cargo();
        cargo
            .args(["install", name, "--version", version, "--locked", "--debug"])
            .arg("--root")
            .arg(&root)
            // Flags of this workspace are not for other programs.
            .env("RUSTFLAGS", "")
            .env("CARGO_TARGET_DIR", &build);
        run_quietly(cargo)?;
        // The program is enough.
        let _ = std::fs::remove_dir_all(build);
        Ok(program)
    }
}
