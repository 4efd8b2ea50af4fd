//! A server whose PostgreSQL role can only read and write rows, made by the statements of docs/running.md.

use nix::sys::signal::Signal;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::hostile::{Peer, Seen};
use crate::own_postgres::OwnPostgres;
use crate::process::{self, Options, Server};

/// The blocks of SQL in the section about the roles: those of the owner, and those of the role with fewer rights.
fn documented() -> [String; 2] {
    let text = include_str!("../../../../docs/running.md");
    let (_, section) = text.split_once("\n### Database and rights\n").unwrap();
    let (section, _) = section.split_once("\n### ").unwrap();
    let blocks = section.split("```sql\n").skip(1);
    let blocks: Vec<String> = blocks
        .map(|block| block.split_once("```").unwrap().0.to_owned())
        .collect();
    blocks.try_into().expect("two blocks of SQL")
}

/// Runs statements one by one as the superuser. `\c` of psql changes the database.
async fn run(postgres: &OwnPostgres, script: &str) {
    let mut database = "postgres".to_owned();
    let mut statement = String::new();
    for line in script.lines() {
        if let Some(other) = line.strip_prefix("\\c ") {
            other.trim().clone_into(&mut database);
            continue;
        }
        statement.push_str(line);
        statement.push('\n');
        if line.trim_end().ends_with(';') {
            let url = format!("postgres://postgres@{}/{database}", postgres.address());
            let mut connection = PgConnection::connect(&url).await.unwrap();
            let sql = AssertSqlSafe(std::mem::take(&mut statement));
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }
    assert!(statement.trim().is_empty(), "a whole statement: {statement}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_works_with_the_documented_role_that_only_reads_and_writes_rows() {
    let mut postgres = OwnPostgres::new(&[]);
    postgres.start().await;
    let [owner, fewer] = documented();
    run(&postgres, &owner).await;
    let url = |role| Some(format!("postgres://{role}@{}/strongroom", postgres.address()));
    let folder = tempfile::tempdir().unwrap();
    let owner = Options::new(&folder, "data", url("strongroom"));
    process::add_administrator(&owner);
    run(&postgres, &fewer).await;

    let serving = Options {
        database: url("strongroom_serve"),
        ..owner.clone()
    };
    let server = Server::start(&serving).await;
    let client = server.sign_in().await;
    let peer = Peer::start(Seen::decently).await;
    let credential = client.credential("USED", "canary-of-the-role").await;
    let body = json!({"name": "S", "url": peer.url(), "credential_id": credential});
    let (status, saved) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
    assert_eq!(status, 201, "{saved}");
    let record = format!("/api/v1/mcp-servers/{}", saved["id"].as_str().unwrap());
    let (_, used) = client
        .send("POST", &format!("{record}/test"), Some(json!({})))
        .await
        .unwrap();
    assert_eq!(used["ok"], true, "the credential is used: {used}");
    for path in [record, format!("/api/v1/credentials/{credential}")] {
        let (status, refused) = client.send("DELETE", &path, None).await.unwrap();
        assert_eq!(status, 204, "{path}: {refused}");
    }
    let (status, ready) = client.send("GET", "/readyz", None).await.unwrap();
    assert_eq!(status, 200, "{ready}");
    server.signal(Signal::SIGTERM);
    assert_eq!(server.ended().await.code(), Some(0));
    process::assert_trail_holds(&serving);

    // The rights are fewer, and include the rows of tables that the owner creates later.
    let connect = async |options: &Options| {
        PgConnection::connect(options.database.as_deref().unwrap())
            .await
            .unwrap()
    };
    let mut of_owner = connect(&owner).await;
    let later = "CREATE TABLE later (id BIGINT)";
    sqlx::query(later).execute(&mut of_owner).await.unwrap();
    let mut of_server = connect(&serving).await;
    let insert = "INSERT INTO later VALUES (1)";
    sqlx::query(insert).execute(&mut of_server).await.unwrap();
    for sql in [
        "CREATE TABLE own (id BIGINT)",
        "ALTER TABLE audit_events ADD COLUMN own BIGINT",
        "DROP TABLE audit_events",
        "TRUNCATE audit_events",
    ] {
        let error = sqlx::query(sql).execute(&mut of_server).await.unwrap_err();
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
    }
    drop((of_owner, of_server));
    postgres.end(Signal::SIGINT).await;
}
