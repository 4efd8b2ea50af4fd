//! Lists of the release before paths: converted at the first start, while servers of that release run, and by a restore.

mod release_before;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use server::audit::{self};
use server::backup;
use server::cli::open_base;
use server::config::Options;
use server::db::Db;
use server::infra::Infra;
use server::references::convert_older_lists;
use sqlx::types::Json;
use uuid::Uuid;

use super::{gateway, refused};
use crate::both_engines;
use crate::support::statements::tamper;
use crate::support::{Engine, TestApp, start_time};
use release_before::{CREDENTIAL, Older, as_older, clock, run, settings};

/// Entries of every kind, with the port of a peer.
async fn furnish(older: &Older, origin: &str) {
    let authority = origin.trim_start_matches("http://");
    older.credential("DEFAULTS", &["api.openai.com"], &[], &[None]).await;
    older.credential("DELETED", &["d.example"], &[], &[]).await;
    older.credential("EMPTY", &[], &[], &[]).await;
    older
        .credential("HTTPS", &["h.example"], &["https://h.example/tenant-a/mcp?key=1"], &[])
        .await;
    let local = format!("{origin}/v1/");
    let server = format!("{origin}/mcp");
    older
        .credential("LOCAL", &[authority], &[&server], &[Some(&local)])
        .await;
    older
        .credential("ODD", &["no host", "o.example"], &["https://o.example/a%2Fb"], &[])
        .await;
    older
        .credential(
            "PARTLY",
            &["a.example", "b.example:8080"],
            &["http://b.example:8080/x", "https://b.example:8080/y/"],
            &[],
        )
        .await;
    older
        .credential("UNUSED", &["u.example", "u.example:8443", "127.0.0.1:4000"], &[], &[])
        .await;
}

/// Names, lists and marks of the live credentials, by name.
async fn lists(app: &TestApp) -> Vec<(String, Value, Value)> {
    let all = app
        .get("admin", "/credentials?sort=name&limit=100")
        .await
        .expect(200)
        .json();
    let items = all["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| {
            (
                item["name"].as_str().unwrap().to_owned(),
                item["allowed_hosts"].clone(),
                item["allowed_hosts_from_before"].clone(),
            )
        })
        .collect()
}

fn expected(origin: &str) -> Vec<(String, Value, Value)> {
    [
        ("DEFAULTS", json!(["api.openai.com/v1"]), json!([])),
        ("EMPTY", json!([]), json!([])),
        ("HTTPS", json!(["h.example/tenant-a/mcp"]), json!([])),
        (
            "LOCAL",
            json!([format!("{origin}/mcp"), format!("{origin}/v1")]),
            json!([]),
        ),
        ("ODD", json!([]), json!([])),
        (
            "PARTLY",
            json!(["a.example", "http://b.example:8080/x", "b.example:8080/y"]),
            json!(["a.example"]),
        ),
        (
            "UNUSED",
            json!(["u.example", "u.example:8443", "https://127.0.0.1:4000"]),
            json!(["u.example", "u.example:8443", "https://127.0.0.1:4000"]),
        ),
    ]
    .map(|(name, list, marked)| (name.to_owned(), list, marked))
    .to_vec()
}

async fn id_of(app: &TestApp, name: &str) -> String {
    app.get("admin", &format!("/credentials?search={name}"))
        .await
        .expect(200)
        .text("/items/0/id")
}

async fn ensure_whole(base: &Infra) {
    let report = audit::verify(&base.db, &base.vault, 1, &[], |_, _| ()).await.unwrap();
    assert_eq!(report.faults, []);
}

/// An attach keeps the marks of the three entries; saving the list clears them.
async fn marks_stay_until_the_list_is_saved(app: &TestApp, unused: &str) {
    let path = format!("/credentials/{unused}");
    let more = json!({"name": "more", "url": "https://n.example/x", "credential_id": unused, "allow_host": true});
    app.post("admin", "/mcp-servers", more).await.expect(201);
    let shown = app.get("admin", &path).await.expect(200).json();
    assert_eq!(shown["allowed_hosts_from_before"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown["allowed_hosts"].as_array().map(Vec::len), Some(4));
    app.patch("admin", &path, json!({"name": "RENAMED"})).await.expect(200);
    assert_eq!(
        app.get("admin", &path).await.json()["allowed_hosts_from_before"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    let saved = app
        .patch("admin", &path, json!({"allowed_hosts": shown["allowed_hosts"]}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&saved["allowed_hosts"], &saved["allowed_hosts_from_before"]),
        (&shown["allowed_hosts"], &json!([]))
    );
}

async fn migrated(engine: Engine) {
    let (peer, origin) = gateway().await;
    let folder = tempfile::tempdir().unwrap();
    let database_url = engine.fresh_database().await;
    let older = Older::make(&settings(folder.path(), database_url.clone()), &clock()).await;
    furnish(&older, &origin).await;
    older.db.close().await;

    let app = TestApp::start_in(engine, folder, database_url.clone()).await;
    assert_eq!(lists(&app).await, expected(&origin));
    let made = app
        .get(
            "admin",
            "/audit-events?action=credential.convert_host&sort=seq&limit=100",
        )
        .await
        .expect(200);
    assert_eq!(
        made.number("/total"),
        10,
        "each new entry is on record: {}",
        made.whole()
    );
    assert!(
        made.items("address")
            .contains(&"https://h.example/tenant-a/mcp".to_owned()),
        "{}",
        made.whole()
    );
    assert!(
        made.whole()
            .contains("before: u.example:8443; no reference: https, any path")
    );
    ensure_whole(&app.state.base).await;

    // What was saved goes on working, and nothing else.
    for server in app
        .get("manager", "/mcp-servers?search=LOCAL")
        .await
        .expect(200)
        .items("id")
    {
        app.get("manager", &format!("/mcp-servers/{server}/tools"))
            .await
            .expect(200);
        refused(
            &app.patch(
                "admin",
                &format!("/mcp-servers/{server}"),
                json!({"url": format!("{origin}/tenant-mallory")}),
            )
            .await,
        );
    }
    let binding = app
        .get("manager", "/model-bindings?search=LOCAL")
        .await
        .expect(200)
        .text("/items/0/id");
    let tested = app
        .post("manager", &format!("/model-bindings/{binding}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(tested.json()["ok"], json!(true), "{}", tested.whole());
    assert!(
        peer.seen()
            .iter()
            .all(|seen| seen.authorization.as_deref() == Some("Bearer canary-7d1f"))
    );
    let unused = id_of(&app, "UNUSED").await;
    let plain = json!({"name": "plain", "url": "http://u.example:8443/", "credential_id": unused});
    refused(&app.post("manager", "/mcp-servers", plain).await);
    let encrypted = json!({"name": "encrypted", "url": "https://u.example:8443/any", "credential_id": unused});
    app.post("manager", "/mcp-servers", encrypted).await.expect(201);

    marks_stay_until_the_list_is_saved(&app, &unused).await;

    // The next start finds nothing to convert.
    let again = open_base(&settings(&app.folder(), database_url), clock())
        .await
        .unwrap();
    again.db.close().await;
    let made = app
        .get("admin", "/audit-events?action=credential.convert_host")
        .await
        .expect(200);
    assert_eq!(made.number("/total"), 10);
}

#[tokio::test]
async fn lists_of_a_database_of_the_release_before_become_no_wider_on_sqlite() {
    migrated(Engine::Sqlite).await;
}

#[tokio::test]
async fn lists_of_a_database_of_the_release_before_become_no_wider_on_postgres() {
    migrated(Engine::Postgres).await;
}

both_engines! {
    async fn what_an_older_server_changes_meanwhile_is_never_wider(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let path = format!("/credentials/{key}");
        let entries = json!(["a.example", "b.example/x", "c.example"]);
        app.patch("manager", &path, json!({"allowed_hosts": entries})).await.expect(200);
        // The older server reads the whole https hosts only.
        let told = "UPDATE credentials SET updated_at = updated_at WHERE CAST(allowed_hosts AS TEXT) LIKE '%\"a.example\"%\"c.example\"%' \
            AND CAST(allowed_hosts AS TEXT) NOT LIKE '%b.example%'";
        tamper(&app, told).await;
        // It removes one host and adds another, by an attach over http.
        tamper(&app, r#"UPDATE credentials SET allowed_hosts = '["c.example", "d.example:8080"]'"#).await;
        let list = async || app.get("viewer", &path).await.expect(200).json()["allowed_hosts"].clone();
        assert_eq!(list().await, json!(["b.example/x", "c.example"]));
        let removed = json!({"name": "a", "url": "https://a.example/", "credential_id": key});
        refused(&app.post("other", "/mcp-servers", removed).await);
        // An attach here does not lose what is still to be converted.
        let more = json!({"name": "e", "url": "https://e.example/", "credential_id": key, "allow_host": true});
        app.post("manager", "/mcp-servers", more).await.expect(201);
        let base = &app.state.base;
        convert_older_lists(&base.db, &base.vault, &base.clock).await.unwrap();
        assert_eq!(list().await, json!(["b.example/x", "c.example", "e.example", "d.example:8080"]));
        ensure_whole(base).await;
    }

    async fn a_conversion_that_breaks_off_is_completed_by_the_next(app: TestApp) {
        let base = &app.state.base;
        let owner: Uuid = app.get("admin", "/users?search=manager").await.expect(200).text("/items/0/id").parse().unwrap();
        for number in 1..=205_u128 {
            let name = format!("OLDER {number}");
            run!(
                &base.db,
                sqlx::query(CREDENTIAL)
                    .bind(Uuid::from_u128(number))
                    .bind(&name)
                    .bind(name.as_bytes().to_vec())
                    .bind(owner)
                    .bind(Json(["h.example"]))
                    .bind(start_time())
                    .bind(None::<DateTime<Utc>>)
            );
        }
        // The last list cannot be read.
        tamper(&app, r#"UPDATE credentials SET allowed_destinations = '"broken"' WHERE name = 'OLDER 205'"#).await;
        convert_older_lists(&base.db, &base.vault, &base.clock).await.unwrap_err();
        let converted = "/audit-events?action=credential.convert_host&sort=seq";
        let batch = app.get("admin", converted).await.expect(200).number("/total");
        assert_eq!(batch, 200, "the lists of the first batch are converted");

        tamper(&app, "UPDATE credentials SET allowed_destinations = NULL WHERE name = 'OLDER 205'").await;
        for _ in 0..2 {
            convert_older_lists(&base.db, &base.vault, &base.clock).await.unwrap();
            assert_eq!(app.get("admin", converted).await.expect(200).number("/total"), 205);
        }
        let list = format!("/credentials/{}", Uuid::from_u128(205));
        assert_eq!(app.get("admin", &list).await.expect(200).json()["allowed_hosts"], json!(["h.example"]));
    }

    async fn a_restore_converts_the_lists_of_an_older_backup(app: TestApp) {
        let older_folder = tempfile::tempdir().unwrap();
        // The backup is made of a database that only has rows of the older release.
        let older_url = app.engine.fresh_database().await;
        let older = Older::make(&settings(older_folder.path(), older_url.clone()), &clock()).await;
        furnish(&older, "http://127.0.0.1:9").await;
        older.db.close().await;
        let base = open_base(&settings(older_folder.path(), older_url), clock()).await.unwrap();
        let file = older_folder.path().join("newer.backup");
        backup::backup(&base, &file, |_| {}).await.unwrap();
        let file = as_older(&base, &file).await;
        base.db.close().await;

        let target = tempfile::tempdir().unwrap();
        let options = Options {
            data_dir: Some(target.path().join("data")),
            database_url: app.engine.fresh_database().await,
            keyring_file: Some(older_folder.path().join("keyring.json")),
            ..Options::default()
        };
        let restored_settings = options.complete(None).unwrap();
        let restored = backup::restore(&restored_settings, &file, &clock(), |_| {}).await.unwrap();
        assert_eq!(restored.trail.complaint(), None);
        let base = open_base(&restored_settings, clock()).await.unwrap();
        let read = "SELECT name, COALESCE(CAST(allowed_destinations AS TEXT), '') FROM credentials WHERE deleted_at IS NULL ORDER BY name";
        let rows: Vec<(String, String)> = match &base.db {
            Db::Sqlite { reader, .. } => sqlx::query_as(read).fetch_all(reader).await,
            Db::Postgres { pool, .. } => sqlx::query_as(read).fetch_all(pool).await,
        }
        .unwrap();
        let rows: Vec<(String, Value)> = rows.into_iter().map(|(name, list)| (name, serde_json::from_str(&list).unwrap())).collect();
        let wanted: Vec<(String, Value)> = expected("http://127.0.0.1:9").into_iter().map(|(name, list, _)| (name, list)).collect();
        assert_eq!(rows, wanted);
        ensure_whole(&base).await;
        base.db.close().await;
    }
}
