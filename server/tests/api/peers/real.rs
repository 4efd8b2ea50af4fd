//! Real MCP servers that this project did not write, started on loopback.

#![allow(clippy::expect_used, reason = "a test whose servers do not start has failed")]

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct RealServer {
    process: Child,
    /// The address of its MCP mount.
    pub url: String,
    config: Option<PathBuf>,
}

impl RealServer {
    /// `@modelcontextprotocol/server-everything`: the reference server; it asks for no credential.
    pub async fn everything() -> Self {
        let port = free_port();
        let mut command = node("@modelcontextprotocol/server-everything/dist/index.js");
        command.arg("streamableHttp").env("PORT", port.to_string());
        Self::start(command, format!("http://127.0.0.1:{port}/mcp"), None).await
    }

    /// `@copilotkit/aimock` with an MCP mount that accepts one key, as a bearer token.
    pub async fn aimock(key: &str) -> Self {
        let port = free_port();
        let config = std::env::temp_dir().join(format!("strongroom-aimock-{}-{port}.json", std::process::id()));
        let tools = serde_json::json!({
            "host": "127.0.0.1",
            "strict": true,
            "mcp": {
                "path": "/mcp",
                "serverInfo": {"name": "checked", "version": "1.2.3"},
                "tools": [{
                    "name": "find_customer",
                    "description": "Finds a customer.",
                    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
                    "result": "Found one."
                }]
            }
        });
        std::fs::write(&config, tools.to_string()).expect("the temporary folder is writable");
        let mut command = node("@copilotkit/aimock/dist/aimock-cli.js");
        command
            .arg("--config")
            .arg(&config)
            .args(["--port", &port.to_string()])
            .env("AIMOCK_API_KEYS", key);
        Self::start(command, format!("http://127.0.0.1:{port}/mcp"), Some(config)).await
    }

    /// `@copilotkit/aimock` as a provider of models, in the formats of all of them, with one key and these fixtures.
    pub async fn models(key: &str, fixtures: &serde_json::Value) -> Self {
        let port = free_port();
        let file = std::env::temp_dir().join(format!("strongroom-models-{}-{port}.json", std::process::id()));
        let fixtures = serde_json::json!({"fixtures": fixtures});
        std::fs::write(&file, fixtures.to_string()).expect("the temporary folder is writable");
        let mut command = node("@copilotkit/aimock/dist/cli.js");
        command
            .args(["--strict", "--log-level", "silent", "--chunk-size", "7"])
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .arg("--fixtures")
            .arg(&file)
            .env("AIMOCK_API_KEYS", key);
        Self::start(command, format!("http://127.0.0.1:{port}/mcp"), Some(file)).await
    }

    /// The address below which a provider's paths are.
    pub fn base(&self, version: &str) -> String {
        format!("{}/{version}", self.url.trim_end_matches("/mcp"))
    }

    async fn start(mut command: Command, url: String, config: Option<PathBuf>) -> Self {
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let server = Self { process, url, config };
        let address = server
            .url
            .trim_start_matches("http://")
            .trim_end_matches("/mcp")
            .to_owned();
        let deadline = Instant::now() + Duration::from_secs(30);
        while tokio::net::TcpStream::connect(&address).await.is_err() {
            assert!(Instant::now() < deadline, "no server at {address} after 30 seconds");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        server
    }

    /// Ends the server now.
    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        self.stop();
        if let Some(config) = &self.config {
            let _ = std::fs::remove_file(config);
        }
    }
}

fn node(script: &str) -> Command {
    let modules = node_modules();
    let script = modules.join(script);
    assert!(
        script.exists(),
        "{} is missing. Run `npm ci` in end2end, or set STRONGROOM_TEST_NODE_MODULES.",
        script.display()
    );
    let mut command = Command::new("node");
    command.arg(script);
    command
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting")]
pub fn node_modules() -> PathBuf {
    std::env::var("STRONGROOM_TEST_NODE_MODULES").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/node_modules")),
        PathBuf::from,
    )
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
