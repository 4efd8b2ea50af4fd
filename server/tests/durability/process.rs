//! The real binary as a process, and a client that notices when it dies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_strongroom");
const EMAIL: &str = "admin@example.com";
const PASSWORD: &str = "four words for tests";

/// Where a server keeps its things.
pub struct Options {
    pub folder: PathBuf,
    pub database: Option<String>,
    pub site: PathBuf,
}

impl Options {
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

/// `strongroom user add`.
pub fn add_administrator(options: &Options) {
    let mut child = options
        .command()
        .args([
            "user",
            "add",
            "--email",
            EMAIL,
            "--name",
            "admin",
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

/// `strongroom keys verify`: what it said.
pub fn verify(options: &Options) -> String {
    let output = options
        .command()
        .args(["keys", "verify"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
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
        let mut process = command
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut server = Self {
            process,
            origin: String::new(),
            out: Some(out),
        };
        server.origin = server.next_address().await;
        server
    }

    /// The address at the end of the next line that the server says.
    pub async fn next_address(&mut self) -> String {
        let mut out = self.out.take().unwrap();
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            (line, out)
        });
        let (line, out) = read.await.unwrap();
        self.out = Some(out);
        let address = line.trim().rsplit(' ').next().unwrap_or_default();
        assert!(address.starts_with("http://127.0.0.1:"), "{line}");
        address.to_owned()
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
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Somebody who is not signed in.
    pub fn client(&self) -> Client {
        // Only the first call installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client {
            http: reqwest::Client::new(),
            origin: self.origin.clone(),
            cookie: String::new(),
        }
    }

    pub async fn sign_in(&self) -> Client {
        let mut client = self.client();
        let body = json!({"email": EMAIL, "password": PASSWORD});
        let answer = client
            .request("POST", "/api/v1/session", Some(body))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut client.cookie);
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

/// A signed-in client.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    cookie: String,
}

impl Client {
    /// The session cookie, as a header has it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Status and text of another address.
    pub async fn text_of(&self, url: &str) -> (u16, String) {
        let answer = self.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    fn request(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.origin))
            .header("cookie", &self.cookie);
        match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        }
    }

    /// Status and body; nothing where the server died before it answered in full.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        let answer = self.request(method, path, body).send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }
}
