//! A canary secret is stored and used while everything is recorded: answers of every route, good and
//! malformed, rendered pages, all logs at trace level, and the bytes of the database. It is nowhere.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose preparation fails has failed"
)]

mod calls;
mod echoes;
#[path = "../../../server/tests/api/peers/hostile.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod hostile;
mod logs;
#[path = "../../../server/tests/api/peers/models.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod models;
mod storage;
#[path = "../../../server/tests/support/mod.rs"]
mod support;

use std::sync::Arc;

use base64::Engine as _;
use http::Method;
use serde_json::json;

use calls::{Records, call, call_badly, change_and_show, echo, use_it};
use server::outbound::stdio::Stdio;
use strongroom::assets::Assets;
use support::stdio::{files, stdio_settings};
use support::{Answer, Engine, TestApp, as_the_server_runs};

/// The program that starts the programs of stdio servers.
const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

/// The pages of the server under test.
fn pages() -> Assets {
    Assets::none()
}

/// A marked canary, with characters that JSON, URLs and HTML escape.
const CANARY: &str = "canary-5e1f\"<&/+é Zq7vWk";

/// Forms, and addresses without a page, as `METHOD path`. The routes of the API are those that its document describes.
const OTHERS: &[&str] = &[
    "GET /",
    "POST /sign-in",
    "POST /sign-out",
    "POST /set-up",
    "POST /welcome",
    "GET /nothing",
    // On a listener of its own; here there is nothing.
    "GET /metrics",
];

/// Every route of the server. A test below holds the sources against them.
fn routes() -> Vec<String> {
    let others = OTHERS.iter().map(|route| (*route).to_owned());
    let pages = app::PAGES.iter().map(|page| format!("GET {}", page.route()));
    let api = server::router::operations();
    let api = api
        .iter()
        .map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.full_path()));
    others.chain(pages).chain(api).collect()
}

/// Tokens of links that were given out: nowhere but in the answers that gave them out.
static LINKS: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// Makes an account, a link for it, and a newer one that is used.
async fn give_out_links(app: &TestApp) -> Answer {
    let body = json!({"email": "ida@example.com", "name": "Ida", "role": "viewer"});
    let made = app.post("admin", "/users", body).await.expect(201);
    let path = format!("/api/v1/users/{}/link", made.text("/user/id"));
    let newer = app.call(Some("admin"), Method::POST, &path, None).await.expect(200);
    let tokens = [made.text("/link/path"), newer.text("/path")].map(|path| path.replace("/welcome#", ""));
    LINKS.lock().unwrap().extend(tokens.clone());
    let body = format!("token={}&password=four+words+for+tests", tokens[1]);
    let form = "application/x-www-form-urlencoded";
    call(app, None, "POST", "/welcome", form, body.into_bytes())
        .await
        .expect(303)
}

/// All spellings in which the canary would still be the canary.
fn spellings() -> Vec<Vec<u8>> {
    let bytes = CANARY.as_bytes();
    let hex = bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut spellings = vec![
        bytes.to_vec(),
        b"canary-5e1f".to_vec(),
        b"Zq7vWk".to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
    ];
    // Base64 of the canary at each of the three offsets that it can have in a longer text.
    for offset in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(b'x', offset).chain(bytes.iter().copied()).collect();
        let encoded = base64::engine::general_purpose::STANDARD.encode(shifted);
        spellings.push(encoded.as_bytes()[4..20].to_vec());
    }
    spellings
}

#[track_caller]
fn assert_clean(place: &str, bytes: &[u8]) {
    let links = LINKS.lock().unwrap().clone();
    let raw = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let links = links
        .into_iter()
        .flat_map(|link| [raw.decode(&link).unwrap(), link.into_bytes()]);
    for spelling in spellings().into_iter().chain(links) {
        if let Some(at) = bytes.windows(spelling.len()).position(|window| window == spelling) {
            let around = &bytes[at.saturating_sub(80)..bytes.len().min(at + 80)];
            panic!("the canary is in {place}: …{}…", String::from_utf8_lossy(around));
        }
    }
}

async fn nothing_holds_the_canary(app: TestApp) {
    let logs = logs::capture();
    let settings = stdio_settings(&app, &[files()], false, CANARY);
    let app = app.with_stdio(Stdio::start(Arc::new(settings)).unwrap());
    let peer = echo().await;
    let records = Records::create(&app, &peer).await;
    let mut answers = use_it(&app, &records).await;
    answers.push(give_out_links(&app).await);
    let seen = peer.seen();
    for header in ["authorization", "x-api-key", "x-goog-api-key"] {
        let sent = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).contains("canary-5e1f");
        assert!(
            seen.iter().any(|seen| seen.headers.get(header).is_some_and(sent)),
            "the canary was really sent as {header}"
        );
    }
    for seen in seen {
        assert_clean("what others were sent besides", seen.message.to_string().as_bytes());
    }
    for route in routes() {
        answers.extend(call_badly(&app, &records, &route).await);
    }
    answers.extend(change_and_show(&app, &records).await);
    for answer in &answers {
        let place: String = format!("{answer:?}").chars().take(200).collect();
        assert_clean(&place, answer.whole().as_bytes());
    }
    assert!(
        answers.len() > 340,
        "every route was called in many ways: {}",
        answers.len()
    );
    let file = app.folder().join("strongroom.backup");
    server::backup::backup(&app.state.base, &file, |_| {}).await.unwrap();
    storage::assert_clean(&app).await;
    let logs = logs.take();
    let traced = logs.len() > 10_000 && String::from_utf8_lossy(&logs).contains("TRACE");
    assert!(traced, "logs were captured at trace level");
    logs::assert_structured(&logs);
    assert_clean("the logs", &logs);
}

#[test]
fn a_canary_is_nowhere_on_either_engine() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        as_the_server_runs(async move { nothing_holds_the_canary(TestApp::start(engine).await).await });
    }
}

#[test]
fn every_route_of_the_sources_is_in_the_list() {
    fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                for part in text.split(".route(").skip(1) {
                    if let Some(route) = part
                        .trim_start()
                        .strip_prefix('"')
                        .and_then(|rest| rest.split('"').next())
                    {
                        found.push(route.to_owned());
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for sources in ["server/src", "strongroom/src"] {
        walk(&root.join(sources), &mut found);
    }
    assert!(found.len() > 10, "{found:?}");
    let routes = routes();
    for route in found {
        let known = routes
            .iter()
            .any(|known| known.ends_with(&format!(" {route}")) || known.ends_with(&format!("/api/v1{route}")));
        assert!(
            known,
            "{route} is neither in the document of the API nor in the list of the leak test"
        );
    }
}

#[test]
fn the_check_would_find_the_canary() {
    for text in [
        CANARY.to_owned(),
        json!({"x": CANARY}).to_string(),
        base64::engine::general_purpose::STANDARD.encode(format!("ab{CANARY}c")),
    ] {
        let found = std::panic::catch_unwind(|| assert_clean("a test", text.as_bytes()));
        assert!(found.is_err(), "{text}");
    }
}
