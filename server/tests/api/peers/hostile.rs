//! Small MCP servers that do what no server should.

#![allow(clippy::expect_used, reason = "a test whose servers do not start has failed")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A request as the peer saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    pub authorization: Option<String>,
    pub headers: http::HeaderMap,
    /// The JSON-RPC message; null where there was none.
    pub message: Value,
}

impl Seen {
    /// The method of the JSON-RPC message.
    pub fn rpc(&self) -> &str {
        self.message["method"].as_str().unwrap_or_default()
    }

    /// The `Authorization` header, as a hostile server would repeat it.
    pub fn echo(&self) -> &str {
        self.authorization.as_deref().unwrap_or("nothing")
    }

    /// An answer of the protocol.
    pub fn result(&self, result: &Value) -> Response {
        answer(200, "application/json", rpc(&self.message["id"], "result", result))
    }

    /// An error of the protocol.
    pub fn error(&self, message: &str) -> Response {
        let error = json!({"code": -32603, "message": message});
        answer(200, "application/json", rpc(&self.message["id"], "error", &error))
    }

    /// What a decent server answers, with one tool named `echo`.
    pub fn decently(&self) -> Response {
        match self.rpc() {
            "initialize" => self.result(&json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "peer", "version": "1"},
            })),
            "tools/list" => self.result(&json!({"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]})),
            "tools/call" => self.result(&json!({"content": [{"type": "text", "text": "done"}]})),
            "" if self.message["messages"].is_array() => completion("done"),
            "" => answer(405, "text/plain", String::new()),
            method if method.starts_with("notifications/") => answer(202, "text/plain", String::new()),
            _ => answer(400, "text/plain", "unknown method".to_owned()),
        }
    }
}

/// An answer of a model, as most providers give it.
pub fn completion(text: &str) -> Response {
    let message = json!({"role": "assistant", "content": text});
    let choice = json!({"index": 0, "message": message, "finish_reason": "stop"});
    answer(
        200,
        "application/json",
        json!({"model": "peer-1", "choices": [choice]}).to_string(),
    )
}

/// A JSON-RPC message.
pub fn rpc(id: &Value, field: &str, content: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, field: content}).to_string()
}

/// A whole answer.
pub fn answer(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.into())
        .expect("a test's answer is well-formed")
}

/// A running peer; it ends with this value.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// Starts a peer on loopback that answers each request with what the closure says.
    pub async fn start(behave: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        Self::start_with(behave, true).await
    }

    /// The same without a journal, for more requests than the test has memory for.
    #[allow(dead_code, reason = "each test binary uses a part of it")]
    pub async fn forgetful(behave: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        Self::start_with(behave, false).await
    }

    async fn start_with(behave: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static, keeps: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let journal = Arc::clone(&seen);
        let router = Router::new().fallback(move |request: Request| {
            let behave = behave.clone();
            let journal = Arc::clone(&journal);
            async move {
                let (parts, body) = request.into_parts();
                let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
                let seen = Seen {
                    path: parts.uri.path().to_owned(),
                    authorization: parts
                        .headers
                        .get("authorization")
                        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
                    headers: parts.headers,
                    message: serde_json::from_slice(&body).unwrap_or_default(),
                };
                if keeps {
                    journal
                        .lock()
                        .expect("no test panics while it writes")
                        .push(seen.clone());
                }
                behave(&seen)
            }
        });
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { address, seen, task }
    }

    /// The address of its MCP mount.
    pub fn url(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no test panics while it writes").clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
