//! Where a server is: at an address, or a program that the configuration offers.

use std::path::{Component, Path};

use contract::api::Patch;
use contract::mcp_servers::Transport;
use contract::problem::Violation;
use contract::secret_text::{is_key_pair, is_key_value, is_secret_id, is_secret_in_address};

use super::input::{Moves, Update};
use crate::address::Address;
use crate::config::{StdioEntry, StdioSettings};

/// What to enter where an address is missing.
pub(super) const ADDRESS: &str = "Enter the server's URL, e.g. https://mcp.example.com/mcp.";

/// The sentence for a credential where none can be sent.
const NO_CREDENTIAL: &str = "Stdio servers don't use credentials. Set the secret in Strongroom's environment and enter the variable's name here.";

/// The most further arguments, and the most bytes of each.
pub(super) const MAX_ARGS: usize = 64;
const MAX_ARG_BYTES: usize = 4096;

pub(super) const MAX_NAMES: usize = 64;

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerTarget {
    /// At an address.
    Http(Address),
    Stdio(Program),
}

/// A program of the configuration, and how it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The name of the entry.
    pub command: String,
    pub args: Vec<String>,
    pub cwd: Option<String>,
    /// The variables that pass through.
    pub env_names: Vec<String>,
}

impl ServerTarget {
    /// How it is reached.
    pub fn transport(&self) -> Transport {
        match self {
            Self::Http(_) => Transport::Http,
            Self::Stdio(_) => Transport::Stdio,
        }
    }

    /// The address, if it is one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Http(address) => Some(address),
            Self::Stdio(_) => None,
        }
    }

    /// The program, if it is one.
    pub fn program(&self) -> Option<&Program> {
        match self {
            Self::Http(_) => None,
            Self::Stdio(program) => Some(program),
        }
    }
}

/// The target after a change. What is not said stays; what nobody touches is not checked again, so that
/// a server whose entry is gone can still be renamed, switched off and deleted.
pub(super) fn of(
    stdio: &StdioSettings,
    before: Option<&ServerTarget>,
    changes: &Update,
) -> Result<ServerTarget, Vec<Violation>> {
    let moves = &changes.moves;
    let transport = before.map_or(Transport::Http, ServerTarget::transport);
    let mut faults = Faults::default();
    let target = if moves.lead_to_stdio(transport) {
        if matches!(changes.credential, Patch::Set(_)) {
            faults.note("/credential_id", "no-credential", NO_CREDENTIAL);
        }
        if matches!(moves.url, Patch::Set(_)) {
            let detail = "A stdio server has no URL. Remove this, or use the transport http.";
            faults.note("/url", "wrong-transport", detail);
        }
        match before {
            Some(before @ ServerTarget::Stdio(_)) if moves.are_none() => Some(before.clone()),
            before => {
                program(stdio, before.and_then(ServerTarget::program), moves, &mut faults).map(ServerTarget::Stdio)
            }
        }
    } else {
        foreign(moves, &mut faults);
        let address = match &moves.url {
            Patch::Set(address) => Some(address.clone()),
            Patch::Absent => before.and_then(ServerTarget::address).cloned(),
            Patch::Null => None,
        };
        if address.is_none() {
            faults.note("/url", "required", ADDRESS);
        }
        address.map(ServerTarget::Http)
    };
    match target {
        Some(target) if faults.0.is_empty() => Ok(target),
        _ => Err(faults.0),
    }
}

/// What an HTTP server does not have.
fn foreign(moves: &Moves, faults: &mut Faults) {
    for (pointer, given) in [
        ("/command", matches!(moves.command, Patch::Set(_))),
        ("/args", matches!(&moves.args, Patch::Set(args) if !args.is_empty())),
        ("/cwd", matches!(moves.cwd, Patch::Set(_))),
        (
            "/env_names",
            matches!(&moves.env_names, Patch::Set(names) if !names.is_empty()),
        ),
    ] {
        if given {
            let detail = "Only stdio servers use this. Remove it, or use the transport stdio.";
            faults.note(pointer, "wrong-transport", detail);
        }
    }
}

fn program(stdio: &StdioSettings, before: Option<&Program>, moves: &Moves, faults: &mut Faults) -> Option<Program> {
    let list = |patch: &Patch<Vec<String>>, before: Option<&Vec<String>>| {
        patch.clone().apply_to(before.cloned()).unwrap_or_default()
    };
    let Some(command) = moves
        .command
        .clone()
        .apply_to(before.map(|before| before.command.clone()))
    else {
        faults.note("/command", "required", &offer(stdio));
        return None;
    };
    let program = Program {
        command,
        args: list(&moves.args, before.map(|before| &before.args)),
        cwd: moves.cwd.clone().apply_to(before.and_then(|before| before.cwd.clone())),
        env_names: list(&moves.env_names, before.map(|before| &before.env_names)),
    };
    check(stdio, &program, faults);
    Some(program)
}

/// What the configuration, as it is now, has against a program.
pub(super) fn faults_of(stdio: &StdioSettings, program: &Program) -> Vec<Violation> {
    let mut faults = Faults::default();
    check(stdio, program, &mut faults);
    faults.0
}

fn check(stdio: &StdioSettings, program: &Program, faults: &mut Faults) {
    match stdio.entry(&program.command) {
        None => faults.note("/command", "unknown-command", &offer(stdio)),
        Some(entry) => check_entry(entry, program, faults),
    }
    if let Some(cwd) = &program.cwd {
        check_directory(stdio, cwd, faults);
    }
}

fn offer(stdio: &StdioSettings) -> String {
    if stdio.entries.is_empty() {
        return "No stdio servers are set up. Ask your operator to add programs to stdio_commands.".to_owned();
    }
    let names: Vec<&str> = stdio.entries.iter().map(|entry| entry.name.as_str()).collect();
    format!("Choose one of the configured programs: {}.", names.join(", "))
}

fn check_entry(entry: &StdioEntry, program: &Program, faults: &mut Faults) {
    let name = &entry.name;
    if !program.args.is_empty() && !entry.takes_extra_args() {
        let detail = format!("{name} takes no extra arguments. Remove them.");
        faults.note("/args", "no-arguments", &detail);
    } else {
        for (index, argument) in program.args.iter().enumerate() {
            if !entry.admits(argument) {
                let detail = format!("{name} doesn't accept this argument. Ask your operator for the allowed ones.");
                faults.note(&format!("/args/{index}"), "bad-argument", &detail);
            }
        }
    }
    for (index, variable) in program.env_names.iter().enumerate() {
        if !entry.env_names().any(|known| known == variable) {
            let known: Vec<&str> = entry.env_names().collect();
            let detail = if known.is_empty() {
                format!("{name} takes no variables. Remove them.")
            } else {
                format!(
                    "{name} doesn't accept this variable. Use one of these: {}.",
                    known.join(", ")
                )
            };
            faults.note(&format!("/env_names/{index}"), "bad-variable", &detail);
        }
    }
}

fn check_directory(stdio: &StdioSettings, cwd: &str, faults: &mut Faults) {
    let path = Path::new(cwd);
    let whole = path.is_absolute() && !path.components().any(|part| part == Component::ParentDir);
    if !whole || cwd.len() > MAX_ARG_BYTES || cwd.chars().any(char::is_control) {
        let detail = "Enter a directory's full path, e.g. /srv/files.";
        faults.note("/cwd", "bad-directory", detail);
    } else if is_secret_id(cwd) {
        faults.note("/cwd", "bad-directory", SECRET_ARGUMENT);
    } else if stdio.hides(path) {
        let detail = "Strongroom keeps its secrets in this directory. Choose another one.";
        faults.note("/cwd", "hidden-directory", detail);
    }
}

/// The sentence for an argument that looks like a secret. Programs take no credential.
pub(super) const SECRET_ARGUMENT: &str = "This looks like a secret, and everyone can read arguments. Set it in Strongroom's environment and enter the variable's name.";

/// The arguments that follow a flag whose name says that a key follows, such as `--api-key`.
pub(super) fn secrets_after_flags(args: &[String]) -> impl Iterator<Item = usize> {
    let pairs = args.windows(2).enumerate();
    pairs.filter_map(|(index, pair)| {
        let flag = pair[0].starts_with('-') && !pair[0].contains('=') && !pair[1].starts_with('-');
        (flag && is_key_value(&pair[0], &pair[1])).then_some(index + 1)
    })
}

/// An argument as it may be stored, whatever the entry takes.
pub(super) fn argument(text: &str) -> Result<String, &'static str> {
    if is_secret_id(text) || is_key_pair(text) || is_secret_in_address(text) {
        return Err(SECRET_ARGUMENT);
    }
    if text.len() > MAX_ARG_BYTES || text.chars().any(char::is_control) {
        return Err("Use up to 4 KiB, without line breaks or other control characters.");
    }
    Ok(text.to_owned())
}

/// The name of a variable, whichever the entry takes.
pub(super) fn variable(text: &str) -> Result<String, &'static str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.is_empty() || text.len() > 256 || !text.chars().all(fits) || is_secret_id(text) {
        return Err("Send the variable's name, never its value.");
    }
    Ok(text.to_owned())
}

/// Broken rules as they are found.
#[derive(Default)]
struct Faults(Vec<Violation>);

impl Faults {
    fn note(&mut self, pointer: &str, code: &str, detail: &str) {
        self.0.push(Violation {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        });
    }
}
