//! `cargo xtask dev`: builds and serves, and does so again after each change.

mod change;
mod rebuild;
mod server;
mod watch;

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Instant;

use anyhow::Result;
use clap::Args;

use self::change::{Part, parts_of};
use self::rebuild::Rebuild;
use self::server::Server;
use self::watch::Event;
use crate::progress::say;
use crate::toolchain;
use crate::workspace::Workspace;

/// The options of `cargo xtask dev`.
#[derive(Debug, Args)]
pub struct Options {
    /// Arguments for `strongroom serve`, such as `-- --listen 127.0.0.1:4000`.
    #[arg(last = true)]
    server_arguments: Vec<String>,
}

/// Builds and serves until Ctrl-C.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::find()?;
    toolchain::ensure_wasm_target(&workspace)?;
    let (sender, events) = mpsc::channel();
    // Before the first build, so that no change is missed.
    let _watcher = watch::start(&workspace.root, sender.clone())?;
    let server = Server::new(&workspace, options.server_arguments, sender)?;
    let mut rebuild = Rebuild::new(&workspace, server);
    say("Building front end and server …");
    let everything = BTreeSet::from([Part::FrontEnd, Part::Server, Part::Style, Part::Public]);
    rebuild.run(everything, Instant::now());
    loop {
        let (since, batch) = watch::next(&events)?;
        let mut changed = BTreeSet::new();
        for event in batch {
            match event {
                Event::Changed(path) => {
                    changed.insert(path);
                }
                Event::ServerEnded(number) => rebuild.note_end(number),
            }
        }
        rebuild.run(parts_of(changed.iter().map(String::as_str)), since);
    }
}
