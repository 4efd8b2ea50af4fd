//! Credentials: the routes, on both engines.

use contract::accounts::Resource;
use contract::credentials::CredentialId;
use http::Method;
use serde_json::{Value, json};
use server::references::{self, VisibleKinds};

use crate::both_engines;
use crate::support::statements::tamper;
use crate::support::{Engine, TestApp};

both_engines! {
    async fn each_kind_of_reference_is_shown_by_its_own_permission(app: TestApp) {
        let id = app.credential("manager", "SHARED", "v").await;
        for name in ["Server", "Later"] {
            app.server("manager", name, "http://127.0.0.1:9/mcp", Some(&id)).await;
        }
        let settings = json!({"provider": "openai-compatible", "model_id": "m", "base_url": "http://127.0.0.1:9/mcp", "api_key": id});
        app.post("manager", "/model-bindings", json!({"name": "Model", "settings": settings})).await.expect(201);
        let credential = CredentialId(id.parse().unwrap());
        let shown = async |resource: Resource| {
            let visible = VisibleKinds::by(|readable| readable == resource);
            let references = references::list(&app.state.base.db, credential, &visible, 1).await.unwrap();
            let names: Vec<String> = references.items.into_iter().map(|reference| reference.name).collect();
            (names, references.total, references.hidden)
        };
        assert_eq!(shown(Resource::McpServers).await, (vec!["Server".to_owned()], 3, 1));
        assert_eq!(shown(Resource::ModelBindings).await, (vec!["Model".to_owned()], 3, 2));
        assert_eq!(shown(Resource::Credentials).await, (Vec::new(), 3, 3));
        // No permission of this release is about a kind of a later one.
        tamper(&app, "UPDATE credential_references SET referrer_kind = 'later' \
            WHERE referrer_id = (SELECT id FROM mcp_servers WHERE name = 'Later')").await;
        for who in ["admin", "viewer"] {
            let page = app.get(who, &format!("/credentials/{id}/references")).await.expect(200);
            assert_eq!(page.items("name"), ["Server", "Model"]);
            assert_eq!((page.number("/total"), page.number("/hidden")), (3, 1));
        }
        let refused = app.delete("manager", &format!("/credentials/{id}")).await.problem(409, "in-use").json();
        assert_eq!(refused["references"].as_array().unwrap().len(), 2);
        assert_eq!(refused["references_total"], 3);
    }

    async fn a_credential_is_stored_and_its_value_never_comes_back(app: TestApp) {
        let body = json!({"name": " OPENAI_PROD_API_KEY ", "value": "canary-create-81"});
        let created = app.post("manager", "/credentials", body).await.expect(201);
        let id = created.text("/id");
        assert_eq!(created.header("location"), format!("/api/v1/credentials/{id}"));
        assert_eq!(created.header("etag"), "\"1\"");
        assert_eq!(created.text("/name"), "OPENAI_PROD_API_KEY");
        assert_eq!(created.text("/owner/name"), "manager");
        assert_eq!((created.number("/version"), created.number("/revision"), created.number("/used_by")), (1, 1, 0));
        let read = app.get("viewer", &format!("/credentials/{id}")).await.expect(200);
        assert_eq!(read.json(), created.json());
        assert_eq!(read.json().get("value"), None);
        assert!(!created.whole().contains("canary") && !read.whole().contains("canary"));
        let list = app.get("viewer", "/credentials").await.expect(200);
        assert_eq!(list.json()["items"], json!([read.json()]));
        assert_eq!((list.number("/total"), &list.json()["total_exact"]), (1, &Value::Bool(true)));
    }

    async fn a_name_is_unique_whatever_its_case_and_free_again_after_deletion(app: TestApp) {
        let id = app.credential("admin", "Straße", "v").await;
        let again = json!({"name": "STRASSE", "value": "v"});
        let problem = app.post("admin", "/credentials", again.clone()).await.problem(409, "name-taken");
        assert_eq!(problem.pointers(), ["/name"]);
        let other = app.credential("admin", "other", "v").await;
        app.patch("admin", &format!("/credentials/{other}"), json!({"name": "strasse"})).await.problem(409, "name-taken");
        app.patch("admin", &format!("/credentials/{id}"), json!({"name": "STRASSE"})).await.expect(200);
        app.delete("admin", &format!("/credentials/{id}")).await.expect(204);
        app.post("admin", "/credentials", again).await.expect(201);
    }

    async fn all_broken_rules_are_told_at_once_and_nothing_is_repeated(app: TestApp) {
        let body = json!({"name": "", "value": 7, "owner": "canary-owner", "canary-field": 1});
        let problem = app.post("admin", "/credentials", body).await.problem(422, "invalid");
        assert_eq!(problem.pointers(), ["/name", "/value", "", "/owner"]);
        assert!(!problem.whole().contains("canary"));
        for (body, pointer) in [
            (json!({"value": "v"}), "/name"),
            (json!({"name": "x"}), "/value"),
            (json!({"name": "x", "value": ""}), "/value"),
            (json!({"name": "x", "value": null}), "/value"),
            (json!({"name": "x\u{0}y", "value": "v"}), "/name"),
            (json!({"name": "x", "value": "canary\u{0}"}), "/value"),
            (json!({"name": "x\u{202e}y", "value": "v"}), "/name"),
            (json!({"name": "n".repeat(129), "value": "v"}), "/name"),
            (json!({"name": "sk-proj-canary000000000000", "value": "v"}), "/name"),
            (json!({"name": "x", "value": "v".repeat(64 * 1024 + 1)}), "/value"),
            (json!({"name": "x", "value": "v", "allowed_hosts": "a.example"}), "/allowed_hosts"),
            (json!({"name": "x", "value": "v", "allowed_hosts": ["a.example", "https://b.example?x"]}), "/allowed_hosts/1"),
            (json!({"name": "x", "value": "v", "allowed_hosts": ["a.example", "127.0.0.1:4000"]}), "/allowed_hosts/1"),
            (json!({"name": "x", "value": "v", "allowed_hosts": ["a.example/sk-canary00000000000000"]}), "/allowed_hosts/0"),
            (json!({"name": "x", "value": "v", "allowed_hosts": ["169.254.169.254"]}), "/allowed_hosts/0"),
            (json!({"name": "x", "value": "v", "value_": "v"}), ""),
            (json!(["x"]), ""),
        ] {
            let problem = app.post("admin", "/credentials", body.clone()).await.problem(422, "invalid");
            assert_eq!(problem.pointers(), [pointer], "{pointer}");
            assert!(!problem.whole().contains("canary"), "{pointer}");
        }
        assert_eq!(app.get("admin", "/credentials").await.expect(200).number("/total"), 0);
    }

    async fn a_value_may_be_as_large_as_promised_and_any_text(app: TestApp) {
        app.credential("admin", "largest", &"v".repeat(64 * 1024)).await;
        app.credential("admin", "escaped", &"\u{1}".repeat(64 * 1024)).await;
        app.credential("admin", "lines", "-----BEGIN-----\r\n canary \n").await;
        app.credential("admin", "smallest", "v").await;
    }

    async fn a_patch_changes_what_it_names_and_counts(app: TestApp) {
        let id = app.credential("admin", "A", "v").await;
        let path = format!("/credentials/{id}");
        let renamed = app.patch("admin", &path, json!({"name": "B"})).await.expect(200);
        assert_eq!((renamed.text("/name").as_str(), renamed.number("/version"), renamed.number("/revision")), ("B", 1, 2));
        let rotated = app.patch("admin", &path, json!({"value": "w"})).await.expect(200);
        assert_eq!((rotated.text("/name").as_str(), rotated.number("/version"), rotated.number("/revision")), ("B", 2, 3));
        assert!(rotated.text("/updated_at") > renamed.text("/updated_at"));
        assert_eq!(rotated.header("etag"), "\"3\"");
        let hosts = app.patch("admin", &path, json!({"allowed_hosts": ["A.example", "https://a.example:443/", "b.example:8443/V1/"]})).await;
        assert_eq!(hosts.expect(200).json()["allowed_hosts"], json!(["a.example", "b.example:8443/V1"]));
        let cleared = app.patch("admin", &path, json!({"allowed_hosts": null})).await.expect(200);
        assert_eq!(cleared.json()["allowed_hosts"], json!([]));
        let same = app.patch("admin", &path, json!({})).await.expect(200);
        assert_eq!(same.number("/revision"), 5);
        for body in [json!({"name": null}), json!({"value": null}), json!({"owner": {"id": 1}}), json!({"owner_id": "x"})] {
            app.patch("admin", &path, body).await.problem(422, "invalid");
        }
    }

    async fn of_two_people_who_edit_the_second_is_told_who_was_first(app: TestApp) {
        let id = app.credential("admin", "A", "v").await;
        let path = format!("/credentials/{id}");
        let first = app.with_header("admin", Method::PATCH, &path, ("if-match", "\"1\""), Some(json!({"name": "B"}))).await;
        first.expect(200);
        let second = app.with_header("admin", Method::PATCH, &path, ("if-match", "W/\"1\""), Some(json!({"value": "canary"}))).await;
        let problem = second.problem(412, "precondition-failed");
        assert_eq!(problem.text("/changed_by"), "admin");
        app.with_header("admin", Method::DELETE, &path, ("if-match", "\"1\""), None).await.problem(412, "precondition-failed");
        app.with_header("admin", Method::PATCH, &path, ("if-match", "\"1\""), Some(json!({}))).await.problem(412, "precondition-failed");
        app.with_header("admin", Method::PATCH, &path, ("if-match", "\"nothing\""), Some(json!({"name": "C"}))).await.problem(412, "precondition-failed");
        let now = app.get("admin", &path).await.expect(200);
        assert_eq!((now.text("/name").as_str(), now.number("/version")), ("B", 1));
        app.with_header("admin", Method::PATCH, &path, ("if-match", "*"), Some(json!({"name": "C"}))).await.expect(200);
        app.with_header("admin", Method::DELETE, &path, ("if-match", "\"3\""), None).await.expect(204);
        app.get("admin", &path).await.problem(404, "not-found");
        app.delete("admin", &path).await.problem(404, "not-found");
        app.patch("admin", &path, json!({"name": "D"})).await.problem(404, "not-found");
    }

    async fn a_name_is_searched_for_literally_and_without_case(app: TestApp) {
        for name in ["OPENAI_PROD_API_KEY", "OPENAIxPROD", "50%_off", "Straße", "back\\slash"] {
            app.credential("admin", name, "v").await;
        }
        for (search, found) in [
            ("prod_api", vec!["OPENAI_PROD_API_KEY"]),
            ("i_p", vec!["OPENAI_PROD_API_KEY"]),
            ("%25", vec!["50%_off"]),
            ("STRASSE", vec!["Straße"]),
            ("%5C", vec!["back\\slash"]),
            ("nothing", vec![]),
            ("", vec!["50%_off", "back\\slash", "OPENAI_PROD_API_KEY", "OPENAIxPROD", "Straße"]),
        ] {
            let list = app.get("viewer", &format!("/credentials?sort=name&search={search}")).await.expect(200);
            assert_eq!(list.items("name"), found, "{search}");
            assert_eq!(list.number("/total"), i64::try_from(found.len()).unwrap(), "{search}");
        }
        let id = app.credential("admin", "by id", "v").await;
        let list = app.get("viewer", &format!("/credentials?search={id}")).await.expect(200);
        assert_eq!(list.items("name"), ["by id"]);
    }

    async fn pages_lead_forward_and_back_in_every_order(app: TestApp) {
        for number in 0..7 {
            let who = if number % 2 == 0 { "admin" } else { "manager" };
            app.credential(who, &format!("K{number}"), "v").await;
        }
        for sort in ["name", "-name", "owner", "-owner", "created_at", "-created_at", "updated_at", "-updated_at"] {
            let whole = app.get("admin", &format!("/credentials?sort={sort}&limit=100")).await.expect(200).items("name");
            let mut path = format!("/credentials?sort={sort}&limit=3");
            let mut seen = Vec::new();
            let mut back = None;
            loop {
                let page = app.get("admin", &path).await.expect(200);
                assert_eq!(page.number("/total"), 7);
                seen.extend(page.items("name"));
                back = page.json()["previous_cursor"].as_str().map(str::to_owned).or(back);
                let Some(next) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
                path = format!("/credentials?sort={sort}&limit=3&cursor={next}");
            }
            assert_eq!(seen, whole, "{sort} forward");
            let mut seen = whole[6..].to_vec();
            while let Some(cursor) = back {
                let page = app.get("admin", &format!("/credentials?sort={sort}&limit=3&cursor={cursor}")).await.expect(200);
                let mut names = page.items("name");
                names.extend(seen);
                seen = names;
                back = page.json()["previous_cursor"].as_str().map(str::to_owned);
            }
            assert_eq!(seen, whole, "{sort} backward");
        }
    }

    async fn a_list_refuses_what_it_does_not_know(app: TestApp) {
        for query in ["sort=value", "sort=canary", "limit=0", "limit=101", "limit=x", "value=canary", "owner_id=canary", "search=a&search=b"] {
            let problem = app.get("admin", &format!("/credentials?{query}")).await.problem(400, "bad-query");
            assert!(!problem.whole().contains("canary"), "{query}");
        }
        app.credential("admin", "A", "v").await;
        app.credential("admin", "B", "v").await;
        let page = app.get("admin", "/credentials?sort=name&limit=1").await.expect(200);
        let cursor = page.text("/next_cursor");
        app.get("admin", &format!("/credentials?sort=-name&limit=1&cursor={cursor}")).await.problem(400, "bad-cursor");
        app.get("admin", &format!("/credentials?sort=name&search=A&cursor={cursor}")).await.problem(400, "bad-cursor");
        app.get("admin", "/credentials?cursor=canary").await.problem(400, "bad-cursor");
        app.get("admin", &format!("/credentials?sort=name&limit=1&cursor={cursor}")).await.expect(200);
    }

    async fn each_role_may_do_what_the_table_says(app: TestApp) {
        let id = app.credential("manager", "mine", "v").await;
        let path = format!("/credentials/{id}");
        let body = json!({"name": "x", "value": "v"});
        app.call(None, Method::POST, "/api/v1/credentials", Some(body.clone())).await.problem(401, "unauthorized");
        app.call(None, Method::GET, "/api/v1/credentials", None).await.problem(401, "unauthorized");
        app.post("viewer", "/credentials", body).await.problem(403, "forbidden");
        for who in ["viewer", "other"] {
            app.get(who, &path).await.expect(200);
            app.patch(who, &path, json!({"name": "y"})).await.problem(403, "forbidden");
            app.delete(who, &path).await.problem(403, "forbidden");
        }
        app.patch("manager", &path, json!({"name": "y"})).await.expect(200);
        app.patch("admin", &path, json!({"name": "z"})).await.expect(200);
        app.delete("manager", &path).await.expect(204);
        let nothing = "/credentials/01a20612-a090-74c7-8eb2-1cdf4e18105a";
        app.get("viewer", nothing).await.problem(404, "not-found");
        app.get("viewer", "/credentials/not-an-id").await.problem(404, "not-found");
        app.patch("other", nothing, json!({"name": "y"})).await.problem(404, "not-found");
    }

    async fn what_happened_is_in_the_trail(app: TestApp) {
        let id = app.credential("manager", "A", "canary-91").await;
        app.patch("admin", &format!("/credentials/{id}"), json!({"name": "B", "value": "canary-92"})).await.expect(200);
        app.delete("manager", &format!("/credentials/{id}")).await.expect(204);
        let events = crate::trail::of(&app, &id).await;
        let told: Vec<_> = events.iter().map(|event| (event.actor_name.as_str(), event.action.as_str(), event.target_name.as_str())).collect();
        assert_eq!(told, [("manager", "credential.create", "A"), ("admin", "credential.update", "B"), ("manager", "credential.delete", "B")]);
        assert_eq!(events[1].details.as_deref(), Some("changed: name, value"));
        assert!(events.iter().all(|event| event.request_id.is_some()));
    }

    async fn a_stored_value_opens_and_a_replaced_or_deleted_one_is_gone(app: TestApp) {
        let id = app.credential("admin", "A", "canary-1").await;
        let opened = server::vault::verify(&app.state.base.db, &app.state.base.vault, |_| ()).await.unwrap();
        assert_eq!((opened.opened, opened.broken.len()), (1, 0));
        app.patch("admin", &format!("/credentials/{id}"), json!({"value": "canary-2"})).await.expect(200);
        assert_eq!(crate::trail::versions(&app).await, 1);
        app.delete("admin", &format!("/credentials/{id}")).await.expect(204);
        assert_eq!(crate::trail::versions(&app).await, 0);
    }
}
