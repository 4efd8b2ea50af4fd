//! Uses under a flood of anonymous sign-ins, against a quiet server; and memory after it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{Request, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::client::{Connection, percentile, post, times};
use crate::process::Process;
use crate::report::{Budget, Report};

/// Connections of the flood, and the addresses that they come from: none has more than a server admits.
const CONNECTIONS: u32 = 1_000;
const ADDRESSES: u32 = 20;
const USES: usize = 1_000;
const ROUNDS: usize = 5;
/// The time in which the flood must have met its limits.
const WARM_UP: Duration = Duration::from_mins(1);

/// The ratio of the p99 of a use, and the memory that is left.
pub async fn against_quiet(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let server = Process::strongroom(program, data).await?;
    let cookie = server.sign_in().await?;
    let mut connection = Connection::open(server.address).await?;
    let body = json!({
        "name": "Flood", "enabled": true, "transport": "http", "url": peer().await?, "credential_id": created(
            &mut connection, &cookie, "/api/v1/credentials", &json!({"name": "FLOOD", "value": "bench-canary-value"}),
        ).await?, "allow_host": true,
    });
    let id = created(&mut connection, &cookie, "/api/v1/mcp-servers", &body).await?;
    let call = post(
        &format!("/api/v1/mcp-servers/{id}/tools/echo/call"),
        &cookie,
        &json!({"arguments": {}}).to_string(),
    );
    // Opens the session and warms the caches.
    times(&mut connection, &call, USES / 10).await?;
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let quiet = percentile(times(&mut connection, &call, USES).await?, 99);
        let flood = Flood::start(server.address).await?;
        let flooded = percentile(times(&mut connection, &call, USES).await?, 99);
        flood.stop().await;
        report.detail(&format!(
            "p99 of a use: {quiet:.2} ms quiet, {flooded:.2} ms under the flood"
        ));
        ratios.push(flooded / quiet);
    }
    report.rounds(
        "p99 of a use under 1,000 anonymous connections, against quiet",
        ratios,
        "",
        Budget::AtMost(2.0),
    );
    // Idle memory of the hashing threads is freed after five seconds.
    tokio::time::sleep(Duration::from_secs(8)).await;
    report.number(
        "memory after 1,000 anonymous connections",
        server.resident()?,
        " MB",
        Budget::AtMost(60.0),
    );
    server.stop().await
}

async fn created(connection: &mut Connection, cookie: &str, path: &str, body: &Value) -> Result<String> {
    let answer = connection.send(&post(path, cookie, &body.to_string())).await?;
    ensure!(answer.status() == 201, "{path}: {}", answer.head);
    let body: Value = serde_json::from_slice(&answer.body)?;
    Ok(body["id"].as_str().context("no id")?.to_owned())
}

/// Signs in with wrong passwords until it is stopped.
struct Flood {
    stop: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Flood {
    /// Ready when the tries are refused by the rate limit.
    async fn start(server: SocketAddr) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let refused = Arc::new(AtomicU32::new(0));
        let body = json!({"email": "nobody@example.com", "password": "a wrong password"}).to_string();
        let request: Arc<[u8]> = post("/api/v1/session", "", &body).into();
        let tasks = (0..CONNECTIONS)
            .map(|number| {
                let last = u8::try_from(number % ADDRESSES).unwrap_or_default();
                let from = IpAddr::V4(Ipv4Addr::new(127, 0, 3, last + 1));
                let (stop, refused, request) = (stop.clone(), refused.clone(), request.clone());
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        // A connection that the server closes is opened again.
                        let Ok(mut connection) = Connection::open_from(from, server).await else {
                            continue;
                        };
                        while let Ok(answer) = connection.send(&request).await {
                            refused.fetch_add(u32::from(answer.status() == 429), Ordering::Relaxed);
                            if stop.load(Ordering::Relaxed) {
                                break;
                            }
                        }
                    }
                })
            })
            .collect();
        let flood = Self { stop, tasks };
        let began = Instant::now();
        while refused.load(Ordering::Relaxed) < 2 * CONNECTIONS {
            ensure!(began.elapsed() < WARM_UP, "the flood is not refused");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(flood)
    }

    async fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks {
            drop(task.await);
        }
    }
}

/// An MCP server with one tool; its address.
async fn peer() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(async |request: Request<Body>| {
        let body = to_bytes(request.into_body(), 1 << 20).await.unwrap_or_default();
        let message: Value = serde_json::from_slice(&body).unwrap_or_default();
        let result = match message["method"].as_str().unwrap_or_default() {
            "initialize" => json!({
                "protocolVersion": "2025-06-18", "capabilities": {"tools": {}},
                "serverInfo": {"name": "peer", "version": "1"},
            }),
            "tools/list" => json!({"tools": [{"name": "echo", "inputSchema": {"type": "object"}}]}),
            "tools/call" => json!({"content": [{"type": "text", "text": "done"}]}),
            method if method.starts_with("notifications/") => return status(202),
            "" => return status(405),
            _ => return status(400),
        };
        let body = json!({"jsonrpc": "2.0", "id": message["id"], "result": result}).to_string();
        let mut response = Response::new(Body::from(body));
        let json = http::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}/mcp"))
}

fn status(code: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = http::StatusCode::from_u16(code).unwrap_or_default();
    response
}
