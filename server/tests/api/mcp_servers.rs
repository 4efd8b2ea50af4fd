//! `/mcp-servers`: records, attaching, and operations against real and hostile servers.

use app::accounts::Role::{self, Administrator, Manager, Viewer};
use serde_json::{Value, json};

use crate::mini::{Answer, TestApp};
use crate::peers::hostile::{Peer, Seen, answer};
use crate::peers::real::RealServer;

impl TestApp {
    async fn get(&self, who: Role, path: &str) -> Answer {
        self.send(who, "GET", path, None, None).await
    }

    async fn post(&self, who: Role, path: &str, body: Value) -> Answer {
        self.send(who, "POST", path, None, Some(body)).await
    }

    async fn patch(&self, who: Role, path: &str, body: Value) -> Answer {
        self.send(who, "PATCH", path, None, Some(body)).await
    }

    /// A credential's id.
    async fn credential(&self, who: Role, name: &str, value: &str) -> String {
        let created = self
            .post(who, "/credentials", json!({"name": name, "value": value}))
            .await;
        created.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// A server's path.
    async fn server(&self, who: Role, name: &str, url: &str, credential: Option<&str>) -> String {
        let body = json!({"name": name, "url": url, "credential_id": credential});
        let created = self.post(who, "/mcp-servers", body).await;
        format!("/mcp-servers/{}", created.expect(201)["id"].as_str().unwrap())
    }
}

impl Answer {
    /// The body, of an answer with this status.
    #[track_caller]
    fn expect(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.text);
        &self.body
    }

    /// Fails unless this is a problem of this type.
    #[track_caller]
    fn expect_problem(&self, status: u16, slug: &str) -> &Value {
        let body = self.expect(status);
        assert_eq!(body["type"], format!("urn:strongroom:problem:{slug}"), "{}", self.text);
        body
    }

    /// The codes of broken rules by pointer.
    fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors
            .iter()
            .map(|error| (text(&error["pointer"]), text(&error["code"])))
            .collect()
    }
}

/// The slug of the problem inside a test's result.
#[track_caller]
fn failure(result: &Answer) -> String {
    let body = result.expect(200);
    assert_eq!(body["ok"], false, "{}", result.text);
    body["error"]["type"]
        .as_str()
        .unwrap_or_default()
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_server_is_created_read_changed_and_deleted() {
    let app = TestApp::start().await;
    let created = app
        .post(
            Manager,
            "/mcp-servers",
            json!({"name": " CRM ", "url": "https://MCP.Example.com:443/mcp"}),
        )
        .await;
    let body = created.expect(201).clone();
    assert_eq!(body["name"], "CRM");
    assert_eq!(body["url"], "https://mcp.example.com/mcp");
    assert_eq!(
        (&body["enabled"], &body["transport"], &body["revision"]),
        (&json!(true), &json!("http"), &json!(1))
    );
    assert_eq!(
        (&body["credential_id"], &body["credential"]),
        (&Value::Null, &Value::Null)
    );
    let path = format!("/mcp-servers/{}", body["id"].as_str().unwrap());
    assert_eq!(created.headers["location"], format!("/api/v1{path}"));
    assert_eq!(created.headers["etag"], "\"1\"");
    assert_eq!(app.get(Viewer, &path).await.expect(200), &body);

    let changed = app
        .patch(Manager, &path, json!({"name": "CRM 2", "enabled": false}))
        .await;
    let body = changed.expect(200);
    assert_eq!(
        (&body["name"], &body["enabled"], &body["revision"]),
        (&json!("CRM 2"), &json!(false), &json!(2))
    );
    assert_eq!(body["url"], "https://mcp.example.com/mcp");

    app.send(Manager, "DELETE", &path, None, None).await.expect(204);
    app.get(Viewer, &path).await.expect_problem(404, "not-found");
    app.patch(Manager, &path, json!({"name": "x"}))
        .await
        .expect_problem(404, "not-found");
    app.send(Manager, "DELETE", &path, None, None)
        .await
        .expect_problem(404, "not-found");
}

#[tokio::test]
async fn all_broken_rules_are_told_at_once_and_input_is_not_repeated() {
    let app = TestApp::start().await;
    let refused = app
        .post(
            Manager,
            "/mcp-servers",
            json!({"name": "", "url": "canary-7d1f://x", "transport": "canary-7d1f", "credential_id": "canary-7d1f", "canary-7d1f": 1}),
        )
        .await;
    refused.expect_problem(422, "invalid");
    assert!(!refused.text.contains("canary"), "{}", refused.text);
    let expected = [
        ("/name", "required"),
        ("/transport", "unknown-transport"),
        ("/url", "bad-scheme"),
        ("/credential_id", "bad-id"),
        ("", "unknown-field"),
    ];
    assert_eq!(
        refused.faults(),
        expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned()))
    );
    for (url, code) in [
        ("", "required"),
        ("mcp.example.com", "bad-url"),
        ("ftp://mcp.example.com/", "bad-scheme"),
        ("https://canary:7d1f@mcp.example.com/", "user-info"),
        ("https://mcp.example.com/#canary", "fragment"),
        ("http://169.254.169.254/latest", "metadata-address"),
        ("http://0xa9fea9fe/", "metadata-address"),
        ("http://metadata.google.internal/", "metadata-address"),
    ] {
        let refused = app
            .post(Manager, "/mcp-servers", json!({"name": "a", "url": url}))
            .await;
        refused.expect_problem(422, "invalid");
        assert_eq!(refused.faults(), [("/url".to_owned(), code.to_owned())], "{url}");
        assert!(!refused.text.contains("canary"), "{}", refused.text);
    }
    app.get(Viewer, "/mcp-servers").await.expect(200)["total"]
        .as_i64()
        .filter(|total| *total == 0)
        .unwrap();
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case() {
    let app = TestApp::start().await;
    let first = app.server(Manager, "Crm", "https://a.example/", None).await;
    let second = app.server(Manager, "Other", "https://a.example/", None).await;
    let body = json!({"name": "ＣＲＭ", "url": "https://b.example/"});
    app.post(Manager, "/mcp-servers", body)
        .await
        .expect_problem(409, "name-taken");
    app.patch(Manager, &second, json!({"name": "cRM"}))
        .await
        .expect_problem(409, "name-taken");
    app.patch(Manager, &first, json!({"name": "CRM"})).await.expect(200);
}

#[tokio::test]
async fn two_people_who_change_the_same_server_notice() {
    let app = TestApp::start().await;
    let path = app.server(Manager, "a", "https://a.example/", None).await;
    app.send(Administrator, "PATCH", &path, Some(1), Some(json!({"name": "b"})))
        .await
        .expect(200);
    let late = app
        .send(Manager, "PATCH", &path, Some(1), Some(json!({"name": "c"})))
        .await;
    assert_eq!(
        late.expect_problem(412, "precondition-failed")["changed_by"],
        "administrator"
    );
    app.send(Manager, "DELETE", &path, Some(1), None)
        .await
        .expect_problem(412, "precondition-failed");
    assert_eq!(app.get(Viewer, &path).await.expect(200)["name"], "b");
    app.send(Manager, "DELETE", &path, Some(2), None).await.expect(204);
}

#[tokio::test]
async fn each_role_may_do_what_the_table_says() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let own = app.server(Manager, "own", &peer.url(), None).await;
    let other = app.server(Administrator, "other", &peer.url(), None).await;
    let body = json!({"name": "new", "url": "https://a.example/"});
    for (who, path, change, use_it) in [
        (Viewer, &own, 403, 403),
        (Viewer, &other, 403, 403),
        (Manager, &own, 200, 200),
        (Manager, &other, 403, 200),
        (Administrator, &own, 200, 200),
    ] {
        app.get(who, path).await.expect(200);
        app.patch(who, path, json!({"enabled": true})).await.expect(change);
        app.post(who, &format!("{path}/test"), json!({})).await.expect(use_it);
        if change == 403 {
            app.send(who, "DELETE", path, None, None)
                .await
                .expect_problem(403, "forbidden");
            let id = path.rsplit('/').next().unwrap();
            let draft = json!({"id": id, "url": "https://b.example/"});
            app.post(who, "/mcp-servers/test", draft)
                .await
                .expect_problem(403, "forbidden");
        }
        if use_it == 403 {
            app.get(who, &format!("{path}/tools"))
                .await
                .expect_problem(403, "forbidden");
            app.post(who, &format!("{path}/tools/x/call"), json!({}))
                .await
                .expect_problem(403, "forbidden");
        }
    }
    app.post(Viewer, "/mcp-servers", body.clone())
        .await
        .expect_problem(403, "forbidden");
    app.post(Viewer, "/mcp-servers/test", body)
        .await
        .expect_problem(403, "forbidden");
}

#[tokio::test]
async fn lists_are_sorted_searched_and_paged_both_ways() {
    let app = TestApp::start().await;
    for name in ["b", "A", "c_1", "d"] {
        app.server(Manager, name, "https://a.example/", None).await;
    }
    let names = |answer: &Answer| -> Vec<String> {
        let items = answer.expect(200)["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = app.get(Viewer, "/mcp-servers").await;
    assert_eq!(names(&all), ["A", "b", "c_1", "d"]);
    assert_eq!(all.body["total"], 4);
    for (sort, expected) in [
        ("-name", ["d", "c_1", "b", "A"]),
        ("created_at", ["b", "A", "c_1", "d"]),
        ("-updated_at", ["d", "c_1", "A", "b"]),
    ] {
        let mut seen = Vec::new();
        let mut path = format!("/mcp-servers?sort={sort}&limit=3");
        let first = app.get(Viewer, &path).await;
        seen.extend(names(&first));
        let next = first.body["next_cursor"].as_str().unwrap();
        path.push_str("&cursor=");
        let second = app.get(Viewer, &format!("{path}{next}")).await;
        seen.extend(names(&second));
        assert_eq!(seen, expected, "{sort}");
        assert_eq!(second.body["next_cursor"], Value::Null);
        let back = second.body["previous_cursor"].as_str().unwrap();
        assert_eq!(
            names(&app.get(Viewer, &format!("{path}{back}")).await),
            expected[..3],
            "{sort}"
        );
        let other = app.get(Viewer, &format!("/mcp-servers?sort=owner&cursor={next}")).await;
        other.expect_problem(400, "bad-cursor");
    }
    assert_eq!(names(&app.get(Viewer, "/mcp-servers?search=C_").await), ["c_1"]);
    assert!(names(&app.get(Viewer, "/mcp-servers?search=%25").await).is_empty());
    let id = all.body["items"][1]["id"].as_str().unwrap();
    assert_eq!(
        names(&app.get(Viewer, &format!("/mcp-servers?search={id}")).await),
        ["b"]
    );
    app.get(Viewer, "/mcp-servers?sort=url")
        .await
        .expect_problem(400, "bad-query");
    app.get(Viewer, "/mcp-servers?canary=1")
        .await
        .expect_problem(400, "bad-query");
}

#[tokio::test]
async fn a_cursor_of_the_wrong_kind_is_a_bad_cursor() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let app = TestApp::start().await;
    for name in ["a", "b"] {
        app.server(Manager, name, "https://a.example/", None).await;
    }
    let page = app.get(Viewer, "/mcp-servers?sort=created_at&limit=1").await;
    let cursor = URL_SAFE_NO_PAD
        .decode(page.expect(200)["next_cursor"].as_str().unwrap())
        .unwrap();
    let mut cursor: Value = serde_json::from_slice(&cursor).unwrap();
    cursor.as_object_mut().unwrap().remove("t");
    cursor["k"] = json!("eA");
    let cursor = URL_SAFE_NO_PAD.encode(cursor.to_string());
    let answer = app
        .get(Viewer, &format!("/mcp-servers?sort=created_at&limit=1&cursor={cursor}"))
        .await;
    answer.expect_problem(400, "bad-cursor");
}

#[tokio::test]
async fn the_first_attach_by_who_may_change_the_credential_allows_the_host() {
    let app = TestApp::start().await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let server = app
        .server(Manager, "a", "https://a.example/mcp", Some(&credential))
        .await;
    let shown = app.get(Viewer, &server).await;
    assert_eq!(shown.expect(200)["credential"]["name"], "token");
    assert_eq!(shown.body["credential"]["state"], "live");
    let path = format!("/credentials/{credential}");
    assert_eq!(
        app.get(Viewer, &path).await.expect(200)["allowed_hosts"],
        json!(["a.example"])
    );

    // Another host, and the same host on another port, are said, and allowed only when asked for.
    for url in [
        "https://b.example/mcp",
        "http://a.example/mcp",
        "https://a.example:8443/",
    ] {
        let body = json!({"name": "b", "url": url, "credential_id": credential});
        let refused = app.post(Manager, "/mcp-servers", body).await;
        let problem = refused.expect_problem(422, "host-not-allowed");
        assert_eq!(problem["credential"]["name"], "token");
        assert!(
            url.contains(problem["host"].as_str().unwrap().trim_end_matches(":80")),
            "{problem}"
        );
        let moved = app.patch(Manager, &server, json!({"url": url})).await;
        moved.expect_problem(422, "host-not-allowed");
    }
    let moved = app
        .patch(
            Manager,
            &server,
            json!({"url": "https://b.example/mcp", "allow_host": true}),
        )
        .await;
    moved.expect(200);
    assert_eq!(
        app.get(Viewer, &path).await.expect(200)["allowed_hosts"],
        json!(["a.example", "b.example"])
    );
    // Another path of an allowed host needs nothing.
    app.patch(Manager, &server, json!({"url": "https://b.example/other"}))
        .await
        .expect(200);
}

#[tokio::test]
async fn whoever_may_only_use_a_credential_cannot_send_it_elsewhere() {
    let app = TestApp::start().await;
    let credential = app.credential(Administrator, "token", "canary-7d1f").await;
    let peer = Peer::start(Seen::decently).await;
    for allow_host in [false, true] {
        let body = json!({"name": "a", "url": peer.url(), "credential_id": credential, "allow_host": allow_host});
        app.post(Manager, "/mcp-servers", body.clone())
            .await
            .expect_problem(422, "host-not-allowed");
        assert_eq!(
            failure(&app.post(Manager, "/mcp-servers/test", body).await),
            "host-not-allowed"
        );
    }
    assert!(peer.seen().is_empty());
    let path = format!("/credentials/{credential}");
    assert_eq!(app.get(Viewer, &path).await.expect(200)["allowed_hosts"], json!([]));
}

#[tokio::test]
async fn a_credential_that_is_not_there_cannot_be_attached() {
    let app = TestApp::start().await;
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    let body = json!({"name": "a", "url": "https://a.example/", "credential_id": unknown});
    let refused = app.post(Manager, "/mcp-servers", body).await;
    refused.expect_problem(422, "invalid");
    assert_eq!(
        refused.faults(),
        [("/credential_id".to_owned(), "unknown-credential".to_owned())]
    );

    let gone = app.credential(Manager, "gone", "canary-7d1f").await;
    app.send(Manager, "DELETE", &format!("/credentials/{gone}"), None, None)
        .await
        .expect(204);
    let body = json!({"name": "a", "url": "https://a.example/", "credential_id": gone});
    let refused = app.post(Manager, "/mcp-servers", body).await;
    assert_eq!(
        refused.expect_problem(422, "credential-deleted")["credential"]["name"],
        "gone"
    );
}

#[tokio::test]
async fn a_deleted_credential_stays_where_it_was_and_the_rest_can_be_saved() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let server = app.server(Manager, "a", &peer.url(), Some(&credential)).await;
    let path = format!("/credentials/{credential}");
    app.send(Manager, "DELETE", &path, None, None)
        .await
        .expect_problem(409, "in-use");
    app.send(Manager, "DELETE", &format!("{path}?force=true"), None, None)
        .await
        .expect(204);

    let renamed = app
        .patch(Manager, &server, json!({"name": "renamed", "enabled": true}))
        .await;
    let summary = &renamed.expect(200)["credential"];
    assert_eq!(
        (&summary["state"], &summary["name"]),
        (&json!("deleted"), &json!("token"))
    );
    assert_eq!(summary["deleted_by"], "manager");
    let moved = app
        .patch(Manager, &server, json!({"url": format!("{}/x", peer.url())}))
        .await;
    moved.expect_problem(422, "credential-deleted");

    let tested = app.post(Manager, &format!("{server}/test"), json!({})).await;
    assert_eq!(failure(&tested), "credential-deleted");
    assert!(tested.body["error"]["detail"].as_str().unwrap().contains("token"));
    let tools = app.get(Manager, &format!("{server}/tools")).await;
    tools.expect_problem(422, "credential-deleted");
    // It never becomes a request without authentication.
    assert!(peer.seen().is_empty());

    app.patch(Manager, &server, json!({"credential_id": null}))
        .await
        .expect(200);
    app.get(Manager, &format!("{server}/tools")).await.expect(200);
    assert!(peer.seen().iter().all(|seen| seen.authorization.is_none()));
}

#[tokio::test]
async fn deleting_a_server_frees_its_credential() {
    let app = TestApp::start().await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let server = app.server(Manager, "a", "https://a.example/", Some(&credential)).await;
    let path = format!("/credentials/{credential}");
    assert_eq!(app.get(Viewer, &path).await.expect(200)["used_by"], 1);
    app.send(Manager, "DELETE", &server, None, None).await.expect(204);
    assert_eq!(app.get(Viewer, &path).await.expect(200)["used_by"], 0);
    app.send(Manager, "DELETE", &path, None, None).await.expect(204);
}

#[tokio::test]
async fn a_real_server_accepts_the_right_credential_before_and_after_saving() {
    let app = TestApp::start().await;
    let server = RealServer::aimock("canary-right-key").await;
    let right = app.credential(Manager, "right", "canary-right-key").await;
    let draft = json!({"name": "crm", "url": server.url, "credential_id": right});
    let tested = app.post(Manager, "/mcp-servers/test", draft).await;
    let result = tested.expect(200);
    assert_eq!(result["ok"], true, "{}", tested.text);
    assert_eq!(result["server"], json!({"name": "checked", "version": "1.2.3"}));
    assert_eq!(
        (&result["tool_count"], &result["tools"][0]["name"]),
        (&json!(1), &json!("find_customer"))
    );
    assert!(result["protocol_version"].as_str().unwrap().starts_with("202"));
    assert!(result["latency_ms"].as_i64().unwrap() >= 0);
    // Nothing was stored, the allowed host included.
    assert_eq!(app.get(Viewer, "/mcp-servers").await.expect(200)["total"], 0);
    assert_eq!(
        app.get(Viewer, &format!("/credentials/{right}")).await.expect(200)["allowed_hosts"],
        json!([])
    );

    let saved = app.server(Manager, "crm", &server.url, Some(&right)).await;
    assert_eq!(
        app.post(Manager, &format!("{saved}/test"), json!({})).await.expect(200)["ok"],
        true
    );
    let tools = app.get(Manager, &format!("{saved}/tools")).await;
    assert_eq!(tools.expect(200)["items"][0]["description"], "Finds a customer.");
    assert_eq!(
        (&tools.body["total"], &tools.body["total_exact"]),
        (&json!(1), &json!(true))
    );
    let call = format!("{saved}/tools/find_customer/call");
    let called = app.post(Manager, &call, json!({"arguments": {"query": "Ada"}})).await;
    assert_eq!(called.expect(200)["content"][0]["text"], "Found one.");
    assert_eq!(called.body["is_error"], false);
}

#[tokio::test]
async fn a_real_server_refuses_the_wrong_credential_and_none_at_all() {
    let app = TestApp::start().await;
    let server = RealServer::aimock("canary-right-key").await;
    let wrong = app.credential(Manager, "wrong", "canary-wrong-key").await;
    let saved = app.server(Manager, "crm", &server.url, Some(&wrong)).await;
    let tested = app.post(Manager, &format!("{saved}/test"), json!({})).await;
    assert_eq!(failure(&tested), "credential-refused");
    assert!(
        tested.body["error"]["detail"].as_str().unwrap().contains("wrong (401)"),
        "{}",
        tested.text
    );
    app.get(Manager, &format!("{saved}/tools"))
        .await
        .expect_problem(502, "credential-refused");

    let id = saved.rsplit('/').next().unwrap();
    let without = app
        .post(Manager, "/mcp-servers/test", json!({"id": id, "credential_id": null}))
        .await;
    assert_eq!(failure(&without), "credential-refused");
    assert!(
        without.body["error"]["detail"]
            .as_str()
            .unwrap()
            .contains("asks for a credential")
    );
}

#[tokio::test]
async fn a_rotation_takes_effect_on_the_next_call() {
    let app = TestApp::start().await;
    let server = RealServer::aimock("canary-new-key").await;
    let credential = app.credential(Manager, "token", "canary-old-key").await;
    let saved = app.server(Manager, "crm", &server.url, Some(&credential)).await;
    let tools = format!("{saved}/tools");
    app.get(Manager, &tools).await.expect_problem(502, "credential-refused");
    let path = format!("/credentials/{credential}");
    app.patch(Manager, &path, json!({"value": "canary-new-key"}))
        .await
        .expect(200);
    app.get(Manager, &tools).await.expect(200);
    app.get(Manager, &tools).await.expect(200);
    app.patch(Manager, &path, json!({"value": "canary-third-key"}))
        .await
        .expect(200);
    // The open session would still be accepted; the value that is gone is not sent again.
    app.get(Manager, &tools).await.expect_problem(502, "credential-refused");
}

#[tokio::test]
async fn a_session_is_shared_by_calls_and_ends_with_its_configuration() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let saved = app.server(Manager, "a", &peer.url(), Some(&credential)).await;
    let started = || peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count();
    for _ in 0..3 {
        app.get(Manager, &format!("{saved}/tools")).await.expect(200);
    }
    assert_eq!(started(), 1);
    app.patch(Manager, &saved, json!({"url": format!("{}/x", peer.url())}))
        .await
        .expect(200);
    app.get(Manager, &format!("{saved}/tools")).await.expect(200);
    assert_eq!(started(), 2);
    // A credential that lost the host is not sent, however open the session is.
    let path = format!("/credentials/{credential}");
    app.patch(Manager, &path, json!({"allowed_hosts": ["elsewhere.example"]}))
        .await
        .expect(200);
    let before = peer.seen().len();
    let refused = app.get(Manager, &format!("{saved}/tools")).await;
    refused.expect_problem(422, "host-not-allowed");
    assert_eq!(peer.seen().len(), before);
}

#[tokio::test]
async fn a_server_that_is_switched_off_can_be_tested_and_nothing_else() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let saved = app.server(Manager, "a", &peer.url(), None).await;
    app.patch(Manager, &saved, json!({"enabled": false})).await.expect(200);
    app.get(Manager, &format!("{saved}/tools"))
        .await
        .expect_problem(409, "disabled");
    app.post(Manager, &format!("{saved}/tools/echo/call"), json!({}))
        .await
        .expect_problem(409, "disabled");
    assert!(peer.seen().is_empty());
    assert_eq!(
        app.post(Manager, &format!("{saved}/test"), json!({})).await.expect(200)["ok"],
        true
    );
}

#[tokio::test]
async fn failures_are_told_in_words_and_never_with_the_value() {
    let app = TestApp::start().await;
    let echo = |status: u16| move |seen: &Seen| answer(status, "text/plain", seen.echo().to_owned());
    let peers = [
        (Peer::start(echo(401)).await, "credential-refused", 502),
        (Peer::start(echo(403)).await, "credential-refused", 502),
        (Peer::start(echo(404)).await, "not-mcp", 502),
        (Peer::start(echo(200)).await, "not-mcp", 502),
        (Peer::start(echo(503)).await, "upstream-failed", 502),
        (Peer::start(echo(307)).await, "redirected", 502),
        (
            Peer::start(|seen| seen.error(seen.echo())).await,
            "upstream-failed",
            502,
        ),
    ];
    for (index, (peer, slug, status)) in peers.iter().enumerate() {
        let credential = app.credential(Manager, &format!("token {index}"), "canary-7d1f").await;
        let saved = app
            .server(Manager, &format!("server {index}"), &peer.url(), Some(&credential))
            .await;
        let tested = app.post(Manager, &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), *slug, "{}", tested.text);
        let listed = app.get(Manager, &format!("{saved}/tools")).await;
        listed.expect_problem(*status, slug);
        for text in [&tested.text, &listed.text] {
            assert!(!text.contains("7d1f"), "{text}");
        }
        assert!(peer.seen().iter().all(|seen| seen.echo() == "Bearer canary-7d1f"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_times_out() {
    let app = TestApp::start().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", silent.local_addr().unwrap());
    let saved = app.server(Manager, "a", &url, None).await;
    assert_eq!(
        failure(&app.post(Manager, &format!("{saved}/test"), json!({})).await),
        "timed-out"
    );
    app.get(Manager, &format!("{saved}/tools"))
        .await
        .expect_problem(504, "timed-out");
    drop(silent);
    assert_eq!(
        failure(&app.post(Manager, &format!("{saved}/test"), json!({})).await),
        "unreachable"
    );
}

#[tokio::test]
async fn a_value_with_a_line_break_is_saved_and_refused_at_use_by_name() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let credential = app.credential(Manager, "two lines", "canary-7d1f\ncanary-8e2a").await;
    let saved = app.server(Manager, "a", &peer.url(), Some(&credential)).await;
    let tested = app.post(Manager, &format!("{saved}/test"), json!({})).await;
    assert_eq!(failure(&tested), "value-not-sendable");
    assert!(tested.body["error"]["detail"].as_str().unwrap().contains("two lines"));
    let listed = app.get(Manager, &format!("{saved}/tools")).await;
    listed.expect_problem(422, "value-not-sendable");
    for text in [&tested.text, &listed.text] {
        assert!(!text.contains("7d1f") && !text.contains("8e2a"), "{text}");
    }
    assert!(peer.seen().is_empty());
}

#[tokio::test]
async fn an_echo_never_reaches_the_caller() {
    let app = TestApp::start().await;
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/list" => seen.result(&json!({"tools": [
            {"name": "echo", "description": seen.echo(), "inputSchema": {"type": "object", "title": seen.echo()}},
        ]})),
        "tools/call" => seen.result(&json!({
            "content": [{"type": "text", "text": seen.echo()}],
            "structuredContent": {"header": seen.echo(), "token": "Y2FuYXJ5LTdkMWY="},
        })),
        _ => seen.decently(),
    })
    .await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let saved = app.server(Manager, "a", &peer.url(), Some(&credential)).await;
    for answer in [
        app.post(Manager, &format!("{saved}/test"), json!({})).await,
        app.get(Manager, &format!("{saved}/tools")).await,
        app.post(Manager, &format!("{saved}/tools/echo/call"), json!({"arguments": {}}))
            .await,
    ] {
        answer.expect(200);
        assert!(answer.text.contains("Bearer [redacted]"), "{}", answer.text);
        assert!(
            !answer.text.contains("7d1f") && !answer.text.contains("LTdkMWY"),
            "{}",
            answer.text
        );
    }
}

#[tokio::test]
async fn results_of_tools_are_limited_and_their_arguments_checked() {
    let app = TestApp::start().await;
    let peer = Peer::start(|seen| match seen.rpc() {
        "tools/call" if seen.message["params"]["name"] == "large" => {
            seen.result(&json!({"content": [{"type": "text", "text": "x".repeat(300_000)}]}))
        }
        "tools/call" if seen.message["params"]["name"] == "fails" => {
            seen.result(&json!({"content": [{"type": "text", "text": "no"}], "isError": true}))
        }
        _ => seen.decently(),
    })
    .await;
    let saved = app.server(Manager, "a", &peer.url(), None).await;
    let call = |tool: &str| format!("{saved}/tools/{tool}/call");
    app.post(Manager, &call("large"), json!({}))
        .await
        .expect_problem(502, "answer-too-large");
    assert_eq!(
        app.post(Manager, &call("fails"), json!({})).await.expect(200)["is_error"],
        true
    );
    for arguments in [json!([]), json!("canary"), json!({"a": {"b": ["canary\u{0}"]}})] {
        let refused = app.post(Manager, &call("echo"), json!({"arguments": arguments})).await;
        refused.expect_problem(422, "invalid");
        assert!(!refused.text.contains("canary"));
    }
    app.post(Manager, &call("a%2Fb"), json!({"arguments": null}))
        .await
        .expect(200);
    assert_eq!(peer.seen().last().unwrap().message["params"]["name"], "a/b");
}

#[tokio::test]
async fn every_use_is_on_record_with_its_referrer_version_and_host() {
    let app = TestApp::start().await;
    let peer = Peer::start(Seen::decently).await;
    let credential = app.credential(Manager, "token", "canary-7d1f").await;
    let draft = json!({"name": "draft", "url": peer.url(), "credential_id": credential});
    app.post(Manager, "/mcp-servers/test", draft).await.expect(200);
    let saved = app.server(Manager, "a", &peer.url(), Some(&credential)).await;
    app.patch(
        Manager,
        &format!("/credentials/{credential}"),
        json!({"value": "canary-8e2a"}),
    )
    .await
    .expect(200);
    app.get(Administrator, &format!("{saved}/tools")).await.expect(200);

    let uses = app.get(Viewer, &format!("/credentials/{credential}/uses")).await;
    let text = uses.expect(200).to_string();
    let items = uses.body["items"].as_array().or_else(|| uses.body.as_array()).unwrap();
    let host = peer
        .url()
        .trim_start_matches("http://")
        .trim_end_matches("/mcp")
        .to_owned();
    assert_eq!(items.len(), 2, "{text}");
    assert_eq!(
        (&items[0]["referrer"]["name"], &items[0]["version"]),
        (&json!("a"), &json!(2))
    );
    assert_eq!(
        (&items[1]["referrer"]["name"], &items[1]["version"]),
        (&json!("draft"), &json!(1))
    );
    assert_eq!(items[1]["referrer"]["id"], Value::Null);
    for item in items {
        assert_eq!((&item["host"], &item["outcome"]), (&json!(host), &json!("allowed")));
    }
    assert_eq!(items[0]["actor"]["name"], "administrator");
}
