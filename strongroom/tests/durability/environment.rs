//! What other programs read from the environment is nothing to the server: it knows its own options and its credentials.

use serde_json::json;

use crate::database::Engine;
use crate::hostile::{Peer, Seen};
use crate::process::{self, Options, Server};

/// A marked canary, made up here.
const CANARY: &str = "sk-canary-of-the-environment-0123456789";

/// Variables from which libraries of providers take a key, an organization or an address.
const KEYS: &[&str] = &[
    "OPENAI_API_KEY",
    "OPENAI_ORGANIZATION",
    "OPENAI_ORG_ID",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "MISTRAL_API_KEY",
];
const ADDRESSES: &[&str] = &["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "OLLAMA_HOST"];
/// Variables from which clients take a proxy.
const PROXIES: &[&str] = &[
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

async fn uses_nothing_of_the_environment(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", engine.fresh_database().await);
    process::add_administrator(&options);
    let peer = Peer::start(Seen::decently).await;
    let elsewhere = Peer::start(Seen::decently).await;
    let mut command = options.command();
    command.envs(KEYS.iter().map(|name| (name, CANARY)));
    command.envs(ADDRESSES.iter().chain(PROXIES).map(|name| (name, elsewhere.url())));
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    let server = Server::launch(command).await;
    let client = server.sign_in().await;
    let formats = ["openai", "openai-responses", "anthropic", "gemini", "mistral", "ollama"];
    for provider in formats {
        // Without a key: none is to be sent.
        let settings = json!({"provider": provider, "model_id": "m", "base_url": peer.url()});
        let body = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
        let before = peer.seen().len();
        let (status, answer) = client
            .send("POST", "/api/v1/actions/ai_generate_text", Some(body))
            .await
            .unwrap();
        // The peer speaks one of the formats; what it is sent is what counts.
        assert_eq!(
            status == 200,
            matches!(provider, "openai" | "mistral" | "ollama"),
            "{provider}: {answer}"
        );
        assert!(peer.seen().len() > before, "{provider}: reached directly: {answer}");
    }
    let at = peer.url();
    for seen in peer.seen() {
        for header in [
            "authorization",
            "proxy-authorization",
            "x-api-key",
            "x-goog-api-key",
            "openai-organization",
        ] {
            assert!(!seen.headers.contains_key(header), "{header}: {:?}", seen.headers);
        }
        let host = seen.headers["host"].to_str().unwrap();
        assert!(at.starts_with(&format!("http://{host}/")), "{host}");
        assert!(!format!("{seen:?}").contains("canary"), "{seen:?}");
    }
    assert_eq!(
        elsewhere.seen().len(),
        0,
        "nothing goes to the proxy or to another address"
    );
}

#[tokio::test]
async fn keys_and_proxies_of_the_environment_are_not_used_on_sqlite() {
    uses_nothing_of_the_environment(Engine::Sqlite).await;
}

#[tokio::test]
async fn keys_and_proxies_of_the_environment_are_not_used_on_postgres() {
    uses_nothing_of_the_environment(Engine::Postgres).await;
}
