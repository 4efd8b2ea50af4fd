//! More operations than may run at once, and more agents than the byte budget has room for.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use server::config::Options;
use tokio::sync::watch;

use super::settings;
use crate::peers::hostile::{Peer, Seen, answer, completion, rpc};
use crate::support::{Answer, Engine, TestApp};

/// Longer than any answer takes, even on a busy machine.
const LONG: Duration = Duration::from_mins(2);

/// A model that answers when it is released.
async fn held() -> (Peer, watch::Sender<bool>) {
    let (release, released) = watch::channel(false);
    let peer = Peer::start(move |_| {
        let mut released = released.clone();
        let late = stream::once(async move {
            let _ = released.wait_for(|released| *released).await;
            let choice = json!({"message": {"content": "done"}, "finish_reason": "stop"});
            Ok::<_, Infallible>(json!({"choices": [choice]}).to_string())
        });
        answer(200, "application/json", Body::from_stream(late.boxed()))
    })
    .await;
    (peer, release)
}

async fn the_process_runs_so_many_operations(engine: Engine) {
    let options = Options {
        max_operations: Some(3),
        ..Options::default()
    };
    let app = TestApp::start_configured(engine, options).await;
    let (peer, release) = held().await;
    let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
    let act = async |who: &'static str| {
        app.act(who, "ai_generate_text", &id, json!({"prompt": "x"}), json!({}))
            .await
    };
    for who in ["manager", "other", "admin"] {
        app.cookie(who).await;
    }
    let running = futures::future::join3(act("manager"), act("manager"), act("other"));
    let refused = async {
        while peer.seen().len() < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let nil = uuid::Uuid::nil();
        let refused = [
            act("admin").await,
            app.post("admin", "/model-bindings/test", json!({})).await,
            app.post("admin", &format!("/model-bindings/{id}/test"), json!({}))
                .await,
            app.post("admin", "/mcp-servers/test", json!({})).await,
            app.get("admin", &format!("/mcp-servers/{nil}/tools")).await,
            app.post("admin", &format!("/mcp-servers/{nil}/test"), json!({})).await,
            app.post("admin", &format!("/mcp-servers/{nil}/tools/x/call"), json!({}))
                .await,
        ];
        assert_eq!(app.get("admin", "/me").await.status, 200, "other requests are served");
        release.send_replace(true);
        refused
    };
    let ((one, two, three), refused) = tokio::time::timeout(LONG, futures::future::join(running, refused))
        .await
        .expect("the operations end");
    assert_eq!([one.status, two.status, three.status], [200; 3]);
    for refused in refused {
        assert_eq!(refused.header("retry-after"), "1");
        refused.problem(503, "too-much-at-once");
    }
    assert_eq!(act("admin").await.status, 200, "places are given back");
    assert_eq!(peer.seen().len(), 4, "refused operations send no request");
}

#[tokio::test]
async fn the_process_runs_so_many_operations_at_once_on_sqlite() {
    the_process_runs_so_many_operations(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_process_runs_so_many_operations_at_once_on_postgres() {
    the_process_runs_so_many_operations(Engine::Postgres).await;
}

const AGENTS: usize = 64;
const TOOLS: usize = 4;
/// The maximum number of attempts of a crowd or an agent.
const CROWDS: usize = 5;

/// A server with four tools, whose results come in two pieces.
fn tools(seen: &Seen) -> Response {
    let name = |number: usize| format!("tool{number}");
    match seen.rpc() {
        "tools/list" => {
            let tool = |number| json!({"name": name(number), "inputSchema": {"type": "object"}});
            seen.result(&json!({"tools": (0..TOOLS).map(tool).collect::<Vec<_>>()}))
        }
        "tools/call" => {
            let result = json!({"content": [{"type": "text", "text": "x".repeat(24_000)}]});
            let mut first = rpc(&seen.message["id"], "result", &result);
            let second = first.split_off(first.len() / 2);
            let slow = stream::iter([first, second]).then(|piece| async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok::<_, Infallible>(piece)
            });
            answer(200, "application/json", Body::from_stream(slow))
        }
        _ => seen.decently(),
    }
}

async fn operations_that_wait_for_a_peer_hold_no_connection(engine: Engine) {
    let options = Options {
        database_connections: Some(4),
        quota_uses_per_second: Some(0),
        ..Options::default()
    };
    let app = TestApp::start_configured(engine, options).await;
    let (peer, release) = held().await;
    let key = app.credential("admin", "KEY", "canary-of-the-waiting").await;
    let id = app
        .binding("admin", "m", settings("openai", &peer.url(), Some(&key)))
        .await;
    let people = ["manager", "other", "admin"];
    for who in people {
        app.cookie(who).await;
    }
    let act = |who| app.act(who, "ai_generate_text", &id, json!({"prompt": "x"}), json!({}));
    let acts = futures::future::join_all(people.into_iter().cycle().take(24).map(act));
    let others = async {
        while peer.seen().len() < 24 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Six times as many operations wait as there are connections, and reads and writes go on.
        app.get("manager", "/credentials").await.expect(200);
        app.credential("other", "OTHER", "canary-of-another").await;
        release.send_replace(true);
    };
    let (acts, ()) = futures::future::join(acts, others).await;
    for act in acts {
        act.expect(200);
    }
}

#[tokio::test]
async fn operations_that_wait_for_a_peer_hold_no_connection_on_sqlite() {
    operations_that_wait_for_a_peer_hold_no_connection(Engine::Sqlite).await;
}

#[tokio::test]
async fn operations_that_wait_for_a_peer_hold_no_connection_on_postgres() {
    operations_that_wait_for_a_peer_hold_no_connection(Engine::Postgres).await;
}

async fn an_operation_without_tools_takes_one_grant(engine: Engine) {
    let options = Options {
        read_budget_mib: Some(4),
        ..Options::default()
    };
    let app = TestApp::start_configured(engine, options).await;
    let (peer, release) = held().await;
    let id = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
    app.cookie("manager").await;
    // As many as the share of a user, 1 MiB, has grants for.
    let act = |_| app.act("manager", "ai_generate_text", &id, json!({"prompt": "x"}), json!({}));
    let acts = futures::future::join_all((0..16).map(act));
    let released = async {
        while peer.seen().len() < 16 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        release.send_replace(true);
    };
    let (acts, ()) = futures::future::join(acts, released).await;
    for act in acts {
        assert_eq!(act.expect(200).text("/text"), "done");
    }
}

#[tokio::test]
async fn an_operation_without_tools_takes_one_grant_on_sqlite() {
    an_operation_without_tools_takes_one_grant(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_operation_without_tools_takes_one_grant_on_postgres() {
    an_operation_without_tools_takes_one_grant(Engine::Postgres).await;
}

/// A model that wants all tools at once, and is content with their results.
fn model(seen: &Seen) -> Response {
    let mut turns = seen.message["messages"].as_array().into_iter().flatten();
    if turns.any(|turn| turn["role"] == "tool") {
        return completion("done");
    }
    let call = |offered: &Value| {
        let name = &offered["function"]["name"];
        json!({"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}})
    };
    let calls: Vec<Value> = seen.message["tools"]
        .as_array()
        .into_iter()
        .flatten()
        .map(call)
        .collect();
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let body = json!({"model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]});
    answer(200, "application/json", body.to_string())
}

/// `true` if an agent is done with its four tools; `false` if it, or one of its tools, was refused in clear words: by the
/// byte budget, or because a busy machine is too slow for so many.
fn was_served(agent: &Answer) -> bool {
    if agent.status != 200 {
        let slug = agent.text("/type");
        let slug = slug.rsplit(':').next().unwrap_or_default();
        let is_clear = matches!(
            (agent.status, slug),
            (503, "too-much-at-once" | "unavailable" | "audit-unavailable") | (502, "answer-too-large")
        );
        assert!(is_clear, "{}", agent.whole());
        return false;
    }
    assert_eq!(agent.text("/text"), "done", "{}", agent.whole());
    let results = agent.json()["steps"][0]["tool_results"].clone();
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), TOOLS, "{}", agent.whole());
    let mut failed = results.iter().filter(|result| result["is_error"] == true).peekable();
    let is_served = failed.peek().is_none();
    for result in failed {
        assert!(
            result["content"].as_str().unwrap().contains("gain"),
            "it says to try again: {result}"
        );
    }
    is_served
}

/// `true` if a use could not be recorded: a database that stops for seconds, as on a machine with a busy disk, refuses uses
/// whatever room there is.
fn was_unrecorded(agent: &Answer) -> bool {
    let text = agent.whole();
    [
        "couldn't record this use",
        "problem:audit-unavailable",
        "problem:unavailable",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

async fn agents_share_the_byte_budget(engine: Engine) {
    let options = Options {
        read_budget_mib: Some(4),
        max_operations_per_user: Some(64),
        quota_uses_per_second: Some(0),
        ..Options::default()
    };
    let app = TestApp::start_configured(engine, options).await;
    let (model, tools) = (Peer::start(model).await, Peer::start(tools).await);
    let key = app.credential("admin", "KEY", "canary-of-the-crowd").await;
    let binding = app
        .binding("admin", "m", settings("openai", &model.url(), Some(&key)))
        .await;
    let body = json!({"name": "T", "url": tools.url(), "credential_id": key, "allow_host": true});
    let server = app.post("admin", "/mcp-servers", body).await.expect(201).text("/id");
    let act = async |who: &'static str| {
        let more = json!({"mcp": [{"server_id": server}]});
        app.act(who, "ai_agent", &binding, json!({"prompt": "x"}), more).await
    };
    for who in ["manager", "other", "admin"] {
        app.cookie(who).await;
    }
    let mut done = 0;
    for _ in 0..CROWDS {
        let crowd = ["manager", "other", "admin"].into_iter().cycle().take(AGENTS).map(act);
        let agents = tokio::time::timeout(LONG, futures::future::join_all(crowd))
            .await
            .expect("each agent ends");
        done = agents.iter().filter(|agent| was_served(agent)).count();
        // All of them can meet the limit at once.
        if (1..AGENTS).contains(&done) {
            break;
        }
    }
    assert!((1..AGENTS).contains(&done), "{done} of {AGENTS} agents had room");
    for who in ["manager", "other", "admin"] {
        let mut agent = act(who).await;
        for _ in 1..CROWDS {
            if was_unrecorded(&agent) {
                agent = act(who).await;
            }
        }
        assert!(was_served(&agent), "the budget is given back: {}", agent.whole());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_agents_finish_or_fail_under_the_byte_budget_on_sqlite() {
    agents_share_the_byte_budget(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_agents_finish_or_fail_under_the_byte_budget_on_postgres() {
    agents_share_the_byte_budget(Engine::Postgres).await;
}
