//! What a launcher does to itself. All of it holds for good, and for everything that is started later.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use nix::unistd::{Gid, Uid, geteuid, setgid, setgroups, setuid};

/// What programs read to run at all. Everything else has to be named.
const SYSTEM: &[&str] = &[
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix/store",
    "/proc",
    "/sys",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/gai.conf",
    "/etc/group",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/timezone",
];

/// Devices that hold nothing.
const DEVICES: &[&str] = &["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Becomes another user, with one group, for good.
pub(super) fn become_user(uid: u32, gid: u32) -> anyhow::Result<()> {
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    ensure!(!uid.is_root(), "Programs are never started as root.");
    setgroups(&[gid])
        .and_then(|()| setgid(gid))
        .and_then(|()| setuid(uid))
        .context("Cannot switch to the entry's user")?;
    // It was for good if it cannot be taken back.
    ensure!(
        setuid(Uid::from_raw(0)).is_err(),
        "The entry's user could become root again."
    );
    Ok(())
}

/// Gains nothing any more from programs that are marked to run as somebody else.
#[cfg(target_os = "linux")]
pub(super) fn no_new_privileges() -> anyhow::Result<()> {
    nix::sys::prctl::set_no_new_privs().context("Cannot drop privileges")
}

/// Enters a sandbox that shows the files of the system and what is named, and never what is hidden.
#[cfg(target_os = "linux")]
pub(super) fn enter_sandbox(read: &[PathBuf], write: &[PathBuf], hidden: &[PathBuf]) -> anyhow::Result<()> {
    use landlock::{
        ABI, Access as _, AccessFs, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
        path_beneath_rules,
    };
    // The newest that this code knows; the library asks of an older kernel what that can do.
    const KNOWN: ABI = ABI::V9;

    // Other services would do for root what the sandbox forbids it.
    ensure!(!geteuid().is_root(), "a sandbox cannot confine root.");
    let readable = SYSTEM.iter().map(Path::new).chain(read.iter().map(PathBuf::as_path));
    let readable: Vec<PathBuf> = readable.flat_map(|path| around(path, hidden)).collect();
    let writable = DEVICES.iter().map(Path::new).chain(write.iter().map(PathBuf::as_path));
    let writable: Vec<PathBuf> = writable.flat_map(|path| around(path, hidden)).collect();
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(KNOWN))
        .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rules(path_beneath_rules(&readable, AccessFs::from_read(KNOWN))))
        .and_then(|rules| rules.add_rules(path_beneath_rules(&writable, AccessFs::from_all(KNOWN))))
        .and_then(landlock::RulesetCreated::restrict_self)
        .context("cannot create the sandbox")?;
    ensure!(
        status.ruleset != RulesetStatus::NotEnforced,
        "this system has no sandbox (Landlock) turned on."
    );
    Ok(())
}

/// The path, or where something hidden lies below it, all that lies beside that. Links are left out:
/// what they lead to is a place of its own.
fn around(path: &Path, hidden: &[PathBuf]) -> Vec<PathBuf> {
    let Ok(path) = path.canonicalize() else {
        return Vec::new();
    };
    if hidden.iter().any(|hidden| path.starts_with(hidden)) {
        return Vec::new();
    }
    if !hidden.iter().any(|hidden| hidden.starts_with(&path)) {
        return vec![path];
    }
    let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .flat_map(|entry| around(&entry.path(), hidden))
        .collect()
}

/// Ends this process when the one that started it is gone.
#[cfg(target_os = "linux")]
pub(super) fn die_with(parent: u32) -> anyhow::Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL).context("Cannot detect the end of Strongroom")?;
    let now = nix::unistd::getppid().as_raw();
    ensure!(u32::try_from(now) == Ok(parent), "Strongroom has ended.");
    Ok(())
}

/// Tries to read what may not be read.
pub(super) fn probe(hidden: &[PathBuf], parent: u32) -> anyhow::Result<()> {
    let process = |name: &str| PathBuf::from(format!("/proc/{parent}/{name}"));
    let inside = hidden
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten());
    let inside: Vec<PathBuf> = inside.map(|entry| entry.path()).collect();
    for path in hidden
        .iter()
        .chain(&inside)
        .chain(&[process("environ"), process("mem"), process("maps")])
    {
        if is_readable(path) {
            bail!("it could read {}.", path.display());
        }
    }
    Ok(())
}

fn is_readable(path: &Path) -> bool {
    let file = || File::open(path).and_then(|mut file| file.read(&mut [0]));
    // The memory of a process can be opened and read in many places, but not at its beginning.
    let is_memory = path.ends_with("mem");
    std::fs::read_dir(path).is_ok() || file().is_ok() || (is_memory && File::open(path).is_ok())
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{PathBuf, bail};

    pub(in super::super) fn enter_sandbox(_: &[PathBuf], _: &[PathBuf], _: &[PathBuf]) -> anyhow::Result<()> {
        bail!("this system has no sandbox.")
    }

    pub(in super::super) fn die_with(_: u32) -> anyhow::Result<()> {
        Ok(())
    }

    pub(in super::super) fn no_new_privileges() -> anyhow::Result<()> {
        Ok(())
    }
}
#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{die_with, enter_sandbox, no_new_privileges};
