//! What keeps other programs of the machine out of this process's memory.

use anyhow::Context as _;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// No core dump ever holds what was in memory, and no program of the same user can read that memory or
/// the environment. Called before anything secret is there.
pub fn harden() -> anyhow::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).context("Cannot turn off core dumps.")?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false).context("Cannot protect the process's memory from other programs.")?;
    Ok(())
}

/// Raises the limit of open descriptors as far as the system allows; returns it.
pub fn raise_descriptors() -> anyhow::Result<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("Cannot read the limit of open files.")?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("Cannot raise the limit of open files.")?;
    }
    Ok(hard)
}

/// Gives a program the usual limit of open descriptors: some close, or select from, all that the limit allows.
pub fn usual_descriptors() -> anyhow::Result<()> {
    const USUAL: u64 = 1024;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).context("Cannot read the limit of open files.")?;
    if soft > USUAL {
        setrlimit(Resource::RLIMIT_NOFILE, USUAL, hard).context("Cannot set the limit of open files.")?;
    }
    Ok(())
}
