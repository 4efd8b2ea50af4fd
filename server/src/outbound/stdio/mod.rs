//! MCP servers that are programs beside this one: started in confinement, spoken to through pipes.
//!
//! A child gets `PATH`, `HOME`, `LANG` and the variables that its server names, and nothing else of the
//! environment. It runs as another user, or in a sandbox (Landlock) that shows it the files of the system
//! and what its entry names. Neither can read the data folder, the keyring, the settings file, or this
//! process; a probe in the same confinement tries, once at each start. What a child writes is scanned
//! for the values that it was given before anything else reads it.

mod child;
mod sandbox;
mod spawn;
mod stderr_tail;
mod transport;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::ensure;
use tokio::process::Command;

use self::child::Children;
use self::spawn::Plan;
use super::redact::Redactor;
use super::{OutboundError, QuoteFilter};
use crate::config::{StdioEntry, StdioSettings};

pub use child::Running;
pub use spawn::launched;
pub(super) use transport::{Reader, StdioTransport};

/// Starts MCP servers of the configuration. Clones share the children.
#[derive(Clone, Debug)]
pub struct Stdio(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Arc<StdioSettings>,
    children: Children,
    /// The names of the entries that nothing confines.
    unconfined: Vec<String>,
}

/// What to start.
#[derive(Clone, Debug)]
pub struct StdioTarget {
    stdio: Stdio,
    /// The name of the entry.
    pub command: String,
    /// Further arguments.
    pub args: Vec<String>,
    /// The working directory; the root without one.
    pub cwd: Option<PathBuf>,
    /// The variables that pass through.
    pub env_names: Vec<String>,
}

impl Stdio {
    /// Tries the confinement of each entry.
    ///
    /// # Errors
    /// A sentence for the terminal where an entry cannot be confined, and that was not accepted.
    pub fn start(settings: Arc<StdioSettings>) -> anyhow::Result<Self> {
        let mut unconfined = Vec::new();
        for entry in &settings.entries {
            if let Err(why) = spawn::probe(&settings, entry) {
                let way = match entry.user {
                    Some(_) => "Remove other users' rights to it (chmod o=)",
                    None => {
                        "Run Strongroom as an ordinary user on Linux with Landlock, or as root and give the entry its own user"
                    }
                };
                ensure!(
                    settings.unconfined,
                    "The program of the stdio server {} could read Strongroom's secrets: {why:#} {way}, or accept the risk \
                     with --stdio-unconfined.",
                    entry.name
                );
                unconfined.push(entry.name.clone());
            }
        }
        Ok(Self(Arc::new(Shared {
            settings,
            children: Children::default(),
            unconfined,
        })))
    }

    /// What the configuration offers.
    pub fn settings(&self) -> &StdioSettings {
        &self.0.settings
    }

    /// The names of the entries that nothing confines.
    pub fn unconfined(&self) -> &[String] {
        &self.0.unconfined
    }

    /// A server to be started.
    pub fn target(
        &self,
        command: String,
        args: Vec<String>,
        cwd: Option<PathBuf>,
        env_names: Vec<String>,
    ) -> StdioTarget {
        StdioTarget {
            stdio: self.clone(),
            command,
            args,
            cwd,
            env_names,
        }
    }

    /// How many children run.
    pub fn running(&self) -> usize {
        self.0.children.running()
    }

    /// Ends all children, and starts no more.
    pub async fn stop(&self) {
        self.0.children.stop().await;
    }
}

impl StdioTarget {
    /// Starts it.
    pub(super) fn start(&self, reader: Reader) -> Result<(StdioTransport, Running), OutboundError> {
        let settings = self.stdio.settings();
        let entry = settings.entry(&self.command).ok_or(OutboundError::CommandGone)?;
        let (command, redactor, quotes) = self.command_of(entry)?;
        self.stdio.0.children.start(command, redactor, quotes, reader)
    }

    /// The launcher with the environment of the child, and what finds the values and their parts in texts.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the environment that carries the values"
    )]
    fn command_of(&self, entry: &StdioEntry) -> Result<(Command, Redactor, QuoteFilter), OutboundError> {
        let settings = self.stdio.settings();
        let plan = Plan::of(
            settings,
            entry,
            self.stdio.unconfined().contains(&entry.name),
            self.cwd.clone(),
        );
        let mut command = Command::new(&settings.launcher);
        command
            .args(plan.arguments().map_err(|_| OutboundError::NotStarted)?)
            .arg(&entry.program)
            .args(&entry.fixed_args)
            .args(&self.args)
            .env_clear()
            .envs(settings.base_env.iter().map(|(name, value)| (name, value)));
        if let Some(user) = &entry.user {
            command.env("HOME", &user.home);
        }
        let mut values = Vec::new();
        for name in &self.env_names {
            let value = entry
                .value_of(name)
                .ok_or_else(|| OutboundError::VariableNotSet { name: name.clone() })?;
            command.env(name, value.expose());
            values.push(value);
        }
        let quotes = QuoteFilter::of_all(values.iter().copied());
        Ok((command, Redactor::of_all(values), quotes))
    }
}
