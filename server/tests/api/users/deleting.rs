//! Deleting accounts, and what becomes of what they owned.

use http::Method;
use serde_json::json;

use super::{id_of, invite, me, sign_in};
use crate::both_engines;
use crate::support::{Engine, PASSWORD, TestApp};
use crate::trail::{self, versions};

async fn server(app: &TestApp, who: &'static str, name: &str, credential: &str) -> String {
    let body = json!({"name": name, "url": "http://127.0.0.1:9/mcp", "credential_id": credential});
    app.post(who, "/mcp-servers", body).await.expect(201).text("/id")
}

both_engines! {
    async fn a_deleted_user_is_out_at_once_and_the_address_is_free(app: TestApp) {
        let id = id_of(&app, "viewer").await;
        let cookie = app.cookie("viewer").await;
        app.delete("admin", &format!("/users/{id}")).await.expect(204);
        me(&app, &cookie).await.problem(401, "unauthorized");
        sign_in(&app, "viewer", PASSWORD).await.problem(401, "wrong-password");
        app.get("admin", &format!("/users/{id}")).await.problem(404, "not-found");
        app.patch("admin", &format!("/users/{id}"), json!({"name": "x"})).await.problem(404, "not-found");
        app.call(Some("admin"), Method::POST, &format!("/api/v1/users/{id}/link"), None).await.problem(404, "not-found");
        assert_eq!(app.get("admin", "/users?search=viewer").await.expect(200).number("/total"), 0);
        let (again, _) = invite(&app, "viewer", "viewer").await;
        assert_ne!(again, id);
        assert_eq!(trail::by_action(&app, "user.delete").await, [("viewer".to_owned(), String::new())]);
    }

    async fn what_somebody_owns_is_told_before_anything_happens(app: TestApp) {
        let id = id_of(&app, "manager").await;
        let used = app.credential("manager", "USED", "v").await;
        app.credential("manager", "UNUSED", "v").await;
        let gone = app.credential("manager", "GONE", "v").await;
        app.delete("manager", &format!("/credentials/{gone}")).await.expect(204);
        server(&app, "manager", "Own", &used).await;
        let mcp = server(&app, "other", "Of another", &used).await;
        let path = format!("/users/{id}");
        let refused = app.delete("admin", &path).await.problem(409, "owns-records").json();
        let asked = app.get("admin", &format!("{path}/owned")).await.expect(200).json();
        assert_eq!(refused["owned"], asked);
        assert_eq!(asked["credentials_total"], 2);
        assert_eq!(asked["credentials"][1]["name"], "USED");
        assert_eq!(asked["credentials"][1]["used_by"], 2);
        assert_eq!(asked["credentials"][1]["references"][1]["id"], json!(mcp));
        assert_eq!((&asked["mcp_servers_total"], &asked["mcp_servers"][0]["name"]), (&json!(1), &json!("Own")));
        assert_eq!(app.get("admin", &path).await.expect(200).text("/state"), "active");
        app.cookie("manager").await;
        app.get("manager", "/me").await.expect(200);
    }

    async fn another_user_gets_everything(app: TestApp) {
        let (from, to) = (id_of(&app, "manager").await, id_of(&app, "other").await);
        let credential = app.credential("manager", "PASSED_ON", "v").await;
        let mcp = server(&app, "manager", "Passed on", &credential).await;
        app.delete("admin", &format!("/users/{from}?transfer_to={to}")).await.expect(204);
        let now = app.get("admin", &format!("/credentials/{credential}")).await.expect(200);
        assert_eq!((now.text("/owner/id"), now.number("/version"), now.number("/used_by")), (to.clone(), 1, 1));
        assert_eq!(now.header("etag"), "\"3\"", "created, given a host, given away");
        assert_eq!(app.get("admin", &format!("/mcp-servers/{mcp}")).await.expect(200).text("/owner/id"), to);
        app.patch("other", &format!("/credentials/{credential}"), json!({"name": "MINE_NOW"})).await.expect(200);
        let listed = app.get("admin", &format!("/credentials?sort=owner&owner_id={to}")).await.expect(200);
        assert_eq!(listed.items("name"), ["MINE_NOW"]);
        assert_eq!(trail::by_action(&app, "credential.transfer").await, [("PASSED_ON".to_owned(), "to: other".to_owned())]);
        assert_eq!(trail::by_action(&app, "mcp_server.transfer").await, [("Passed on".to_owned(), "to: other".to_owned())]);
        let details = "credentials transferred: 1; MCP servers transferred: 1; model bindings transferred: 0; to: other";
        assert_eq!(trail::by_action(&app, "user.delete").await, [("manager".to_owned(), details.to_owned())]);
    }

    async fn credentials_can_go_with_the_account_and_servers_stay(app: TestApp) {
        let from = id_of(&app, "manager").await;
        let credential = app.credential("manager", "DESTROYED", "v").await;
        let own = server(&app, "manager", "Own", &credential).await;
        let others = server(&app, "other", "Of another", &credential).await;
        app.delete("admin", &format!("/users/{from}?with_credentials=true")).await.expect(204);
        app.get("admin", &format!("/credentials/{credential}")).await.problem(404, "not-found");
        for id in [&own, &others] {
            let left = app.get("admin", &format!("/mcp-servers/{id}")).await.expect(200);
            assert_eq!(left.text("/credential/state"), "deleted");
            assert_eq!(left.text("/credential/deleted_by"), "admin");
        }
        let left = app.get("admin", &format!("/mcp-servers/{own}")).await.expect(200);
        assert_eq!(left.text("/owner/name"), "admin", "whoever deletes gets the servers");
        assert_eq!(versions(&app).await, 0, "the value is destroyed");
        assert_eq!(trail::by_action(&app, "credential.delete").await, [("DESTROYED".to_owned(), "references: 2".to_owned())]);
        app.credential("other", "DESTROYED", "the name is free").await;
    }

    async fn who_gets_the_records_must_be_there(app: TestApp) {
        let from = id_of(&app, "manager").await;
        let credential = app.credential("manager", "KEPT", "v").await;
        let (gone, _) = invite(&app, "gone", "viewer").await;
        app.delete("admin", &format!("/users/{gone}")).await.expect(204);
        let (off, _) = invite(&app, "off", "viewer").await;
        app.patch("admin", &format!("/users/{off}"), json!({"disabled": true})).await.expect(200);
        for heir in [&gone, &off, "0198c0de-0000-7000-8000-000000000000"] {
            let answer = app.delete("admin", &format!("/users/{from}?transfer_to={heir}")).await;
            assert_eq!(answer.problem(422, "invalid").pointers(), ["/transfer_to"]);
        }
        for bad in [format!("transfer_to={from}"), "transfer_to=me".to_owned(), "with_credentials=maybe".to_owned(),
            format!("transfer_to={off}&with_credentials=true"), "force=true".to_owned()] {
            app.delete("admin", &format!("/users/{from}?{bad}")).await.problem(400, "bad-query");
        }
        let kept = app.get("admin", &format!("/credentials/{credential}")).await.expect(200);
        assert_eq!(kept.text("/owner/id"), from, "nothing is half done");
        sign_in(&app, "manager", PASSWORD).await.expect(200);
    }

    async fn whatever_somebody_makes_while_the_account_is_deleted_has_an_owner(app: TestApp) {
        let from = id_of(&app, "manager").await;
        app.cookie("manager").await;
        app.cookie("admin").await;
        let create = async |number: usize| {
            let body = json!({"name": format!("MADE_{number}"), "value": "v"});
            app.post("manager", "/credentials", body).await.status
        };
        let (path, to) = (format!("/users/{from}"), id_of(&app, "other").await);
        let delete = async || app.delete("admin", &format!("{path}?transfer_to={to}")).await.status;
        let (created, deleted) = tokio::join!(futures::future::join_all((0..6).map(create)), delete());
        assert_eq!(deleted, 204);
        let made = created.iter().filter(|status| **status == 201).count();
        assert!(created.iter().all(|status| matches!(status, 201 | 401)), "{created:?}");
        let listed = app.get("admin", "/credentials?limit=100").await.expect(200);
        assert_eq!(listed.items("name").len(), made);
        for item in listed.json()["items"].as_array().unwrap() {
            assert_eq!(item["owner"]["name"], "other", "{item}");
        }
    }
}
