//! What the database holds: the bytes of its files on SQLite, every row as text on PostgreSQL, and its backup.

use server::db::Db;
use sqlx::AssertSqlSafe;

use crate::support::TestApp;

const TABLES: &str = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";

/// The canary must be in no file and in no row.
pub async fn assert_clean(app: &TestApp) {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(app.folder()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        crate::assert_clean(&path.display().to_string(), &bytes);
        files.push(path.file_name().unwrap().to_string_lossy().into_owned());
    }
    for name in ["keyring.json", "strongroom.backup"] {
        assert!(files.contains(&name.to_owned()), "{files:?}");
    }
    let Db::Postgres { pool, .. } = &app.state.base.db else {
        assert!(
            files.contains(&"strongroom.db-wal".to_owned()),
            "the write-ahead log was read too: {files:?}"
        );
        return;
    };
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(pool).await.unwrap();
    assert!(tables.iter().any(|table| table == "credential_versions"), "{tables:?}");
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT t::text FROM {table} t")))
            .fetch_all(pool)
            .await
            .unwrap();
        crate::assert_clean(&table, rows.join("\n").as_bytes());
    }
}
