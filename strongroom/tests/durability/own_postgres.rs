//! A PostgreSQL of a test's own, which it may stop, kill and configure.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};
use sqlx::{Connection as _, PgConnection};

use crate::own_disk::OwnDisk;

/// Longer than a start takes, even on a busy machine.
const START_WITHIN: Duration = Duration::from_mins(1);

/// A PostgreSQL server on the loopback address, user `postgres` without a password. It ends with this value.
pub struct OwnPostgres {
    data: PathBuf,
    port: u16,
    options: Vec<String>,
    environment: Vec<(&'static str, PathBuf)>,
    process: Option<Child>,
    // Dropped after the process that uses it.
    disk: Option<Box<OwnDisk>>,
    _folder: tempfile::TempDir,
}

impl OwnPostgres {
    /// A new, empty server with these settings; not started yet.
    pub fn new(options: &[&str]) -> Self {
        Self::in_a_folder(options, Self::free_port()).initialized()
    }

    /// The same on a disk of this size.
    pub fn on_own_disk(options: &[&str], mib: u32) -> Self {
        let mut server = Self::in_a_folder(options, Self::free_port());
        let folder = server.data.parent().unwrap();
        server.disk = Some(Box::new(OwnDisk::new(folder, mib, account())));
        server.initialized()
    }

    fn initialized(self) -> Self {
        run(self.program("initdb").arg("--pgdata").arg(&self.data).args([
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]));
        self
    }

    /// Its processes get these variables from the next start on.
    pub fn set_environment(&mut self, environment: impl IntoIterator<Item = (&'static str, PathBuf)>) {
        self.environment = environment.into_iter().collect();
    }

    /// The disk of a server that was made on one.
    pub fn disk(&self) -> &OwnDisk {
        self.disk.as_deref().unwrap()
    }

    /// A program of PostgreSQL that sees the data folder.
    fn program(&self, name: &str) -> Command {
        let mut command = program(name);
        if let Some(disk) = &self.disk {
            command = disk.command(Path::new(command.get_program()));
        }
        command.stdin(Stdio::null());
        command
    }

    /// A standby of this running server; not started yet.
    pub fn standby(&self) -> Self {
        self.standby_at(Self::free_port())
    }

    /// A standby that listens on this port.
    pub fn standby_at(&self, port: u16) -> Self {
        let server = Self::in_a_folder(&["wal_retrieve_retry_interval=200ms"], port);
        run(program("pg_basebackup")
            .arg("--pgdata")
            .arg(&server.data)
            .args([
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "--host=127.0.0.1",
                "--username=postgres",
            ])
            .arg(format!("--port={}", self.port)));
        server
    }

    /// A port that no program listens on.
    pub fn free_port() -> u16 {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    }

    fn in_a_folder(options: &[&str], port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(user) = account() {
            chown(folder.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
        Self {
            data: folder.path().join("data"),
            port,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
            environment: Vec::new(),
            process: None,
            disk: None,
            _folder: folder,
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it and waits until it takes connections.
    pub async fn start(&mut self) {
        let mut command = self.program("postgres");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
            .arg("-D")
            .arg(&self.data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="])
            .args(["-c", &format!("port={}", self.port)]);
        for option in &self.options {
            command.args(["-c", option]);
        }
        command.stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        let since = Instant::now();
        while !self.is_ready() {
            assert!(since.elapsed() < START_WITHIN, "PostgreSQL starts");
            // After a crash of the postmaster the memory of its last processes may still be there.
            if self
                .process
                .as_mut()
                .is_some_and(|process| process.try_wait().unwrap().is_some())
            {
                self.process = Some(command.spawn().unwrap());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The eighth line of this file says when the server takes connections.
    fn is_ready(&self) -> bool {
        let folder = self.disk.as_ref().map_or_else(
            || self.data.clone(),
            |disk| disk.seen_at().join(self.data.file_name().unwrap()),
        );
        std::fs::read_to_string(folder.join("postmaster.pid")).is_ok_and(|text| {
            let mut lines = text.lines();
            let pid = lines.next().and_then(|pid| pid.trim().parse().ok());
            pid == self.process.as_ref().map(Child::id)
                && lines
                    .nth(6)
                    .is_some_and(|status| matches!(status.trim(), "ready" | "standby"))
        })
    }

    /// Ends it: SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one, SIGKILL a crash of the postmaster.
    pub async fn end(&mut self, signal: Signal) {
        let Some(mut process) = self.process.take() else { return };
        kill(Pid::from_raw(process.id().cast_signed()), signal).unwrap();
        tokio::task::spawn_blocking(move || process.wait())
            .await
            .unwrap()
            .unwrap();
    }

    /// `true` if it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        let process = self.process.as_mut().expect("the server was started");
        process.try_wait().unwrap().is_some()
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        run(program("pg_ctl")
            .arg("promote")
            .arg("--wait")
            .arg("--pgdata")
            .arg(&self.data));
    }

    /// Waits until the standby has replayed everything that was written so far.
    pub async fn wait_for_standby(&self) {
        const REPLAYED: &str = "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= $1::pg_lsn";
        let mut connection = PgConnection::connect(&self.url()).await.unwrap();
        let now: String = sqlx::query_scalar("SELECT pg_current_wal_lsn()::text")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let since = Instant::now();
        loop {
            let replayed: i64 = sqlx::query_scalar(REPLAYED)
                .bind(&now)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if replayed > 0 {
                return;
            }
            assert!(since.elapsed() < START_WITHIN, "the standby follows");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Makes a file in the data folder that only the server reads.
    pub fn private_file(&self, name: &str, content: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let file = self.data.join(name);
        std::fs::write(&file, content).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        if let Some(user) = account() {
            chown(&file, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
        file
    }

    /// `host:port` of the loopback address.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The URL of its database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address())
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = kill(Pid::from_raw(process.id().cast_signed()), Signal::SIGQUIT);
            let _ = process.wait();
        }
    }
}

/// PostgreSQL refuses to run as root.
fn account() -> Option<User> {
    if !nix::unistd::Uid::effective().is_root() {
        return None;
    }
    Some(
        User::from_name("postgres")
            .unwrap()
            .expect("there is a user postgres to run PostgreSQL as"),
    )
}

/// A program of PostgreSQL, from the newest version that Debian installed, or from `PATH`.
fn program(name: &str) -> Command {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                entry.path().join("bin").join(name),
            ))
        })
        .filter(|(_, program)| program.is_file())
        .collect();
    versions.sort();
    let found = versions
        .pop()
        .map_or_else(|| PathBuf::from(name), |(_, program)| program);
    let mut command = Command::new(found);
    command.current_dir("/").stdin(Stdio::null());
    if let Some(user) = account() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command
        .output()
        .expect("PostgreSQL's programs are installed: on Debian, the package postgresql");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
