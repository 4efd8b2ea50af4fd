//! Metrics have a listener of their own, and name nobody.

use serde_json::json;

use super::prepared;
use crate::database::Engine;
use crate::process::Server;

#[tokio::test]
async fn figures_are_on_their_own_listener_and_name_nobody() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let mut command = options.command();
    command.args(["--metrics-listen", "127.0.0.1:0"]);
    let mut server = Server::launch(command).await;
    let metrics = server.next_address().await;
    let client = server.sign_in().await;
    let created = client
        .send(
            "POST",
            "/api/v1/credentials",
            Some(json!({"name": "CANARY_NAME", "value": "canary-value", "allowed_hosts": ["canary.example"]})),
        )
        .await
        .unwrap();
    assert_eq!(created.0, 201);
    let id = created.1["id"].as_str().unwrap();
    for (method, path) in [
        ("GET", format!("/api/v1/credentials/{id}?canary=1")),
        ("GET", format!("/canary-{id}")),
        ("CANARY", "/api/v1/me".to_owned()),
    ] {
        client.send(method, &path, None).await.unwrap();
    }
    let public = client.send("GET", "/metrics", None).await.unwrap();
    assert_eq!(public.0, 404, "nothing on the listener for people");
    let (status, text) = client.text_of(&metrics).await;
    assert_eq!(status, 200);
    for line in [
        "strongroom_http_requests_total{method=\"POST\",route=\"/api/v1/credentials\",status=\"201\"} 1",
        "strongroom_http_requests_total{method=\"GET\",route=\"/api/v1/credentials/{id}\",status=\"200\"} 1",
        "strongroom_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 2",
        "strongroom_http_requests_total{method=\"other\",route=\"/api/v1/me\",status=\"405\"} 1",
        "strongroom_sign_ins_total{outcome=\"succeeded\"} 1",
        "strongroom_uses_waiting 0",
        "strongroom_mcp_sessions_open 0",
        "strongroom_ready 1",
        "strongroom_keys{state=\"held\"} 1",
        "strongroom_keys{state=\"missing\"} 0",
        "strongroom_database_connections{pool=\"writer\",state=\"idle\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let lower = text.to_lowercase();
    for private in ["canary", id, "admin@example.com", "example"] {
        assert!(!lower.contains(private), "{private} is in\n{text}");
    }
}
