//! The real binary as a process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::client::Client;

const BINARY: &str = crate::PROGRAM;
pub const EMAIL: &str = "admin@example.com";
pub const PASSWORD: &str = "four words for tests";

/// Longer than the end of a server takes, even on a busy machine.
const END_WITHIN: Duration = Duration::from_mins(2);

/// Where a server keeps its things.
#[derive(Clone)]
pub struct Options {
    pub folder: PathBuf,
    pub database: Option<String>,
    pub site: PathBuf,
}

impl Options {
    /// In a folder of its own below this one.
    pub fn new(folder: &tempfile::TempDir, name: &str, database: Option<String>) -> Self {
        let site = folder.path().join("site");
        if !site.exists() {
            empty_site(folder);
        }
        Self {
            folder: folder.path().join(name),
            database,
            site,
        }
    }

    /// The keyring of the data folder.
    pub fn keyring(&self) -> PathBuf {
        self.folder.join("keyring.json")
    }

    /// Gives another server's keyring to this one, as an operator would.
    pub fn take_keyring(&self, from: &Self) {
        std::fs::create_dir_all(&self.folder).unwrap();
        let partial = self.folder.join("keyring.copy");
        std::fs::copy(from.keyring(), &partial).unwrap();
        std::fs::rename(partial, self.keyring()).unwrap();
    }

    /// The program with these options, for a command to be added.
    pub fn command(&self) -> Command {
        let mut command = Command::new(BINARY);
        command
            .arg("--data-dir")
            .arg(&self.folder)
            .arg("--site-dir")
            .arg(&self.site)
            .args(["--listen", "127.0.0.1:0"]);
        if let Some(url) = &self.database {
            command.args(["--database-url", url]);
        }
        command.env("STRONGROOM_LOG", "warn").stderr(Stdio::null());
        command
    }
}

/// A site that no browser will see.
pub fn empty_site(folder: &tempfile::TempDir) -> PathBuf {
    let site = folder.path().join("site");
    std::fs::create_dir(&site).unwrap();
    let manifest = json!({"build_id": "none", "js": "/pkg/none.js", "wasm": "/pkg/none.wasm", "css": "/pkg/none.css"});
    std::fs::write(site.join("site.json"), manifest.to_string()).unwrap();
    site
}

/// The first administrator: [`EMAIL`], [`PASSWORD`].
pub fn add_administrator(options: &Options) {
    add_user(options, EMAIL, "admin");
}

/// `strongroom user add`, for an administrator with [`PASSWORD`].
pub fn add_user(options: &Options, email: &str, name: &str) {
    add_user_by(options.command(), email, name);
}

/// The same with a command of the caller's.
pub fn add_user_by(mut command: Command, email: &str, name: &str) {
    let mut child = command
        .args([
            "user",
            "add",
            "--email",
            email,
            "--name",
            name,
            "--role",
            "administrator",
            "--password-stdin",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
}

/// What a command said, and whether it did what it was asked.
#[derive(Debug)]
pub struct Said {
    pub done: bool,
    pub out: String,
    pub err: String,
}

impl Said {
    /// It must have done it.
    #[track_caller]
    pub fn done(self) -> String {
        assert!(self.done, "{self:?}");
        self.out
    }

    /// It must have refused.
    #[track_caller]
    pub fn refused(self) -> String {
        assert!(!self.done && self.out.is_empty(), "{self:?}");
        self.err
    }
}

/// Runs `strongroom` with these arguments to its end.
pub fn run(options: &Options, arguments: &[&str]) -> Said {
    let output = options
        .command()
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    Said {
        done: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Begins `strongroom` with these arguments, for somebody who will kill it.
pub fn begin(options: &Options, arguments: &[&str]) -> Child {
    options
        .command()
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// `strongroom keys verify`: what it said.
pub fn verify(options: &Options) -> String {
    run(options, &["keys", "verify"]).done()
}

/// `strongroom audit verify`: the chain must be whole.
#[track_caller]
pub fn assert_trail_holds(options: &Options) {
    let told = run(options, &["audit", "verify"]).done();
    assert!(
        told.contains("events verified.") && told.contains("Head: "),
        "the trail holds: {told}"
    );
}

/// A running server; killed when dropped.
pub struct Server {
    process: Child,
    origin: String,
    out: Option<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it and waits for the line that names its address.
    pub async fn start(options: &Options) -> Self {
        Self::launch(options.command()).await
    }

    /// The same with a command of the caller's.
    pub async fn launch(mut command: Command) -> Self {
        command.arg("serve").stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self {
            process,
            origin: String::new(),
            out: Some(out),
        };
        server.origin = server.next_address().await;
        server
    }

    /// The next line that the server says; empty at its end.
    pub async fn next_line(&mut self) -> String {
        let mut out = self.out.take().unwrap();
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            (line, out)
        });
        let (line, out) = read.await.unwrap();
        self.out = Some(out);
        line.trim().to_owned()
    }

    /// The address at the end of the next line that the server says.
    pub async fn next_address(&mut self) -> String {
        let line = self.next_line().await;
        let address = line.rsplit(' ').next().unwrap_or_default();
        let is_own = ["http://127.0.0.1:", "http://[::1]:"]
            .iter()
            .any(|own| address.starts_with(own));
        assert!(is_own, "{line}");
        address.to_owned()
    }

    /// The token of the set-up link that it printed.
    pub async fn set_up_token(&mut self) -> String {
        loop {
            let line = self.next_line().await;
            assert!(!line.is_empty(), "the server prints a set-up link");
            if let Some((_, token)) = line.split_once("/set-up#") {
                return token.to_owned();
            }
        }
    }

    /// The base of its URLs.
    pub fn origin(&self) -> String {
        self.origin.clone()
    }

    /// Address and port.
    pub fn address(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.id().cast_signed()), signal).unwrap();
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> ExitStatus {
        let deadline = Instant::now() + END_WITHIN;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the server has not ended after two minutes");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Somebody who is not signed in.
    pub fn client(&self) -> Client {
        Client::at(&self.origin)
    }

    /// The administrator.
    pub async fn sign_in(&self) -> Client {
        let mut client = self.client();
        assert_eq!(client.sign_in(EMAIL, PASSWORD).await, 200);
        client
    }

    /// SIGKILL: no time to tidy up.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
