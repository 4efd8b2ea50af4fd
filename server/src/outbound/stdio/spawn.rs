//! The launcher: this program, started once more. It confines itself and then becomes the child, so
//! that no code runs between `fork` and `exec`, where hardly any is allowed.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio as Pipes};

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

use super::sandbox;
use crate::config::{StdioEntry, StdioSettings};

/// The word that makes this program the launcher. It is no command for people.
const WORD: &str = "stdio-launch";

/// How a shell says that a program could not be started.
const NOT_STARTED: u8 = 126;

/// What the launcher is to do before it becomes the program.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The process that starts it.
    parent: u32,
    confinement: Confinement,
    /// What may not be read.
    hidden: Vec<PathBuf>,
    cwd: PathBuf,
}

/// What keeps a child from the secrets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Confinement {
    /// It is another user.
    User {
        /// The user.
        uid: u32,
        /// Its only group.
        gid: u32,
    },
    /// It is in a sandbox.
    Sandbox {
        /// What it may read beside the files of the system.
        read: Vec<PathBuf>,
        /// What it may read and write.
        write: Vec<PathBuf>,
    },
    /// Nothing does, and that was accepted.
    Nothing,
}

impl Plan {
    pub fn of(settings: &StdioSettings, entry: &StdioEntry, unconfined: bool, cwd: Option<PathBuf>) -> Self {
        Self {
            parent: std::process::id(),
            confinement: match &entry.user {
                Some(user) => Confinement::User {
                    uid: user.uid,
                    gid: user.gid,
                },
                None if unconfined => Confinement::Nothing,
                None => Confinement::Sandbox {
                    read: std::iter::once(&entry.program).chain(&entry.read).cloned().collect(),
                    write: entry.write.clone(),
                },
            },
            hidden: settings.hidden.clone(),
            cwd: cwd.unwrap_or_else(|| PathBuf::from("/")),
        }
    }

    /// The arguments by which the launcher gets it. They hold paths, and never a value.
    pub fn arguments(&self) -> Result<[String; 2], serde_json::Error> {
        Ok([WORD.to_owned(), serde_json::to_string(self)?])
    }
}

/// Whether the confinement of an entry holds: a probe in it tries to read what it may not.
pub(super) fn probe(settings: &StdioSettings, entry: &StdioEntry) -> anyhow::Result<()> {
    let plan = Plan::of(settings, entry, false, None);
    let output = Command::new(&settings.launcher)
        .args(plan.arguments()?)
        .env_clear()
        .stdin(Pipes::null())
        .output()
        .context("cannot start the probe.")?;
    // The probe's own words: paths, and what the system says of them.
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    ensure!(output.status.success(), "{said}");
    Ok(())
}

/// Does the launcher's work, if this process is to be one. Call it before anything else: it never
/// comes back from becoming the program.
pub fn launched() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != WORD {
        return None;
    }
    let Err(error) = launch(arguments.next(), arguments.collect());
    let _ = writeln!(std::io::stderr(), "{error:#}");
    Some(ExitCode::from(NOT_STARTED))
}

/// Becomes the program; without one, probes the confinement and ends.
fn launch(plan: Option<OsString>, mut program: Vec<OsString>) -> anyhow::Result<std::convert::Infallible> {
    let plan = plan.and_then(|plan| plan.into_string().ok()).unwrap_or_default();
    let plan: Plan = serde_json::from_str(&plan)
        .ok()
        .context("Strongroom starts this itself.")?;
    sandbox::no_new_privileges()?;
    match &plan.confinement {
        Confinement::User { uid, gid } => sandbox::become_user(*uid, *gid)?,
        Confinement::Sandbox { read, write } => sandbox::enter_sandbox(read, write, &plan.hidden)?,
        Confinement::Nothing => {}
    }
    // After the change of user, which forgets the first of them.
    sandbox::die_with(plan.parent)?;
    if program.is_empty() {
        sandbox::probe(&plan.hidden, plan.parent)?;
        std::process::exit(0);
    }
    crate::process_hardening::usual_descriptors()?;
    std::env::set_current_dir(&plan.cwd)
        .with_context(|| format!("Cannot enter the working directory {}", plan.cwd.display()))?;
    let name = program.remove(0);
    let error = Command::new(&name).args(program).exec();
    bail!("Cannot start {}: {error}", name.display())
}
