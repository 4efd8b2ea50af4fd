//! A real PostgreSQL for the tests, in a temporary folder that goes away with it.

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use nix::unistd::User;

use crate::debian;
use crate::process::{Background, TemporaryFolder, free_port, output_of, run_quietly};
use crate::progress::say;
use crate::secrets::{kept_text, random_text};
use crate::workspace::{is_root, programs_in_path};

const START_WITHIN: Duration = Duration::from_secs(30);

/// A running server; dropping it stops it and removes its folder.
#[derive(Debug)]
pub struct Postgres {
    url: String,
    // The order matters: the server ends before its folder goes.
    _server: Background,
    _folder: TemporaryFolder,
}

impl Postgres {
    /// The address of its database `postgres`, whose user may create databases.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Finds the programs of a PostgreSQL server, and installs them when they are missing.
pub fn ensure_installed() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    debian::install("postgresql", "PostgreSQL, which the tests start themselves,")?;
    installed().context("PostgreSQL was installed, but /usr/lib/postgresql/*/bin/initdb is missing")
}

/// The folder of `initdb` and `postgres`: in `PATH`, or the newest that Debian installed.
fn installed() -> Option<PathBuf> {
    let in_path = programs_in_path("initdb")
        .into_iter()
        .filter_map(|program| program.parent().map(Path::to_path_buf));
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    in_path
        .chain(versions.into_iter().rev().map(|(_, folder)| folder))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Starts a new, empty server on the loopback address and waits until it answers. It does not wait for the disk: its data
/// ends with it, tests kill processes and never the machine, and on a machine with a busy disk a commit takes longer than requests wait.
pub fn start(programs: &Path) -> Result<Postgres> {
    let folder = TemporaryFolder::new("postgres")?;
    let account = account()?;
    if let Some(user) = &account {
        chown(folder.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw()))
            .context("cannot hand a folder to the user postgres")?;
    }
    let password_file = folder.path().join("password");
    let password = kept_text(&password_file, || random_text(24))?;
    if let Some(user) = &account {
        chown(&password_file, Some(user.uid.as_raw()), Some(user.gid.as_raw()))
            .context("cannot hand a file to the user postgres")?;
    }

    let data = folder.path().join("data");
    let command = |program: &str| {
        let mut command = Command::new(programs.join(program));
        command.current_dir(folder.path());
        if let Some(user) = &account {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    };
    init_database(&data, &password_file, &command)?;

    let port = free_port()?;
    let log = folder.path().join("log");
    let log_file = fs::File::create(&log).with_context(|| format!("cannot make {}", log.display()))?;
    let mut server = command("postgres");
    server
        .arg("-D")
        .arg(&data)
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
        .args(["-c", "fsync=off"])
        .args(["-c", &format!("port={port}")])
        .args(["-c", &format!("unix_socket_directories={}", folder.path().display())])
        .stdout(log_file.try_clone().context("cannot share a file")?)
        .stderr(log_file);
    // SIGINT is PostgreSQL's fast shutdown: sessions are ended, not waited for.
    let mut server = Background::start(server, Signal::SIGINT, false)?;

    let since = Instant::now();
    while !is_ready(&data) {
        if server.ended().is_some() || since.elapsed() > START_WITHIN {
            bail!(
                "PostgreSQL did not start; its log:\n{}",
                fs::read_to_string(&log).unwrap_or_default()
            );
        }
        thread::sleep(Duration::from_millis(100));
    }
    let url = format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres");
    Ok(Postgres {
        url,
        _server: server,
        _folder: folder,
    })
}

/// The server itself notes in the eighth line of this file when it takes connections.
fn is_ready(data: &Path) -> bool {
    fs::read_to_string(data.join("postmaster.pid"))
        .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"))
}

/// The user that runs the server: PostgreSQL refuses to run as root.
fn account() -> Result<Option<User>> {
    if !is_root() {
        return Ok(None);
    }
    let user = User::from_name("postgres").context("cannot look up the user postgres")?;
    user.map(Some).context("PostgreSQL refuses to run as root, and there is no user postgres: run `useradd --system postgres`, or run this as another user")
}

/// Makes the database folder: passwords on TCP, and a collation unlike the order of bytes, so that no test leans on that.
fn init_database(data: &Path, password_file: &Path, command: &dyn Fn(&str) -> Command) -> Result<()> {
    let initdb = |locale: &[&str]| {
        let mut initdb = command("initdb");
        initdb
            .arg("--pgdata")
            .arg(data)
            .arg("--pwfile")
            .arg(password_file)
            .args(["--username=postgres", "--encoding=UTF8", "--no-sync"])
            .args(["--auth-local=peer", "--auth-host=password"])
            .args(locale);
        initdb
    };
    let version = output_of(command("initdb").arg("--version")).unwrap_or_default();
    if supports_icu(&version) {
        return run_quietly(initdb(&[
            "--locale-provider=icu",
            "--icu-locale=en-US",
            "--locale=C.UTF-8",
        ]))
        .map(drop);
    }
    say(format!(
        "      {version}: older than 15, so the tests run with the locale C.UTF-8"
    ));
    run_quietly(initdb(&["--locale=C.UTF-8"])).map(drop)
}

/// Whether `initdb (PostgreSQL) 15.18 (Debian …)` names a version with ICU collations for whole databases.
fn supports_icu(version: &str) -> bool {
    version
        .split_whitespace()
        .find_map(|word| word.split('.').next()?.parse::<u32>().ok())
        .is_some_and(|major| major >= 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icu_needs_version_15() {
        assert!(supports_icu("initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"));
        assert!(supports_icu("initdb (PostgreSQL) 18.1"));
        assert!(!supports_icu("initdb (PostgreSQL) 14.2"));
        assert!(!supports_icu(""));
    }
}
