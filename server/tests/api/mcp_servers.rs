//! `/mcp-servers`: records, attaching, and operations against real and hostile servers.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use server::assets::Assets;
use server::http::HostRule;
use server::mcp_servers::McpServers;
use server::outbound::{Limits, Outbound, OutboundSettings};
use server::router::router;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer};
use crate::peers::real::RealServer;
use crate::support::{Answer, Engine, TestApp};

impl TestApp {
    /// Stores a server and gives its path.
    async fn server(&self, who: &'static str, name: &str, url: &str, credential: Option<&str>) -> String {
        let body = json!({"name": name, "url": url, "credential_id": credential});
        let created = self.post(who, "/mcp-servers", body).await.expect(201);
        format!("/mcp-servers/{}", created.text("/id"))
    }

    /// The same server with little patience for others.
    fn impatient(mut self) -> Self {
        let limits = Limits {
            list: Duration::from_secs(1),
            ..Limits::default()
        };
        let outbound = Outbound::new(&OutboundSettings {
            limits,
            ..OutboundSettings::default()
        })
        .unwrap();
        let resolver = self.state.credentials.resolver().clone();
        self.state.mcp_servers = McpServers::new(self.state.base.clone(), resolver, outbound);
        self.router = router(self.state.clone(), Assets::none(), HostRule::new(None));
        self
    }
}

/// The codes of broken rules by pointer.
fn faults(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors
        .iter()
        .map(|error| (text(&error["pointer"]), text(&error["code"])))
        .collect()
}

/// The slug of the problem inside a test's result.
#[track_caller]
fn failure(result: &Answer) -> String {
    assert_eq!(result.status, 200, "{}", result.whole());
    assert_eq!(result.json()["ok"], false, "{}", result.whole());
    result
        .text("/error/type")
        .rsplit(':')
        .next()
        .unwrap_or_default()
        .to_owned()
}

both_engines! {
    async fn a_server_is_created_read_changed_and_deleted(app: TestApp) {
        let created = app
            .post(
                "manager",
                "/mcp-servers",
                json!({"name": " CRM ", "url": "https://MCP.Example.com:443/mcp"}),
            )
            .await;
        let created = created.expect(201);
        let body = created.json();
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
        assert_eq!(app.get("viewer", &path).await.expect(200).json(), body);

        let changed = app
            .patch("manager", &path, json!({"name": "CRM 2", "enabled": false}))
            .await;
        let body = changed.expect(200).json();
        assert_eq!(
            (&body["name"], &body["enabled"], &body["revision"]),
            (&json!("CRM 2"), &json!(false), &json!(2))
        );
        assert_eq!(body["url"], "https://mcp.example.com/mcp");

        app.delete("manager", &path).await.expect(204);
        app.get("viewer", &path).await.problem(404, "not-found");
        app.patch("manager", &path, json!({"name": "x"}))
            .await
            .problem(404, "not-found");
        app.delete("manager", &path)
            .await
            .problem(404, "not-found");
    }

    async fn all_broken_rules_are_told_at_once_and_input_is_not_repeated(app: TestApp) {
        let refused = app
            .post(
                "manager",
                "/mcp-servers",
                json!({"name": "", "url": "canary-7d1f://x", "transport": "canary-7d1f", "credential_id": "canary-7d1f", "canary-7d1f": 1}),
            )
            .await;
        let refused = refused.problem(422, "invalid");
        assert!(!refused.whole().contains("canary"), "{}", refused.whole());
        let expected = [
            ("/name", "required"),
            ("/transport", "unknown-transport"),
            ("/url", "bad-scheme"),
            ("/credential_id", "bad-id"),
            ("", "unknown-field"),
        ];
        assert_eq!(
            faults(&refused),
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
                .post("manager", "/mcp-servers", json!({"name": "a", "url": url}))
                .await;
            let refused = refused.problem(422, "invalid");
            assert_eq!(faults(&refused), [("/url".to_owned(), code.to_owned())], "{url}");
            assert!(!refused.whole().contains("canary"), "{}", refused.whole());
        }
        app.get("viewer", "/mcp-servers").await.expect(200).json()["total"]
            .as_i64()
            .filter(|total| *total == 0)
            .unwrap();
    }

    async fn a_name_is_taken_whatever_its_case(app: TestApp) {
        let first = app.server("manager", "Crm", "https://a.example/", None).await;
        let second = app.server("manager", "Other", "https://a.example/", None).await;
        let body = json!({"name": "ＣＲＭ", "url": "https://b.example/"});
        app.post("manager", "/mcp-servers", body)
            .await
            .problem(409, "name-taken");
        app.patch("manager", &second, json!({"name": "cRM"}))
            .await
            .problem(409, "name-taken");
        app.patch("manager", &first, json!({"name": "CRM"})).await.expect(200);
    }

    async fn two_people_who_change_the_same_server_notice(app: TestApp) {
        let path = app.server("manager", "a", "https://a.example/", None).await;
        app.with_header("admin", Method::PATCH, &path, ("if-match", "1"), Some(json!({"name": "b"}))).await
            .expect(200);
        let late = app
            .with_header("manager", Method::PATCH, &path, ("if-match", "1"), Some(json!({"name": "c"}))).await;
        assert_eq!(
            late.problem(412, "precondition-failed").json()["changed_by"],
            "admin"
        );
        app.with_header("manager", Method::DELETE, &path, ("if-match", "1"), None)
            .await
            .problem(412, "precondition-failed");
        assert_eq!(app.get("viewer", &path).await.expect(200).json()["name"], "b");
        app.with_header("manager", Method::DELETE, &path, ("if-match", "2"), None).await.expect(204);
    }

    async fn each_role_may_do_what_the_table_says(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let own = app.server("manager", "own", &peer.url(), None).await;
        let other = app.server("admin", "other", &peer.url(), None).await;
        let body = json!({"name": "new", "url": "https://a.example/"});
        for (who, path, change, use_it) in [
            ("viewer", &own, 403, 403),
            ("viewer", &other, 403, 403),
            ("manager", &own, 200, 200),
            ("manager", &other, 403, 200),
            ("admin", &own, 200, 200),
        ] {
            app.get(who, path).await.expect(200);
            app.patch(who, path, json!({"enabled": true})).await.expect(change);
            app.post(who, &format!("{path}/test"), json!({})).await.expect(use_it);
            if change == 403 {
                app.delete(who, path)
                    .await
                    .problem(403, "forbidden");
                let id = path.rsplit('/').next().unwrap();
                let draft = json!({"id": id, "url": "https://b.example/"});
                app.post(who, "/mcp-servers/test", draft)
                    .await
                    .problem(403, "forbidden");
            }
            if use_it == 403 {
                app.get(who, &format!("{path}/tools"))
                    .await
                    .problem(403, "forbidden");
                app.post(who, &format!("{path}/tools/x/call"), json!({}))
                    .await
                    .problem(403, "forbidden");
            }
        }
        app.post("viewer", "/mcp-servers", body.clone())
            .await
            .problem(403, "forbidden");
        app.post("viewer", "/mcp-servers/test", body)
            .await
            .problem(403, "forbidden");
    }

    async fn lists_are_sorted_searched_and_paged_both_ways(app: TestApp) {
        for name in ["b", "A", "c_1", "d"] {
            app.server("manager", name, "https://a.example/", None).await;
        }
        let names = |answer: &Answer| answer.items("name");
        let all = app.get("viewer", "/mcp-servers").await;
        assert_eq!(names(&all), ["A", "b", "c_1", "d"]);
        assert_eq!(all.json()["total"], 4);
        for (sort, expected) in [
            ("-name", ["d", "c_1", "b", "A"]),
            ("created_at", ["b", "A", "c_1", "d"]),
            ("-updated_at", ["d", "c_1", "A", "b"]),
        ] {
            let mut seen = Vec::new();
            let mut path = format!("/mcp-servers?sort={sort}&limit=3");
            let first = app.get("viewer", &path).await;
            seen.extend(names(&first));
            let next = first.text("/next_cursor");
            path.push_str("&cursor=");
            let second = app.get("viewer", &format!("{path}{next}")).await;
            seen.extend(names(&second));
            assert_eq!(seen, expected, "{sort}");
            assert_eq!(second.json()["next_cursor"], Value::Null);
            let back = second.text("/previous_cursor");
            assert_eq!(
                names(&app.get("viewer", &format!("{path}{back}")).await),
                expected[..3],
                "{sort}"
            );
            let other = app.get("viewer", &format!("/mcp-servers?sort=owner&cursor={next}")).await;
            other.problem(400, "bad-cursor");
        }
        assert_eq!(names(&app.get("viewer", "/mcp-servers?search=C_").await), ["c_1"]);
        assert!(names(&app.get("viewer", "/mcp-servers?search=%25").await).is_empty());
        let id = all.text("/items/1/id");
        assert_eq!(
            names(&app.get("viewer", &format!("/mcp-servers?search={id}")).await),
            ["b"]
        );
        app.get("viewer", "/mcp-servers?sort=url")
            .await
            .problem(400, "bad-query");
        app.get("viewer", "/mcp-servers?canary=1")
            .await
            .problem(400, "bad-query");
    }

    async fn a_cursor_of_the_wrong_kind_is_a_bad_cursor(app: TestApp) {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        for name in ["a", "b"] {
            app.server("manager", name, "https://a.example/", None).await;
        }
        let page = app.get("viewer", "/mcp-servers?sort=created_at&limit=1").await;
        let cursor = URL_SAFE_NO_PAD
            .decode(page.expect(200).json()["next_cursor"].as_str().unwrap())
            .unwrap();
        let mut cursor: Value = serde_json::from_slice(&cursor).unwrap();
        cursor.as_object_mut().unwrap().remove("t");
        cursor["k"] = json!("eA");
        let cursor = URL_SAFE_NO_PAD.encode(cursor.to_string());
        let answer = app
            .get("viewer", &format!("/mcp-servers?sort=created_at&limit=1&cursor={cursor}"))
            .await;
        answer.problem(400, "bad-cursor");
    }

    async fn the_first_attach_by_who_may_change_the_credential_allows_the_host(app: TestApp) {
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let server = app
            .server("manager", "a", "https://a.example/mcp", Some(&credential))
            .await;
        let shown = app.get("viewer", &server).await.expect(200);
        assert_eq!(shown.json()["credential"]["name"], "token");
        assert_eq!(shown.json()["credential"]["state"], "live");
        let path = format!("/credentials/{credential}");
        assert_eq!(
            app.get("viewer", &path).await.expect(200).json()["allowed_hosts"],
            json!(["a.example"])
        );

        // Another host, and the same host on another port, are said, and allowed only when asked for.
        for url in [
            "https://b.example/mcp",
            "http://a.example/mcp",
            "https://a.example:8443/",
        ] {
            let body = json!({"name": "b", "url": url, "credential_id": credential});
            let refused = app.post("manager", "/mcp-servers", body).await;
            let problem = refused.problem(422, "host-not-allowed").json();
            assert_eq!(problem["credential"]["name"], "token");
            assert!(
                url.contains(problem["host"].as_str().unwrap().trim_end_matches(":80")),
                "{problem}"
            );
            let moved = app.patch("manager", &server, json!({"url": url})).await;
            moved.problem(422, "host-not-allowed");
        }
        let moved = app
            .patch(
                "manager",
                &server,
                json!({"url": "https://b.example/mcp", "allow_host": true}),
            )
            .await;
        moved.expect(200);
        assert_eq!(
            app.get("viewer", &path).await.expect(200).json()["allowed_hosts"],
            json!(["a.example", "b.example"])
        );
        // Another path of an allowed host needs nothing.
        app.patch("manager", &server, json!({"url": "https://b.example/other"}))
            .await
            .expect(200);
    }

    async fn whoever_may_only_use_a_credential_cannot_send_it_elsewhere(app: TestApp) {
        let credential = app.credential("admin", "token", "canary-7d1f").await;
        let peer = Peer::start(Seen::decently).await;
        for allow_host in [false, true] {
            let body = json!({"name": "a", "url": peer.url(), "credential_id": credential, "allow_host": allow_host});
            app.post("manager", "/mcp-servers", body.clone())
                .await
                .problem(422, "host-not-allowed");
            assert_eq!(
                failure(&app.post("manager", "/mcp-servers/test", body).await),
                "host-not-allowed"
            );
        }
        assert!(peer.seen().is_empty());
        let path = format!("/credentials/{credential}");
        assert_eq!(app.get("viewer", &path).await.expect(200).json()["allowed_hosts"], json!([]));
    }

    async fn a_credential_that_is_not_there_cannot_be_attached(app: TestApp) {
        let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
        let body = json!({"name": "a", "url": "https://a.example/", "credential_id": unknown});
        let refused = app.post("manager", "/mcp-servers", body).await;
        let refused = refused.problem(422, "invalid");
        assert_eq!(
            faults(&refused),
            [("/credential_id".to_owned(), "unknown-credential".to_owned())]
        );

        let gone = app.credential("manager", "gone", "canary-7d1f").await;
        app.delete("manager", &format!("/credentials/{gone}"))
            .await
            .expect(204);
        let body = json!({"name": "a", "url": "https://a.example/", "credential_id": gone});
        let refused = app.post("manager", "/mcp-servers", body).await;
        assert_eq!(
            refused.problem(422, "credential-deleted").json()["credential"]["name"],
            "gone"
        );
    }

    async fn a_deleted_credential_stays_where_it_was_and_the_rest_can_be_saved(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let server = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        let path = format!("/credentials/{credential}");
        app.delete("manager", &path)
            .await
            .problem(409, "in-use");
        app.delete("manager", &format!("{path}?force=true"))
            .await
            .expect(204);

        let renamed = app
            .patch("manager", &server, json!({"name": "renamed", "enabled": true}))
            .await;
        let summary = &renamed.expect(200).json()["credential"];
        assert_eq!(
            (&summary["state"], &summary["name"]),
            (&json!("deleted"), &json!("token"))
        );
        assert_eq!(summary["deleted_by"], "manager");
        let moved = app
            .patch("manager", &server, json!({"url": format!("{}/x", peer.url())}))
            .await;
        moved.problem(422, "credential-deleted");

        let tested = app.post("manager", &format!("{server}/test"), json!({})).await;
        assert_eq!(failure(&tested), "credential-deleted");
        assert!(tested.json()["error"]["detail"].as_str().unwrap().contains("token"));
        let tools = app.get("manager", &format!("{server}/tools")).await;
        tools.problem(422, "credential-deleted");
        // It never becomes a request without authentication.
        assert!(peer.seen().is_empty());

        app.patch("manager", &server, json!({"credential_id": null}))
            .await
            .expect(200);
        app.get("manager", &format!("{server}/tools")).await.expect(200);
        assert!(peer.seen().iter().all(|seen| seen.authorization.is_none()));
    }

    async fn deleting_a_server_frees_its_credential(app: TestApp) {
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let server = app.server("manager", "a", "https://a.example/", Some(&credential)).await;
        let path = format!("/credentials/{credential}");
        assert_eq!(app.get("viewer", &path).await.expect(200).json()["used_by"], 1);
        app.delete("manager", &server).await.expect(204);
        assert_eq!(app.get("viewer", &path).await.expect(200).json()["used_by"], 0);
        app.delete("manager", &path).await.expect(204);
    }

    async fn a_real_server_accepts_the_right_credential_before_and_after_saving(app: TestApp) {
        let server = RealServer::aimock("canary-right-key").await;
        let right = app.credential("manager", "right", "canary-right-key").await;
        let draft = json!({"name": "crm", "url": server.url, "credential_id": right});
        let tested = app.post("manager", "/mcp-servers/test", draft).await;
        let tested = tested.expect(200);
        let result = tested.json();
        assert_eq!(result["ok"], true, "{}", tested.whole());
        assert_eq!(result["server"], json!({"name": "checked", "version": "1.2.3"}));
        assert_eq!(
            (&result["tool_count"], &result["tools"][0]["name"]),
            (&json!(1), &json!("find_customer"))
        );
        assert!(result["protocol_version"].as_str().unwrap().starts_with("202"));
        assert!(result["latency_ms"].as_i64().unwrap() >= 0);
        // Nothing was stored, the allowed host included.
        assert_eq!(app.get("viewer", "/mcp-servers").await.expect(200).json()["total"], 0);
        assert_eq!(
            app.get("viewer", &format!("/credentials/{right}")).await.expect(200).json()["allowed_hosts"],
            json!([])
        );

        let saved = app.server("manager", "crm", &server.url, Some(&right)).await;
        assert_eq!(
            app.post("manager", &format!("{saved}/test"), json!({})).await.expect(200).json()["ok"],
            true
        );
        let tools = app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(tools.json()["items"][0]["description"], "Finds a customer.");
        assert_eq!(
            (&tools.json()["total"], &tools.json()["total_exact"]),
            (&json!(1), &json!(true))
        );
        let call = format!("{saved}/tools/find_customer/call");
        let called = app.post("manager", &call, json!({"arguments": {"query": "Ada"}})).await.expect(200);
        assert_eq!(called.json()["content"][0]["text"], "Found one.");
        assert_eq!(called.json()["is_error"], false);
    }

    async fn a_real_server_refuses_the_wrong_credential_and_none_at_all(app: TestApp) {
        let server = RealServer::aimock("canary-right-key").await;
        let wrong = app.credential("manager", "wrong", "canary-wrong-key").await;
        let saved = app.server("manager", "crm", &server.url, Some(&wrong)).await;
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), "credential-refused");
        assert!(
            tested.json()["error"]["detail"].as_str().unwrap().contains("wrong (401)"),
            "{}",
            tested.whole()
        );
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(502, "credential-refused");

        let id = saved.rsplit('/').next().unwrap();
        let without = app
            .post("manager", "/mcp-servers/test", json!({"id": id, "credential_id": null}))
            .await;
        assert_eq!(failure(&without), "credential-refused");
        assert!(
            without.json()["error"]["detail"]
                .as_str()
                .unwrap()
                .contains("asks for a credential")
        );
    }

    async fn a_rotation_takes_effect_on_the_next_call(app: TestApp) {
        let server = RealServer::aimock("canary-new-key").await;
        let credential = app.credential("manager", "token", "canary-old-key").await;
        let saved = app.server("manager", "crm", &server.url, Some(&credential)).await;
        let tools = format!("{saved}/tools");
        app.get("manager", &tools).await.problem(502, "credential-refused");
        let path = format!("/credentials/{credential}");
        app.patch("manager", &path, json!({"value": "canary-new-key"}))
            .await
            .expect(200);
        app.get("manager", &tools).await.expect(200);
        app.get("manager", &tools).await.expect(200);
        app.patch("manager", &path, json!({"value": "canary-third-key"}))
            .await
            .expect(200);
        // The open session would still be accepted; the value that is gone is not sent again.
        app.get("manager", &tools).await.problem(502, "credential-refused");
    }

    async fn a_session_is_shared_by_calls_and_ends_with_its_configuration(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        let started = || peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count();
        for _ in 0..3 {
            app.get("manager", &format!("{saved}/tools")).await.expect(200);
        }
        assert_eq!(started(), 1);
        app.patch("manager", &saved, json!({"url": format!("{}/x", peer.url())}))
            .await
            .expect(200);
        app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(started(), 2);
        // A credential that lost the host is not sent, however open the session is.
        let path = format!("/credentials/{credential}");
        app.patch("manager", &path, json!({"allowed_hosts": ["elsewhere.example"]}))
            .await
            .expect(200);
        let before = peer.seen().len();
        let refused = app.get("manager", &format!("{saved}/tools")).await;
        refused.problem(422, "host-not-allowed");
        assert_eq!(peer.seen().len(), before);
    }

    async fn a_server_that_is_switched_off_can_be_tested_and_nothing_else(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let saved = app.server("manager", "a", &peer.url(), None).await;
        app.patch("manager", &saved, json!({"enabled": false})).await.expect(200);
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(409, "disabled");
        app.post("manager", &format!("{saved}/tools/echo/call"), json!({}))
            .await
            .problem(409, "disabled");
        assert!(peer.seen().is_empty());
        assert_eq!(
            app.post("manager", &format!("{saved}/test"), json!({})).await.expect(200).json()["ok"],
            true
        );
    }

    async fn failures_are_told_in_words_and_never_with_the_value(app: TestApp) {
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
            let credential = app.credential("manager", &format!("token {index}"), "canary-7d1f").await;
            let saved = app
                .server("manager", &format!("server {index}"), &peer.url(), Some(&credential))
                .await;
            let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
            assert_eq!(failure(&tested), *slug, "{}", tested.whole());
            let listed = app.get("manager", &format!("{saved}/tools")).await;
            let listed = listed.problem(*status, slug);
            for text in [&tested.whole(), &listed.whole()] {
                assert!(!text.contains("7d1f"), "{text}");
            }
            assert!(peer.seen().iter().all(|seen| seen.echo() == "Bearer canary-7d1f"));
        }
    }

    async fn a_server_that_does_not_answer_times_out(app: TestApp) {
        let app = app.impatient();
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", silent.local_addr().unwrap());
        let saved = app.server("manager", "a", &url, None).await;
        assert_eq!(
            failure(&app.post("manager", &format!("{saved}/test"), json!({})).await),
            "timed-out"
        );
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(504, "timed-out");
        drop(silent);
        assert_eq!(
            failure(&app.post("manager", &format!("{saved}/test"), json!({})).await),
            "unreachable"
        );
    }

    async fn a_value_with_a_line_break_is_saved_and_refused_at_use_by_name(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "two lines", "canary-7d1f\ncanary-8e2a").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), "value-not-sendable");
        assert!(tested.json()["error"]["detail"].as_str().unwrap().contains("two lines"));
        let listed = app.get("manager", &format!("{saved}/tools")).await;
        let listed = listed.problem(422, "value-not-sendable");
        for text in [&tested.whole(), &listed.whole()] {
            assert!(!text.contains("7d1f") && !text.contains("8e2a"), "{text}");
        }
        assert!(peer.seen().is_empty());
    }

    async fn an_echo_never_reaches_the_caller(app: TestApp) {
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
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        for answer in [
            app.post("manager", &format!("{saved}/test"), json!({})).await,
            app.get("manager", &format!("{saved}/tools")).await,
            app.post("manager", &format!("{saved}/tools/echo/call"), json!({"arguments": {}}))
                .await,
        ] {
            let answer = answer.expect(200);
            assert!(answer.whole().contains("Bearer [redacted]"), "{}", answer.whole());
            assert!(
                !answer.whole().contains("7d1f") && !answer.whole().contains("LTdkMWY"),
                "{}",
                answer.whole()
            );
        }
    }

    async fn results_of_tools_are_limited_and_their_arguments_checked(app: TestApp) {
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
        let saved = app.server("manager", "a", &peer.url(), None).await;
        let call = |tool: &str| format!("{saved}/tools/{tool}/call");
        app.post("manager", &call("large"), json!({}))
            .await
            .problem(502, "answer-too-large");
        assert_eq!(
            app.post("manager", &call("fails"), json!({})).await.expect(200).json()["is_error"],
            true
        );
        for arguments in [json!([]), json!("canary"), json!({"a": {"b": ["canary\u{0}"]}})] {
            let refused = app.post("manager", &call("echo"), json!({"arguments": arguments})).await;
            let refused = refused.problem(422, "invalid");
            assert!(!refused.whole().contains("canary"));
        }
        app.post("manager", &call("a%2Fb"), json!({"arguments": null}))
            .await
            .expect(200);
        assert_eq!(peer.seen().last().unwrap().message["params"]["name"], "a/b");
    }

    async fn every_use_is_on_record_with_its_referrer_version_and_host(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let draft = json!({"name": "draft", "url": peer.url(), "credential_id": credential});
        app.post("manager", "/mcp-servers/test", draft).await.expect(200);
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        app.patch(
            "manager",
            &format!("/credentials/{credential}"),
            json!({"value": "canary-8e2a"}),
        )
        .await
        .expect(200);
        app.get("admin", &format!("{saved}/tools")).await.expect(200);

        let uses = app.get("viewer", &format!("/credentials/{credential}/uses")).await;
        let uses = uses.expect(200).json();
        let items = uses["items"].as_array().unwrap();
        let host = peer.url().trim_start_matches("http://").trim_end_matches("/mcp").to_owned();
        assert_eq!(items.len(), 2, "{uses}");
        assert_eq!((&items[0]["referrer"]["name"], &items[0]["version"]), (&json!("a"), &json!(2)));
        assert_eq!((&items[1]["referrer"]["name"], &items[1]["version"]), (&json!("draft"), &json!(1)));
        assert_eq!(items[1]["referrer"]["id"], Value::Null);
        for item in items {
            assert_eq!((&item["host"], &item["outcome"]), (&json!(host), &json!("allowed")));
        }
        assert_eq!(items[0]["actor"]["name"], "admin");
    }

    async fn attaching_and_deleting_at_once_leaves_no_live_reference_to_a_deleted_credential(app: TestApp) {
        for round in 0..12 {
            let credential = app.credential("manager", &format!("token {round}"), "canary-7d1f").await;
            let server = app.server("manager", &format!("server {round}"), "https://a.example/", None).await;
            let path = format!("/credentials/{credential}");
            let attach = app.patch("manager", &server, json!({"credential_id": credential}));
            let delete = app.delete("manager", &path);
            // Both orders of starting; which one wins is the database's choice.
            let (attached, deleted) = if round % 2 == 0 {
                tokio::join!(attach, delete)
            } else {
                let (deleted, attached) = tokio::join!(delete, attach);
                (attached, deleted)
            };
            match attached.status {
                200 => {
                    deleted.problem(409, "in-use");
                    assert_eq!(app.get("viewer", &path).await.expect(200).number("/used_by"), 1);
                }
                _ => {
                    attached.problem(422, "credential-deleted");
                    deleted.expect(204);
                    assert_eq!(app.get("viewer", &server).await.expect(200).json()["credential_id"], Value::Null);
                }
            }
        }
    }

    async fn changing_at_once_without_a_revision_loses_nothing(app: TestApp) {
        let server = app.server("manager", "a", "https://a.example/", None).await;
        let (first, second) = tokio::join!(
            app.patch("manager", &server, json!({"name": "b"})),
            app.patch("admin", &server, json!({"enabled": false})),
        );
        first.expect(200);
        second.expect(200);
        let after = app.get("viewer", &server).await.expect(200).json();
        assert_eq!((&after["name"], &after["enabled"], &after["revision"]), (&json!("b"), &json!(false), &json!(3)));
    }
}
