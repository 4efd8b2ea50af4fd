//! A server whose keyring does not belong to its database refuses to start, and says which key it misses.

use std::fs;
use std::path::Path;

use server::cli::open_base;
use server::clock::Clock;
use server::config::{Options, Settings};
use server::db::Db;
use server::vault;

use crate::both_engines;
use crate::support::{Engine, TestApp, write_private};

fn settings(app: &TestApp, keyring: Option<&Path>) -> Settings {
    let options = Options {
        data_dir: Some(app.folder()),
        database_url: app.database_url.clone(),
        keyring_file: keyring.map(Path::to_owned),
        ..Options::default()
    };
    options.complete(None).unwrap()
}

async fn refusal(settings: &Settings) -> String {
    match open_base(settings, Clock::system()).await {
        Ok(_) => panic!("the server started"),
        Err(error) => format!("{error:#}"),
    }
}

/// The id and the secret text of the first key of a keyring.
fn first_key(path: &Path) -> (String, String) {
    let document: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let text = |field: &str| document["keys"][0][field].as_str().unwrap().to_owned();
    (text("id"), text("key"))
}

both_engines! {
    async fn a_missing_keyring_is_named_and_never_replaced_by_a_new_one(app: TestApp) {
        let path = app.folder().join("keyring.json");
        let (id, _) = first_key(&path);
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let told = refusal(&settings(&app, None)).await;
        assert!(told.contains(&id) && told.contains("keyring.json"), "{told}");
        assert!(!path.exists(), "no keyring is generated for a database that has keys");
        write_private(&path, kept);
        open_base(&settings(&app, None), Clock::system()).await.unwrap();
    }

    async fn a_wrong_key_is_named_and_not_shown(app: TestApp) {
        let path = app.folder().join("keyring.json");
        let (id, key) = first_key(&path);
        let text = fs::read_to_string(&path).unwrap();
        for (changed, what) in [
            (text.replace(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), "another key under the same id"),
            (text.replace(&id, "key-of-another-database"), "another id"),
        ] {
            let other = app.folder().join("other.json");
            write_private(&other, &changed);
            let told = refusal(&settings(&app, Some(&other))).await;
            assert!(told.contains(&id), "{what}: {told}");
            assert!(!told.contains(&key) && !told.contains("AAAAAAAA"), "{what}: {told}");
        }
    }

    async fn verify_names_what_does_not_open(app: TestApp) {
        app.credential("admin", "WHOLE", "marked-canary").await;
        let broken = app.credential("admin", "BROKEN", "marked-canary").await;
        let id: uuid::Uuid = broken.parse().unwrap();
        let tamper = "UPDATE credential_versions SET ciphertext = value_nonce WHERE credential_id = $1";
        match &app.state.base.db {
            Db::Sqlite { writer, .. } => drop(sqlx::query(tamper).bind(id).execute(writer).await.unwrap()),
            Db::Postgres { pool, .. } => drop(sqlx::query(tamper).bind(id).execute(pool).await.unwrap()),
        }
        let mut heard = 0;
        let report = vault::verify(&app.state.base.db, &app.state.base.vault, |count| heard = count).await.unwrap();
        assert_eq!((report.opened, report.broken, heard), (1, vec!["BROKEN".to_owned()], 2));
    }
}

#[tokio::test]
async fn only_the_owner_may_read_the_files_of_the_data_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = TestApp::start(Engine::Sqlite).await;
    app.credential("admin", "A", "marked-canary").await;
    for name in [
        "keyring.json",
        "strongroom.db",
        "strongroom.db-wal",
        "strongroom.db-shm",
    ] {
        let mode = fs::metadata(app.folder().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test]
async fn only_the_owner_may_look_into_the_data_folder_that_is_made() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("made").join("data");
    let options = Options {
        data_dir: Some(data.clone()),
        ..Options::default()
    };
    open_base(&options.complete(None).unwrap(), Clock::system())
        .await
        .unwrap();
    for made in [&data, data.parent().unwrap()] {
        let mode = fs::metadata(made).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{}", made.display());
    }
}
