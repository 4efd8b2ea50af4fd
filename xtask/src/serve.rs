//! `cargo xtask serve`: build, then become the server.

use std::env;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::build::Built;
use crate::progress::{Steps, say};
use crate::workspace::Workspace;
use crate::{build, demo};

/// The options of `cargo xtask serve`.
#[derive(Debug, Args)]
pub struct Options {
    /// Serve with sample data in `data-demo/` and with an MCP server that checks a token.
    #[arg(long)]
    demo: bool,
    /// Empty `data-demo/` first.
    #[arg(long, requires = "demo")]
    fresh: bool,
    /// Arguments for `strongroom serve`, such as `-- --listen 127.0.0.1:4000`.
    #[arg(last = true)]
    server_arguments: Vec<String>,
}

/// Builds, and serves until Ctrl-C.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::find()?;
    if options.demo {
        return demo::run(&workspace, options.fresh, &options.server_arguments);
    }
    let built = build::dev(&workspace, &mut Steps::new(4))?;
    say("");
    let mut server = command(&workspace.root, &built, &options.server_arguments);
    // The server takes this process over: signals reach it directly.
    Err(anyhow!("cannot start {}: {}", built.server.display(), server.exec()))
}

/// The server on the data in `data/`, unless the arguments or the environment name another folder.
pub fn command(root: &Path, built: &Built, arguments: &[String]) -> Command {
    let mut server = Command::new(&built.server);
    server.current_dir(root).arg("serve").arg("--site-dir").arg(&built.site);
    if !names(arguments, "--data-dir") && env::var_os("STRONGROOM_DATA_DIR").is_none() {
        server.args(["--data-dir", "data"]);
    }
    server.args(arguments);
    server
}

/// Whether the arguments hold the option, as `--option value` or `--option=value`.
pub fn names(arguments: &[String], option: &str) -> bool {
    arguments
        .iter()
        .any(|argument| argument == option || argument.starts_with(&format!("{option}=")))
}
