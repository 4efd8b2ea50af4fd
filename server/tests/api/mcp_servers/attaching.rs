//! Attaching credentials: hosts, permissions, deletion.

use serde_json::{Value, json};

use super::{failure, faults};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Engine, TestApp};

both_engines! {
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
            json!(["a.example/mcp"])
        );

        // Another host, and the same host with another scheme, port or path, are named, and allowed only when asked for.
        for (url, named) in [
            ("https://b.example/mcp", "b.example/mcp"),
            ("http://a.example/mcp", "http://a.example/mcp"),
            ("https://a.example:8443/", "a.example:8443"),
            ("https://a.example/other/?x=canary", "a.example/other"),
            ("https://a.example/mcpx", "a.example/mcpx"),
        ] {
            let body = json!({"name": "b", "url": url, "credential_id": credential});
            let refused = app.post("manager", "/mcp-servers", body).await;
            let problem = refused.problem(422, "host-not-allowed").json();
            assert_eq!(problem["credential"]["name"], "token");
            assert_eq!(problem["host"], named);
            let detail = format!("{named} isn't on token's allowed destinations. Ask its owner or an administrator to add it.");
            assert_eq!((&problem["detail"], &problem["errors"][0]["pointer"]), (&json!(detail), &json!("/credential_id")));
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
            json!(["a.example/mcp", "b.example/mcp"])
        );
        // A path below an allowed one needs nothing; another one of the same host is another destination.
        app.patch("manager", &server, json!({"url": "https://b.example/mcp/other"}))
            .await
            .expect(200);
        let aside = app.patch("manager", &server, json!({"url": "https://b.example/other"})).await;
        aside.problem(422, "host-not-allowed");
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
            if attached.status == 200 {
                deleted.problem(409, "in-use");
                assert_eq!(app.get("viewer", &path).await.expect(200).number("/used_by"), 1);
            } else {
                attached.problem(422, "credential-deleted");
                deleted.expect(204);
                assert_eq!(app.get("viewer", &server).await.expect(200).json()["credential_id"], Value::Null);
            }
        }
    }
}
