//! The batches of `keys verify` and `keys rewrap` read about as many rows as they return, however many are stored.

use serde_json::Value;
use server::db::Db;
use server::keys::REWRAP_BATCH;
use server::vault::VERIFY_BATCH;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::both_engines;
use crate::support::statements::run;
use crate::support::{Engine, TestApp};

/// So many values that the plan of a small table would show.
const VALUES: u64 = 20_000;

/// Values of one credential each, in the order of their numbers; they need not open.
async fn fill(app: &TestApp) {
    app.credential("admin", "FIRST", "marked-canary").await;
    let (id, blob) = match &app.state.base.db {
        Db::Sqlite { .. } => ("unhex(printf('%032x', n))", "zeroblob(128)"),
        Db::Postgres { .. } => (
            "CAST(lpad(to_hex(n), 32, '0') AS UUID)",
            "decode(repeat('00', 128), 'hex')",
        ),
    };
    let numbers =
        format!("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {VALUES})");
    let credentials = format!(
        "INSERT INTO credentials (id, name, name_key, name_sort, owner_id, owner_sort, version, revision, allowed_hosts, \
         created_at, updated_at, updated_by_name) \
         {numbers} SELECT {id}, CAST(n AS TEXT), CAST(n AS TEXT), c.name_sort, c.owner_id, c.owner_sort, 1, 1, c.allowed_hosts, \
         c.created_at, c.updated_at, c.updated_by_name FROM numbers, credentials c WHERE c.name = 'FIRST'"
    );
    let versions = format!(
        "INSERT INTO credential_versions (credential_id, version, ciphertext, value_nonce, wrapped_key, key_nonce, key_id, \
         created_at) {numbers} SELECT {id}, 1, {blob}, v.value_nonce, v.wrapped_key, v.key_nonce, v.key_id, v.created_at \
         FROM numbers, credential_versions v WHERE v.credential_id = (SELECT id FROM credentials WHERE name = 'FIRST')"
    );
    assert_eq!(run(app, &credentials).await, VALUES);
    assert_eq!(run(app, &versions).await, VALUES);
}

/// The rows that each step of a plan read, returned or not.
fn rows_read(step: &Value) -> f64 {
    let own: f64 = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"]
        .iter()
        .filter_map(|name| step[name].as_f64())
        .sum();
    let below = step["Plans"].as_array().into_iter().flatten();
    own * step["Actual Loops"].as_f64().unwrap_or(1.0) + below.map(rows_read).sum::<f64>()
}

/// Asserts that a batch in the middle of the table is found by the primary key.
async fn assert_cheap(app: &TestApp, sql: &str, key: Option<&str>) {
    let middle = Uuid::from_u128(u128::from(VALUES / 2));
    macro_rules! plan {
        ($explain:literal, $pool:expr) => {{
            let query = sqlx::query_as(AssertSqlSafe(format!("{} {sql}", $explain)));
            match key {
                Some(key) => query.bind(key).bind(middle).bind(0_i64).bind(50_i64),
                None => query.bind(middle).bind(0_i64),
            }
            .fetch_all($pool)
            .await
            .unwrap()
        }};
    }
    match &app.state.base.db {
        Db::Sqlite { reader, .. } => {
            let plan: Vec<(i64, i64, i64, String)> = plan!("EXPLAIN QUERY PLAN", reader);
            let steps: Vec<&str> = plan.iter().map(|step| step.3.as_str()).collect();
            assert!(
                matches!(steps.as_slice(), [step] if step.starts_with("SEARCH credential_versions USING INDEX")),
                "{steps:?}"
            );
        }
        Db::Postgres { pool, .. } => {
            let plan: Vec<(Value,)> = plan!("EXPLAIN (ANALYZE, FORMAT JSON)", pool);
            let read = rows_read(&plan[0].0[0]["Plan"]);
            assert!(read <= 1000.0, "{read} rows: {:#}", plan[0].0);
        }
    }
}

both_engines! {
    async fn a_batch_reads_about_as_many_rows_as_it_returns(app: TestApp) {
        fill(&app).await;
        assert_cheap(&app, VERIFY_BATCH, None).await;
        assert_cheap(&app, REWRAP_BATCH, Some("another-key")).await;
    }
}
