//! The programs that MCP servers may be started from. Only the file can name them, so whoever runs
//! Strongroom decides what runs beside it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use contract::secret::SecretValue;
use regex::Regex;
use serde::Deserialize;

/// What every child gets of the environment of Strongroom, and so needs no name of its own.
const ALWAYS_PASSED: &[&str] = &["PATH", "HOME", "LANG"];

/// Variables that act on the loader or the allocator. Strongroom's own launcher would obey them before it has confined
/// anything. Those that act on an interpreter (`NODE_OPTIONS`, `PYTHONPATH`, …) pass where an entry
/// names them: their values come from whoever runs Strongroom, as the entry does.
const LOADER_PREFIXES: &[&str] = &["LD_", "DYLD_", "GLIBC_", "MALLOC_", "_RJEM_"];

/// The search path of a child where Strongroom has none.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// An entry as the file has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StdioCommand {
    /// The name by which MCP servers refer to it.
    pub name: String,
    /// The program, as an absolute path.
    pub program: PathBuf,
    /// What always stands after it.
    #[serde(default)]
    pub fixed_args: Vec<String>,
    /// A regular expression that each further argument must match as a whole; without it there are none.
    pub extra_args: Option<String>,
    /// Names of variables that may pass through.
    #[serde(default)]
    pub env: Vec<String>,
    /// The user to run it as, where Strongroom runs as root.
    pub user: Option<String>,
    /// Files and folders that the sandbox lets it read, beside those of the system.
    #[serde(default)]
    pub read: Vec<PathBuf>,
    /// Files and folders that the sandbox lets it read and write.
    #[serde(default)]
    pub write: Vec<PathBuf>,
}

/// A checked entry.
#[derive(Debug)]
pub struct StdioEntry {
    /// The name by which MCP servers refer to it.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// What always stands after it.
    pub fixed_args: Vec<String>,
    extra_args: Option<Regex>,
    /// The variables that may pass through, with what Strongroom itself was started with.
    env: Vec<(String, Option<SecretValue>)>,
    /// The user to run it as.
    pub user: Option<RunAs>,
    /// What the sandbox lets it read, beside the files of the system.
    pub read: Vec<PathBuf>,
    /// What the sandbox lets it read and write.
    pub write: Vec<PathBuf>,
}

/// A user of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunAs {
    /// The user.
    pub uid: u32,
    /// The one group that is kept.
    pub gid: u32,
    /// Its `HOME`.
    pub home: PathBuf,
}

/// Everything about stdio servers that the settings say.
#[derive(Debug)]
pub struct StdioSettings {
    /// The entries; none: there are no stdio servers.
    pub entries: Vec<StdioEntry>,
    /// Whether entries that cannot be confined may run all the same.
    pub unconfined: bool,
    /// The program that confines itself and becomes the child: this one.
    pub launcher: PathBuf,
    /// What no child may read: the data folder, the database, the keyring, the settings file.
    pub hidden: Vec<PathBuf>,
    /// `PATH`, `HOME` and `LANG`, as far as they are set.
    pub base_env: Vec<(String, String)>,
}

impl StdioSettings {
    /// Checks what the file says, and takes the variables that it names from `environment`.
    pub fn check(
        commands: Vec<StdioCommand>,
        unconfined: bool,
        hidden: &[PathBuf],
        environment: &dyn Fn(&str) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Self> {
        let hidden = hidden
            .iter()
            .map(|path| real(path))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let mut names = BTreeSet::new();
        let mut entries = Vec::with_capacity(commands.len());
        for command in commands {
            let name = command.name.clone();
            ensure!(
                names.insert(name.clone()),
                "stdio_commands has two entries named {name}. Give each its own name."
            );
            entries.push(
                check(command, &hidden, environment)
                    .with_context(|| format!("In the entry {name} of stdio_commands"))?,
            );
        }
        let base_env = ALWAYS_PASSED
            .iter()
            .filter_map(|name| {
                let value = environment(name).ok().flatten();
                let value = value.or_else(|| (*name == "PATH").then(|| DEFAULT_PATH.to_owned()))?;
                Some(((*name).to_owned(), value))
            })
            .collect();
        Ok(Self {
            entries,
            unconfined,
            launcher: PathBuf::from("/proc/self/exe"),
            hidden,
            base_env,
        })
    }

    /// The entry of this name.
    pub fn entry(&self, name: &str) -> Option<&StdioEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// Whether a path is one that no child may read, or lies in one.
    pub fn hides(&self, path: &Path) -> bool {
        // What cannot be told is as good as hidden.
        is_within(path, &self.hidden).unwrap_or(true)
    }
}

impl StdioEntry {
    /// Whether it takes further arguments.
    pub fn takes_extra_args(&self) -> bool {
        self.extra_args.is_some()
    }

    /// Whether a further argument fits.
    pub fn admits(&self, argument: &str) -> bool {
        self.extra_args
            .as_ref()
            .is_some_and(|pattern| pattern.is_match(argument))
    }

    /// The names of variables that may pass through.
    pub fn env_names(&self) -> impl Iterator<Item = &str> {
        self.env.iter().map(|(name, _)| name.as_str())
    }

    /// The value of a variable that may pass through; nothing where Strongroom has none.
    pub fn value_of(&self, name: &str) -> Option<&SecretValue> {
        let (_, value) = self.env.iter().find(|(known, _)| known == name)?;
        value.as_ref()
    }
}

fn check(
    command: StdioCommand,
    hidden: &[PathBuf],
    environment: &dyn Fn(&str) -> anyhow::Result<Option<String>>,
) -> anyhow::Result<StdioEntry> {
    ensure!(
        contract::names::parse_name(&command.name).is_ok_and(|name| name == command.name),
        "the name cannot be used. Choose a short one without spaces around it."
    );
    for path in std::iter::once(&command.program)
        .chain(&command.read)
        .chain(&command.write)
    {
        ensure!(
            path.is_absolute(),
            "{} is not absolute. Write the full path.",
            path.display()
        );
        ensure!(
            !is_within(path, hidden)?,
            "stdio servers are not allowed to read {}. Move the program elsewhere.",
            path.display()
        );
    }
    let extra_args = command.extra_args.as_deref().map(whole).transpose()?;
    let mut env = Vec::with_capacity(command.env.len());
    for name in command.env {
        check_variable(&name)?;
        let value = environment(&name)?.filter(|value| !value.is_empty());
        env.push((name, value.map(SecretValue::new)));
    }
    let user = command.user.as_deref().map(run_as).transpose()?;
    ensure!(
        user.is_none() || (command.read.is_empty() && command.write.is_empty()),
        "read and write are for the sandbox, which an entry with its own user does not use. Remove read and write, or user."
    );
    Ok(StdioEntry {
        name: command.name,
        program: command.program,
        fixed_args: command.fixed_args,
        extra_args,
        env,
        user,
        read: command.read,
        write: command.write,
    })
}

/// A pattern for a whole text.
fn whole(pattern: &str) -> anyhow::Result<Regex> {
    let sentence = "extra_args is not a regular expression. See https://docs.rs/regex for the syntax.";
    // On its own first: what is put around it must not make up for a bracket that it lacks.
    Regex::new(pattern).map_err(|_| anyhow::anyhow!(sentence))?;
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|_| anyhow::anyhow!(sentence))
}

fn check_variable(name: &str) -> anyhow::Result<()> {
    let mut chars = name.chars();
    ensure!(
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_'),
        "env contains an invalid variable name. Use letters, digits and underscores; never a value."
    );
    ensure!(
        !name.starts_with("STRONGROOM_"),
        "{name} is a Strongroom setting and is never passed on. Remove it from env."
    );
    ensure!(
        !LOADER_PREFIXES.iter().any(|prefix| name.starts_with(prefix)),
        "{name} affects the loader and is never passed on. Remove it from env."
    );
    ensure!(
        !ALWAYS_PASSED.contains(&name),
        "{name} is passed to every program. Remove it from env."
    );
    Ok(())
}

fn run_as(name: &str) -> anyhow::Result<RunAs> {
    ensure!(
        nix::unistd::geteuid().is_root(),
        "only root can start programs as another user. Remove user, or start Strongroom as root."
    );
    let user = nix::unistd::User::from_name(name)
        .ok()
        .flatten()
        .with_context(|| format!("there is no user {name} on this system. Create it, or enter another one."))?;
    ensure!(
        !user.uid.is_root() && user.gid.as_raw() != 0,
        "{name} is root, which can read everything. Enter a user with no other rights."
    );
    Ok(RunAs {
        uid: user.uid.as_raw(),
        gid: user.gid.as_raw(),
        home: user.dir,
    })
}

/// A variable of the environment that Strongroom was started with.
pub(super) fn variable(name: &str) -> anyhow::Result<Option<String>> {
    #[expect(clippy::disallowed_methods, reason = "settings are read here")]
    match std::env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("the variable {name} is not UTF-8. Set it again."),
    }
}

fn is_within(path: &Path, hidden: &[PathBuf]) -> anyhow::Result<bool> {
    let path = real(path)?;
    Ok(hidden.iter().any(|hidden| path.starts_with(hidden)))
}

/// A path without links and dots, as far as it exists.
fn real(path: &Path) -> anyhow::Result<PathBuf> {
    let path = std::path::absolute(path).context("Cannot find the working directory.")?;
    let mut rest = Vec::new();
    let mut known = path.as_path();
    loop {
        if let Ok(real) = known.canonicalize() {
            return Ok(rest.iter().rev().fold(real, |path, part| path.join(part)));
        }
        let (Some(parent), Some(name)) = (known.parent(), known.file_name()) else {
            return Ok(path);
        };
        rest.push(name.to_owned());
        known = parent;
    }
}

impl std::fmt::Debug for StdioCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Arguments may hold what should not be there.
        f.debug_struct("StdioCommand")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
