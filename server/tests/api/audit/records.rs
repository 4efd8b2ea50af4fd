//! Records against the trail: rows that were put back, and events that were deleted.

use serde_json::{Value, json};
use server::audit::{HeadFile, check_end, head, rolled_back, verify};

use super::{events, run, tamper};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Engine, TestApp};

/// A server that sends the credential, and the path of its test.
async fn server_with(app: &TestApp, peer: &Peer, credential: &str) -> String {
    let body = json!({"name": "S", "url": peer.url(), "credential_id": credential});
    let id = app.post("manager", "/mcp-servers", body).await.expect(201).text("/id");
    format!("/mcp-servers/{id}/test")
}

/// The outcome of a use: `ok`, or the slug of the problem.
async fn used(app: &TestApp, test: &str) -> String {
    let answer = app.post("manager", test, json!({})).await;
    let body = answer.json();
    if body["ok"] == Value::Bool(true) {
        return "ok".to_owned();
    }
    let problem = if answer.status == 200 { &body["error"] } else { &body };
    problem["type"].as_str().unwrap().rsplit(':').next().unwrap().to_owned()
}

async fn rotate(app: &TestApp, id: &str, value: &str) {
    app.patch("manager", &format!("/credentials/{id}"), json!({"value": value}))
        .await
        .expect(200);
}

/// Keeps the rows of all values as they are now.
async fn keep(app: &TestApp) {
    run(app, "CREATE TABLE kept_versions AS SELECT * FROM credential_versions").await;
    run(app, "CREATE TABLE kept AS SELECT id, version FROM credentials").await;
}

/// Puts the kept rows back, as somebody can who writes to the database.
async fn put_back(app: &TestApp) {
    tamper(app, "DELETE FROM credential_versions").await;
    tamper(app, "INSERT INTO credential_versions SELECT * FROM kept_versions").await;
    let version = "UPDATE credentials SET version = (SELECT k.version FROM kept k WHERE k.id = credentials.id)";
    tamper(app, version).await;
}

both_engines! {
    async fn an_older_value_that_was_put_back_is_refused_and_named(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("manager", "ROTATED", "canary-first").await;
        app.credential("manager", "OTHER", "canary-other").await;
        let test = server_with(&app, &peer, &id).await;
        assert_eq!(used(&app, &test).await, "ok");
        keep(&app).await;
        rotate(&app, &id, "canary-second").await;
        app.patch("manager", &format!("/credentials/{id}"), json!({"name": "RENAMED"})).await.expect(200);
        assert_eq!(used(&app, &test).await, "ok");
        put_back(&app).await;

        let before = peer.seen().len();
        assert_eq!(used(&app, &test).await, "credential-rolled-back");
        assert_eq!(peer.seen().len(), before, "nothing was sent");
        let refused = events(&app, "outcome=refused").await;
        assert_eq!(refused.text("/items/0/reason"), "credential-rolled-back");
        let base = &app.state.base;
        let faults = rolled_back(&base.db).await.unwrap();
        assert!(matches!(faults.as_slice(), [fault] if fault.contains("RENAMED") && fault.contains("version 2")), "{faults:?}");
        let report = verify(&base.db, &base.vault, 1, &[], |_, _| ()).await.unwrap();
        assert!(report.faults.is_empty(), "the chain itself holds: {:?}", report.faults);
        assert!(report.complaint().unwrap().contains("RENAMED"));

        rotate(&app, &id, "canary-third").await;
        assert_eq!(used(&app, &test).await, "ok", "saving the value again mends it");
        assert!(rolled_back(&base.db).await.unwrap().is_empty());
    }

    async fn a_deleted_credential_that_was_put_back_is_refused_and_named(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("manager", "ENDED", "canary-first").await;
        let test = server_with(&app, &peer, &id).await;
        assert_eq!(used(&app, &test).await, "ok");
        keep(&app).await;
        run(&app, "CREATE TABLE kept_rows AS SELECT * FROM credentials").await;
        run(&app, "CREATE TABLE kept_references AS SELECT * FROM credential_references").await;
        app.delete("manager", &format!("/credentials/{id}?force=true")).await.expect(204);
        assert_eq!(used(&app, &test).await, "credential-deleted");
        for part in ["deleted_at", "deleted_by_name", "allowed_hosts", "allowed_destinations", "hosts_seen"] {
            let sql = format!("UPDATE credentials SET {part} = (SELECT k.{part} FROM kept_rows k WHERE k.id = credentials.id)");
            tamper(&app, &sql).await;
        }
        run(&app, "DELETE FROM credential_references").await;
        tamper(&app, "INSERT INTO credential_references SELECT * FROM kept_references").await;
        tamper(&app, "INSERT INTO credential_versions SELECT * FROM kept_versions").await;

        let before = peer.seen().len();
        assert_eq!(used(&app, &test).await, "credential-rolled-back");
        assert_eq!(peer.seen().len(), before, "nothing was sent");
        let faults = rolled_back(&app.state.base.db).await.unwrap();
        assert!(matches!(faults.as_slice(), [fault] if fault.contains("ENDED") && fault.contains("deleted")), "{faults:?}");
    }

    async fn events_of_older_releases_count_as_versions(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let id = app.credential("manager", "OLD", "canary-first").await;
        let test = server_with(&app, &peer, &id).await;
        rotate(&app, &id, "canary-second").await;
        keep(&app).await;
        rotate(&app, &id, "canary-third").await;
        app.patch("manager", &format!("/credentials/{id}"), json!({"name": "OLDER"})).await.expect(200);
        let forget = "UPDATE audit_events SET credential_id = NULL, credential_version = NULL \
                      WHERE action IN ('credential.create', 'credential.update')";
        tamper(&app, forget).await;
        assert_eq!(used(&app, &test).await, "ok");
        put_back(&app).await;
        assert_eq!(used(&app, &test).await, "credential-rolled-back");
    }

    async fn a_trail_without_its_events_is_a_fault(app: TestApp) {
        app.credential("manager", "KEPT", "canary").await;
        let base = &app.state.base;
        let file = HeadFile::in_folder(&app.folder());
        check_end(&base.db, &file).await.unwrap();
        file.note(&base.db).await.unwrap();
        check_end(&base.db, &file).await.unwrap();

        tamper(&app, "DELETE FROM audit_events").await;
        tamper(&app, "UPDATE audit_head SET seq = 0, mac = (SELECT check_value FROM encryption_keys)").await;
        let beginning = if app.engine == Engine::Sqlite { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
        tamper(&app, &format!("UPDATE audit_head SET mac = {beginning}")).await;
        let complaint = verify(&base.db, &base.vault, 1, &[], |_, _| ()).await.unwrap().complaint().unwrap();
        for name in ["credential KEPT", "user admin", "user viewer"] {
            assert!(complaint.contains(name), "{complaint}");
        }
        std::fs::remove_file(file.path()).unwrap();
        let told = check_end(&base.db, &file).await.unwrap_err().to_string();
        assert!(told.contains("the events were deleted") && told.contains("accept-head"), "{told}");
    }

    async fn an_end_that_was_cut_off_contradicts_the_noted_head(app: TestApp) {
        app.credential("manager", "A", "canary").await;
        let base = &app.state.base;
        let file = HeadFile::in_folder(&app.folder());
        let earlier = head(&base.db).await.unwrap();
        app.credential("manager", "B", "canary").await;
        file.note(&base.db).await.unwrap();
        tamper(&app, &format!("DELETE FROM audit_events WHERE seq > {}", earlier.seq)).await;
        tamper(&app, &format!(
            "UPDATE audit_head SET seq = {0}, mac = (SELECT mac FROM audit_events WHERE seq = {0})", earlier.seq
        )).await;
        let told = check_end(&base.db, &file).await.unwrap_err().to_string();
        assert!(told.contains("deleted or rewritten") && told.contains("audit-head"), "{told}");
        // Other events in their place have other links.
        app.credential("manager", "C", "canary").await;
        app.credential("manager", "D", "canary").await;
        assert!(check_end(&base.db, &file).await.is_err());
        assert_eq!(file.note(&base.db).await.unwrap(), server::audit::Noted::Contradicted, "the file keeps what it noted");
        file.write(&head(&base.db).await.unwrap()).unwrap();
        check_end(&base.db, &file).await.unwrap();
    }
}
