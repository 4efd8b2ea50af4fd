//! The real binary as a process, and a client that notices when it dies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

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
    fn command(&self) -> Command {
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
}

impl Server {
    /// Starts it and waits for the line that names its address.
    pub async fn start(options: &Options) -> Self {
        let mut process = options
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = process.stdout.take().unwrap();
        let origin = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(out).read_line(&mut line).unwrap();
            line.trim().rsplit(' ').next().unwrap_or_default().to_owned()
        })
        .await
        .unwrap();
        assert!(origin.starts_with("http://127.0.0.1:"), "{origin}");
        Self { process, origin }
    }

    pub async fn sign_in(&self) -> Client {
        // Only the first call installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = Client {
            http: reqwest::Client::new(),
            origin: self.origin.clone(),
            cookie: String::new(),
        };
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
