//! Creating, reading, changing, deleting and listing.

use http::Method;
use serde_json::{Value, json};

use super::faults;
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Answer, Engine, TestApp};
use crate::trail;

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

    async fn a_change_that_changes_nothing_is_not_recorded(app: TestApp) {
        let path = app.server("manager", "a", "https://a.example/", None).await;
        for nothing in [json!({}), json!({"name": "a", "enabled": true, "url": "https://a.example/"})] {
            assert_eq!(app.patch("manager", &path, nothing).await.expect(200).number("/revision"), 1);
        }
        let id = path.rsplit('/').next().unwrap();
        let events = trail::of(&app, id).await;
        assert_eq!(events.iter().map(|event| event.action.as_str()).collect::<Vec<_>>(), ["mcp_server.create"]);
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
