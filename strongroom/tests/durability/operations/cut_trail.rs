//! A database whose trail lost its end: the server does not start with it until the decision is recorded.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::prepared;
use crate::database::Engine;
use crate::process::{self, Options, Said, Server};
use crate::tables::Tables;

/// The head is noted every 5 seconds; this is longer, for a busy machine.
const NOTED_WITHIN: Duration = Duration::from_secs(30);

/// Changes rows behind the servers' backs.
async fn tamper(options: &Options, statements: &[String]) {
    for sql in statements {
        let sql = AssertSqlSafe(sql.clone());
        let changed = if let Some(url) = &options.database {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected()
        } else {
            let file = SqliteConnectOptions::new().filename(options.folder.join("strongroom.db"));
            let mut connection = file.connect().await.unwrap();
            let changed = sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected();
            connection.close().await.unwrap();
            changed
        };
        assert!(changed > 0);
    }
}

/// Runs a command with an answer on its standard input.
fn answer(options: &Options, arguments: &[&str], text: &str) -> Said {
    let mut command: Command = options.command();
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Said {
        done: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn read_note(options: &Options) -> String {
    std::fs::read_to_string(options.folder.join("audit-head")).unwrap_or_default()
}

/// Waits until the running server has noted the head with this number.
async fn until_noted(options: &Options, seq: i64) -> String {
    let since = Instant::now();
    loop {
        let noted = read_note(options);
        if noted.starts_with(&format!("{seq}:")) {
            return noted;
        }
        assert!(since.elapsed() < NOTED_WITHIN, "event {seq} is noted: {noted}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn refuses_a_cut_trail(engine: Engine) {
    let (_folder, options) = prepared(engine).await;
    let server = Server::start(&options).await;
    let client = server.sign_in().await;
    client.credential("EARLY", "canary-early").await;
    let mut tables = Tables::open(&options).await;
    let kept = tables.number("SELECT seq FROM audit_head").await;
    client.credential("LATE", "canary-late").await;
    // The running server notes the head: SIGKILL leaves it no time to do so at its end.
    let noted = until_noted(&options, kept + 1).await;
    server.kill();
    drop(tables);
    process::assert_trail_holds(&options);

    // An end that was cut off without a trace in the database itself.
    tamper(
        &options,
        &[
            "DELETE FROM credential_versions WHERE credential_id = (SELECT id FROM credentials WHERE name = 'LATE')"
                .to_owned(),
            "DELETE FROM credentials WHERE name = 'LATE'".to_owned(),
            format!("DELETE FROM audit_events WHERE seq > {kept}"),
            format!("UPDATE audit_head SET seq = {kept}, mac = (SELECT mac FROM audit_events WHERE seq = {kept})"),
        ],
    )
    .await;
    let told = process::run(&options, &["serve"]).refused();
    assert!(told.contains("audit-head") && told.contains("accept-head"), "{told}");
    let told = process::run(&options, &["audit", "verify"]).refused();
    assert!(
        told.contains("audit-head") && told.contains("deleted or rewritten"),
        "{told}"
    );

    for refusal in ["", "no\n", "y\n"] {
        assert!(!answer(&options, &["audit", "accept-head"], refusal).done);
    }
    process::run(&options, &["serve"]).refused();
    let accepted = answer(&options, &["audit", "accept-head"], "yes\n").done();
    assert!(
        accepted.contains(noted.trim()) && accepted.contains("Accepted."),
        "{accepted}"
    );
    process::assert_trail_holds(&options);
    let mut tables = Tables::open(&options).await;
    let recorded = tables
        .number("SELECT count(*) FROM audit_events WHERE action = 'audit.accept_head'")
        .await;
    assert_eq!(recorded, 1);
    drop(tables);
    let server = Server::start(&options).await;
    server.sign_in().await.credential("LATER", "canary-later").await;
    let mut tables = Tables::open(&options).await;
    let last = tables.number("SELECT seq FROM audit_head").await;
    drop(tables);
    server.signal(Signal::SIGTERM);
    assert_eq!(server.ended().await.code(), Some(0));
    let noted = read_note(&options);
    assert!(noted.starts_with(&format!("{last}:")), "noted at the stop: {noted}");

    // All events and the head are deleted: an empty trail beside records.
    std::fs::remove_file(options.folder.join("audit-head")).unwrap();
    tamper(
        &options,
        &[
            "DELETE FROM audit_events".to_owned(),
            "DELETE FROM audit_head".to_owned(),
        ],
    )
    .await;
    let told = process::run(&options, &["serve"]).refused();
    assert!(told.contains("the events were deleted"), "{told}");
    let told = process::run(&options, &["audit", "verify"]).refused();
    assert!(told.contains("EARLY") && told.contains("user admin"), "{told}");
}

#[tokio::test]
async fn a_trail_whose_end_was_cut_off_is_refused_until_it_is_accepted_on_sqlite() {
    refuses_a_cut_trail(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_trail_whose_end_was_cut_off_is_refused_until_it_is_accepted_on_postgres() {
    refuses_a_cut_trail(Engine::Postgres).await;
}

#[tokio::test]
async fn a_head_that_cannot_be_noted_is_reported_at_the_start_and_one_that_cannot_be_read_refuses_it() {
    let (_folder, options) = prepared(Engine::Sqlite).await;
    let file = options.folder.join("audit-head");
    // A link to a place that does not exist: there is no note to read, and none can be written, even by root.
    std::os::unix::fs::symlink(options.folder.join("missing/audit-head"), &file).unwrap();
    let mut process = options
        .command()
        .arg("serve")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(process.stdout.take().unwrap()).lines() {
        said.push(line.unwrap());
        if said.last().unwrap().contains("Strongroom listens on") {
            break;
        }
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let warns = |line: &String| line.contains("Cannot write the file") && line.contains("audit-head");
    assert_eq!(said.iter().filter(|line| warns(line)).count(), 1, "{said:?}");
    assert!(
        said.last().unwrap().contains("listens"),
        "it starts all the same: {said:?}"
    );

    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let told = process::run(&options, &["serve"]).refused();
    assert!(
        told.contains("Cannot read the file") && told.contains("audit-head"),
        "{told}"
    );
}
