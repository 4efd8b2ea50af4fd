//! From the start of a child to its end.

use std::sync::Arc;

use serde_json::{Value, json};
use server::outbound::stdio::Stdio;

use super::{CANARY, eventually, is_alive, settings};
use crate::both_engines;
use crate::mcp_servers::failure;
use crate::support::stdio::{files, node};
use crate::support::{Engine, TestApp};

/// The process ids of a server's child, and of a child of that one.
async fn pids(app: &TestApp, server: &str) -> Vec<i64> {
    let pids: Vec<i64> = serde_json::from_str(&app.ask(server, "pids", json!({})).await).unwrap();
    assert!(pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
    pids
}

async fn gone(pids: &[i64], why: &str) {
    eventually(why, || !pids.iter().any(|pid| is_alive(*pid))).await;
}

both_engines! {
    async fn a_program_is_tried_before_saving_lists_its_tools_and_answers(app: TestApp) {
        let app = app.offering(&[files()]);
        let draft = json!({"transport": "stdio", "command": "files", "args": ["--greets"], "env_names": ["FILES_TOKEN"]});
        let tested = app.post("admin", "/mcp-servers/test", draft).await.expect(200);
        let result = tested.json();
        assert_eq!(result["ok"], true, "{}", tested.whole());
        assert_eq!(result["server"]["name"], "child [redacted]");
        assert!(!tested.whole().contains("canary"), "{}", tested.whole());
        // A test's own session ends with it.
        eventually("the child of the test ends", || app.running() == 0).await;

        let saved = app.program("saved", &["--quiet"]).await;
        let tools = app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(tools.json()["items"][0]["description"], "env [redacted]");
        assert_eq!(app.ask(&saved, "say", json!({"text": "hello"})).await, "hello");
        assert_eq!(app.running(), 1);
    }

    async fn values_are_masked_in_everything_that_a_program_writes(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        // It does have the value.
        let backwards: String = app.ask(&saved, "backwards", json!({})).await.chars().rev().collect();
        assert_eq!(backwards, CANARY);
        let said = app.ask(&saved, "say", json!({"text": format!("it is {CANARY}.")})).await;
        assert_eq!(said, "it is [redacted].");
        let died = app.call_tool(&saved, "die", json!({})).await.problem(502, "unreachable");
        let detail = died.text("/detail");
        assert!(detail.contains("status 4") && detail.contains("dying with [redacted]"), "{detail}");

        let draft = json!({"transport": "stdio", "command": "files", "args": ["--crashes"], "env_names": ["FILES_TOKEN"]});
        let crashed = app.post("admin", "/mcp-servers/test", draft).await;
        assert_eq!(failure(&crashed), "unreachable");
        let detail = crashed.text("/error/detail");
        assert!(detail.contains("status 3") && detail.contains("go on with [redacted], sorry"), "{detail}");
    }

    async fn what_cannot_be_started_says_why(app: TestApp) {
        let nothing = files().replace("name = 'files'", "name = 'nothing'");
        let program = nothing.lines().find(|line| line.starts_with("program")).unwrap().to_owned();
        let nothing = nothing.replace(&program, "program = '/nowhere/at-all'");
        let app = app.offering(&[files(), nothing]);
        for (body, said) in [
            (json!({"command": "nothing"}), "Cannot start /nowhere/at-all"),
            (json!({"command": "files", "cwd": "/nowhere"}), "Cannot enter the working directory /nowhere"),
        ] {
            let mut body = body;
            body["transport"] = json!("stdio");
            let tested = app.post("admin", "/mcp-servers/test", body).await;
            assert_eq!(failure(&tested), "unreachable");
            assert!(tested.text("/error/detail").contains(said), "{}", tested.whole());
        }
        let unset = json!({"transport": "stdio", "command": "files", "env_names": ["FILES_UNSET"]});
        let tested = app.post("admin", "/mcp-servers/test", unset).await;
        assert_eq!(failure(&tested), "not-configured");
        assert!(tested.text("/error/detail").contains("FILES_UNSET isn't set"), "{}", tested.whole());
    }

    async fn an_answer_that_is_too_large_ends_the_program(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        app.call_tool(&saved, "flood", json!({})).await.problem(502, "answer-too-large");
        eventually("the child ends", || app.running() == 0).await;
        assert_eq!(app.ask(&saved, "say", json!({"text": "again"})).await, "again");
    }

    async fn a_line_without_an_end_and_one_of_many_small_nodes_end_the_program(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        for (tool, arguments) in [("endless", json!({})), ("nodes", json!({"count": 95_000})), ("nodes", json!({"count": 150_000}))] {
            let refused = app.call_tool(&saved, tool, arguments).await.problem(502, "answer-too-large");
            assert!(refused.text("/detail").starts_with("files's response is too large"), "{}", refused.whole());
            eventually("the child ends", || app.running() == 0).await;
        }
        assert_eq!(app.ask(&saved, "say", json!({"text": "again"})).await, "again");
    }

    async fn a_line_that_stops_in_the_middle_ends_the_program(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        app.call_tool(&saved, "halt", json!({})).await.problem(504, "timed-out");
        eventually("the child ends", || app.running() == 0).await;
    }

    async fn a_program_and_what_it_started_end_when_its_server_changes_or_goes(app: TestApp) {
        let app = app.offering(&[files()]);
        // One that takes no hint: only a signal that cannot be caught ends it.
        let saved = app.program("saved", &["--stubborn"]).await;
        let first = pids(&app, &saved).await;
        assert_eq!(pids(&app, &saved).await[0], first[0], "it is used again");
        app.patch("admin", &saved, json!({"env_names": []})).await.expect(200);
        gone(&first, "a change of the configuration").await;

        let second = pids(&app, &saved).await;
        app.patch("admin", &saved, json!({"enabled": false})).await.expect(200);
        gone(&second, "switching off").await;
        app.patch("admin", &saved, json!({"enabled": true})).await.expect(200);

        let third = pids(&app, &saved).await;
        app.delete("admin", &saved).await.expect(204);
        gone(&third, "deleting").await;
        eventually("nothing is left", || app.running() == 0).await;
    }

    async fn each_user_has_a_process_that_ends_with_the_session_of_the_user(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &["--stubborn"]).await;
        let of_other = async || {
            let called = app.post("other", &format!("{saved}/tools/pids/call"), json!({"arguments": {}})).await;
            serde_json::from_str::<Vec<i64>>(&called.expect(200).text("/content/0/text")).unwrap()
        };
        let (managers, others) = (pids(&app, &saved).await, of_other().await);
        assert_ne!(managers[0], others[0]);
        assert_eq!((pids(&app, &saved).await[0], of_other().await[0]), (managers[0], others[0]), "each is used again");
        app.delete("other", "/session").await.expect(204);
        gone(&others, "signing out").await;
        assert_eq!(pids(&app, &saved).await[0], managers[0]);
        let id = app.get("admin", "/users?search=manager").await.expect(200).text("/items/0/id");
        app.patch("admin", &format!("/users/{id}"), json!({"disabled": true})).await.expect(200);
        gone(&managers, "disabling").await;
        eventually("nothing is left", || app.running() == 0).await;
    }

    async fn stopping_ends_all_programs_and_starts_no_more(app: TestApp) {
        let app = app.offering(&[files()]);
        let mut all = Vec::new();
        for name in ["one", "two"] {
            let saved = app.program(name, &["--stubborn"]).await;
            all.extend(pids(&app, &saved).await);
        }
        app.state.mcp_servers.stdio().stop().await;
        assert_eq!(app.running(), 0);
        gone(&all, "stopping").await;
        let saved = app.program("late", &[]).await;
        app.get("manager", &format!("{saved}/tools")).await.problem(502, "unreachable");
    }

    async fn a_call_that_nobody_waits_for_any_more_leaves_no_program_of_a_test(app: TestApp) {
        let app = app.offering(&[files()]);
        let draft = json!({"transport": "stdio", "command": "files", "args": ["--mute"]});
        let body = Some(draft);
        let test = app.call(Some("admin"), http::Method::POST, "/api/v1/mcp-servers/test", body);
        let waiting = tokio::time::timeout(std::time::Duration::from_secs(3), test).await;
        assert!(waiting.is_err(), "the child never answers");
        eventually("the child of the test ends", || app.running() == 0).await;
    }

    async fn the_reference_server_sees_nothing_but_what_it_is_given(app: TestApp) {
        let modules = crate::peers::real::node_modules().canonicalize().unwrap();
        let script = modules.join("@modelcontextprotocol/server-everything/dist/index.js");
        let is_root = nix::unistd::geteuid().is_root();
        let entry = format!(
            "name = 'files'\nprogram = '{}'\nfixed_args = ['{}', 'stdio']\nenv = ['FILES_TOKEN']\n{}",
            node().display(),
            script.display(),
            // As root the packages may lie where no other user can read them.
            if is_root { String::new() } else { format!("read = ['{}']", modules.display()) }
        );
        let stdio = Stdio::start(Arc::new(settings(&app, &[entry], is_root))).unwrap();
        let app = app.with_stdio(stdio);
        let saved = app.program("everything", &[]).await;
        let tools = app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert!(tools.items("name").contains(&"get-env".to_owned()), "{}", tools.whole());
        let seen: Value = serde_json::from_str(&app.ask(&saved, "get-env", json!({})).await).unwrap();
        let names: Vec<&str> = seen.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["FILES_TOKEN", "HOME", "LANG", "PATH"]);
        assert_eq!(seen["FILES_TOKEN"], "[redacted]");
    }
}
