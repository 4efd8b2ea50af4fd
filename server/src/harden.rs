//! What keeps other programs of the machine out of this process's memory.

use anyhow::Context as _;
use nix::sys::resource::{Resource, setrlimit};

/// No core dump ever holds what was in memory, and no program of the same user can read that memory or
/// the environment. Called before anything secret is there.
///
/// # Errors
/// Where the system refuses.
pub fn harden() -> anyhow::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).context("Core dumps cannot be switched off.")?;
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_dumpable(false).context("The process's memory cannot be closed to other programs.")?;
    Ok(())
}
