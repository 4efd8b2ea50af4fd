//! What can be stored, by whom.

use serde_json::{Value, json};

use super::settings;
use crate::both_engines;
use crate::mcp_servers::{failure, faults};
use crate::support::stdio::files;
use crate::support::{Engine, TestApp};

fn draft() -> Value {
    json!({
        "name": "files", "transport": "stdio", "command": "files", "args": ["--quiet"], "cwd": "/usr",
        "env_names": ["FILES_TOKEN"],
    })
}

fn changed(field: &str, content: Value) -> Value {
    let mut body = draft();
    body[field] = content;
    body
}

both_engines! {
    async fn a_program_is_stored_shown_changed_and_deleted(app: TestApp) {
        let app = app.offering(&[files()]);
        let created = app.post("admin", "/mcp-servers", draft()).await.expect(201).json();
        assert_eq!((&created["transport"], &created["url"]), (&json!("stdio"), &Value::Null));
        for field in ["command", "args", "cwd", "env_names"] {
            assert_eq!(created[field], draft()[field], "{field}");
        }
        let path = format!("/mcp-servers/{}", created["id"].as_str().unwrap());
        assert_eq!(app.get("viewer", &path).await.expect(200).json(), created);
        assert_eq!(app.get("viewer", "/mcp-servers").await.expect(200).json()["items"][0], created);

        let body = json!({"args": null, "cwd": null, "env_names": []});
        let body = app.patch("admin", &path, body).await.expect(200).json();
        assert_eq!((body.get("args"), body.get("cwd"), body.get("env_names")), (None, None, None));
        assert_eq!((&body["command"], &body["revision"]), (&json!("files"), &json!(2)));
        app.delete("admin", &path).await.expect(204);
    }

    async fn a_credential_is_refused_with_the_way_to_do_it(app: TestApp) {
        let app = app.offering(&[files()]);
        let credential = app.credential("admin", "token", "canary-7d1f").await;
        let sentence = "Stdio servers don't use credentials. Set the secret in Strongroom's environment and enter the variable's name here.";
        for path in ["/mcp-servers", "/mcp-servers/test"] {
            let refused = app.post("admin", path, changed("credential_id", json!(credential))).await;
            let refused = refused.problem(422, "invalid");
            assert_eq!(refused.text("/errors/0/pointer"), "/credential_id", "{path}");
            assert_eq!(refused.text("/errors/0/detail"), sentence, "{path}");
        }
        let saved = app.program("saved", &[]).await;
        let refused = app.patch("admin", &saved, json!({"credential_id": credential})).await;
        assert_eq!(refused.problem(422, "invalid").text("/errors/0/detail"), sentence);
    }

    async fn what_the_configuration_does_not_offer_is_refused_field_by_field(app: TestApp) {
        let app = app.offering(&[files()]);
        let hidden = app.folder().join("x/../y");
        let inside = app.folder().join("inside");
        for (body, pointer, code) in [
            (changed("command", json!("canary")), "/command", "unknown-command"),
            (changed("command", json!(null)), "/command", "required"),
            (changed("args", json!(["--ok", "canary"])), "/args/1", "bad-argument"),
            (changed("args", json!(["--ok\n"])), "/args/0", "bad-argument"),
            (changed("args", json!("--ok")), "/args", "wrong-type"),
            (changed("args", json!(["sk-canary1234567890abcd"])), "/args/0", "bad-argument"),
            (changed("cwd", json!("canary")), "/cwd", "bad-directory"),
            (changed("cwd", json!(hidden)), "/cwd", "bad-directory"),
            (changed("cwd", json!(inside)), "/cwd", "hidden-directory"),
            (changed("cwd", json!(app.folder())), "/cwd", "hidden-directory"),
            (changed("env_names", json!(["FILES_TOKEN", "STRONGROOM_KEYRING"])), "/env_names/1", "bad-variable"),
            (changed("env_names", json!(["LD_PRELOAD"])), "/env_names/0", "bad-variable"),
            (changed("env_names", json!(["A=canary"])), "/env_names/0", "bad-variable"),
            (changed("url", json!("https://a.example")), "/url", "wrong-transport"),
            (changed("transport", json!("canary")), "/transport", "unknown-transport"),
        ] {
            for path in ["/mcp-servers", "/mcp-servers/test"] {
                let refused = app.post("admin", path, body.clone()).await.problem(422, "invalid");
                let found = faults(&refused);
                assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{body}: {found:?}");
                assert!(!refused.whole().contains("canary"), "{}", refused.whole());
            }
        }
        let http = json!({
            "name": "x", "url": "https://a.example", "command": "files", "args": ["--ok"], "cwd": "/", "env_names": ["A"],
        });
        let refused = app.post("manager", "/mcp-servers", http).await.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/command", "/args", "/cwd", "/env_names"]);
    }

    async fn a_program_without_a_pattern_takes_no_further_arguments(app: TestApp) {
        let app = app.offering(&[files().replace("extra_args = '--[a-z]+'\n", "")]);
        let refused = app.post("admin", "/mcp-servers", draft()).await.problem(422, "invalid");
        assert_eq!(faults(&refused), [("/args".to_owned(), "no-arguments".to_owned())]);
    }

    async fn only_administrators_make_change_and_try_programs_and_managers_use_them(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &[]).await;
        let id = saved.rsplit('/').next().unwrap();
        for who in ["manager", "viewer"] {
            app.post(who, "/mcp-servers", draft()).await.problem(403, "forbidden");
            app.post(who, "/mcp-servers/test", draft()).await.problem(403, "forbidden");
            app.patch(who, &saved, json!({"enabled": false})).await.problem(403, "forbidden");
            app.delete(who, &saved).await.problem(403, "forbidden");
            assert_eq!(app.get(who, "/mcp-servers/commands").await.expect(200).json()["total"], 0);
        }
        let changed = json!({"id": id, "args": ["--quiet"]});
        app.post("manager", "/mcp-servers/test", changed).await.problem(403, "forbidden");
        let own = app.server("manager", "own", "https://a.example/mcp", None).await;
        let moved = json!({"transport": "stdio", "command": "files"});
        app.patch("manager", &own, moved).await.problem(403, "forbidden");
        // Using is another matter.
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await.expect(200);
        assert_eq!(tested.json()["ok"], true, "{}", tested.whole());
        app.get("manager", &format!("{saved}/tools")).await.expect(200);
        app.get("viewer", &format!("{saved}/tools")).await.problem(403, "forbidden");

        let offered = app.get("admin", "/mcp-servers/commands").await.expect(200).json();
        assert_eq!(
            offered["items"],
            json!([{"name": "files", "takes_args": true, "env_names": ["FILES_TOKEN", "FILES_OTHER", "FILES_UNSET"]}])
        );
    }

    async fn a_server_can_change_its_transport_both_ways(app: TestApp) {
        let app = app.offering(&[files()]);
        let credential = app.credential("admin", "token", "canary-7d1f").await;
        let saved = app.server("admin", "a", "https://a.example/mcp", Some(&credential)).await;
        let moved = json!({"transport": "stdio", "command": "files"});
        let body = app.patch("admin", &saved, moved).await.expect(200).json();
        assert_eq!((&body["url"], &body["credential_id"]), (&Value::Null, &Value::Null));
        let references = app.get("admin", &format!("/credentials/{credential}/references")).await;
        assert_eq!(references.expect(200).json()["total"], 0);

        let back = app.patch("admin", &saved, json!({"transport": "http"})).await.problem(422, "invalid");
        assert_eq!(back.pointers(), ["/url"]);
        let back = json!({"transport": "http", "url": "https://b.example/mcp"});
        let body = app.patch("admin", &saved, back).await.expect(200).json();
        assert_eq!((&body["transport"], body.get("command")), (&json!("http"), None));
    }

    async fn a_program_that_is_not_offered_any_more_stays_a_record(app: TestApp) {
        let app = app.offering(&[files()]);
        let saved = app.program("saved", &["--quiet"]).await;
        let id = saved.rsplit('/').next().unwrap();
        let app = app.offering(&[]);
        let renamed = app.patch("admin", &saved, json!({"name": "renamed", "enabled": true})).await;
        assert_eq!(renamed.expect(200).json()["command"], "files");
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), "not-configured");
        assert!(tested.text("/error/detail").contains("stdio_commands"), "{}", tested.whole());
        app.get("manager", &format!("{saved}/tools")).await.problem(502, "not-configured");
        let refused = app.post("admin", "/mcp-servers/test", json!({"id": id, "args": []})).await;
        assert_eq!(refused.problem(422, "invalid").pointers(), ["/command"]);

        // A configuration that became stricter holds for what was saved before.
        let app = app.offering(&[files().replace("--[a-z]+", "--[x]+")]);
        app.get("manager", &format!("{saved}/tools")).await.problem(502, "not-configured");
        app.delete("admin", &saved).await.expect(204);
    }

    async fn without_programs_there_are_no_stdio_servers(app: TestApp) {
        let refused = app.post("admin", "/mcp-servers", draft()).await.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/command"]);
        assert!(settings(&app, &[], false).entries.is_empty());
        assert_eq!(app.get("admin", "/mcp-servers/commands").await.expect(200).json()["items"], json!([]));
    }
}
