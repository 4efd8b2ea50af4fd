//! Programs for tests of stdio servers.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use server::config::{StdioCommand, StdioSettings};
use server::http::HostRule;
use server::mcp_servers::McpServers;
use server::outbound::stdio::Stdio;
use server::outbound::{Limits, Outbound, OutboundSettings, ReadLimits};
use server::router::router;

use super::TestApp;

/// A folder with the child, where every user can read it.
pub static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("child.mjs");
    std::fs::write(&script, include_str!("../api/peers/child.mjs")).unwrap();
    for (path, mode) in [(folder.path(), 0o755), (script.as_path(), 0o644)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    folder
});

/// The confinement that fits whoever runs the tests.
fn confinement() -> String {
    if nix::unistd::geteuid().is_root() {
        "user = 'nobody'".to_owned()
    } else {
        format!("read = ['{}']", FOLDER.path().display())
    }
}

/// An entry `files` for the child: it takes flags and variables.
pub fn files() -> String {
    format!(
        "name = 'files'\nprogram = '{}'\nfixed_args = ['{}']\nextra_args = '--[a-z]+'\n\
         env = ['FILES_TOKEN', 'FILES_OTHER', 'FILES_UNSET']\n{}",
        node().display(),
        FOLDER.path().join("child.mjs").display(),
        confinement()
    )
}

/// The program that runs the child.
pub fn node() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test's own search for Node.js")]
    let path = std::env::var("PATH").unwrap();
    let mut found = path.split(':').map(|folder| Path::new(folder).join("node"));
    found
        .find_map(|node| node.canonicalize().ok())
        .expect("Node.js is installed")
}

fn environment(name: &str, token: &str) -> Option<String> {
    match name {
        "PATH" => Some("/usr/local/bin:/usr/bin:/bin".to_owned()),
        "HOME" => Some("/nowhere".to_owned()),
        "LANG" => Some("C.UTF-8".to_owned()),
        "FILES_TOKEN" => Some(token.to_owned()),
        "FILES_OTHER" => Some("canary-other".to_owned()),
        // What must not get through.
        _ if name.starts_with("STRONGROOM") => Some("canary-settings".to_owned()),
        _ => None,
    }
}

/// The settings of these entries, where `FILES_TOKEN` has this value.
pub fn stdio_settings(app: &TestApp, entries: &[String], unconfined: bool, token: &str) -> StdioSettings {
    use std::os::unix::fs::PermissionsExt as _;
    // As the server makes it where nobody has made it before.
    std::fs::set_permissions(app.folder(), std::fs::Permissions::from_mode(0o700)).unwrap();
    let commands: Vec<StdioCommand> = entries.iter().map(|entry| toml::from_str(entry).unwrap()).collect();
    let mut settings = StdioSettings::check(commands, unconfined, &[app.folder()], &|name| {
        Ok(environment(name, token))
    })
    .unwrap();
    settings.launcher = PathBuf::from(crate::PROGRAM);
    settings
}

impl TestApp {
    /// The same server with other programs on offer.
    pub fn with_stdio(mut self, stdio: Stdio) -> Self {
        let limits = Limits {
            list: Duration::from_secs(30),
            call: Duration::from_secs(30),
            read: ReadLimits {
                stall: Duration::from_secs(5),
                ..ReadLimits::default()
            },
            ..Limits::default()
        };
        let outbound = Outbound::new(&OutboundSettings {
            limits,
            ..OutboundSettings::default()
        })
        .unwrap();
        let resolver = self.state.credentials.resolver().clone();
        self.state.mcp_servers = McpServers::new(self.state.base.clone(), resolver, outbound, stdio);
        self.router = router(self.state.clone(), crate::pages(), HostRule::new(None));
        self
    }
}

/// Whether a process is there and not just waiting to be forgotten.
pub fn is_alive(pid: i64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    state.is_some_and(|state| state != 'Z' && state != 'X')
}

/// Waits until something holds; a test that waits in vain has failed.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
