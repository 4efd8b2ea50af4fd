//! Searching: few matches and many are read in different ways, and look the same.

use server::db::Db;
use uuid::Uuid;

use crate::both_engines;
use crate::support::{Engine, TestApp};

/// More than the store calls few.
const MANY: usize = 510;

const COPY: &str = "INSERT INTO credentials (id, name, name_key, name_sort, owner_id, owner_sort, version, revision, \
     reference_epoch, allowed_hosts, created_at, updated_at, updated_by_name) \
     SELECT $1, $2, $2, $3, owner_id, owner_sort, 1, 1, 0, allowed_hosts, created_at, updated_at, updated_by_name \
     FROM credentials WHERE name = 'the first'";

/// Rows like the first one, without values: lists never look at them.
async fn copy(app: &TestApp, name: &str) {
    let (id, sort) = (Uuid::now_v7(), name.as_bytes().to_vec());
    let copied = match &app.state.base.db {
        Db::Sqlite { writer, .. } => sqlx::query(COPY)
            .bind(id)
            .bind(name)
            .bind(sort)
            .execute(writer)
            .await
            .map(|done| done.rows_affected()),
        Db::Postgres { pool, .. } => sqlx::query(COPY)
            .bind(id)
            .bind(name)
            .bind(sort)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()),
    };
    assert_eq!(copied.expect("a row is copied"), 1);
}

both_engines! {
    async fn few_matches_and_many_page_alike(app: TestApp) {
        app.credential("admin", "the first", "canary-first").await;
        for number in 0..MANY {
            copy(&app, &format!("many {number:04}")).await;
        }
        for (search, matches) in [("many", MANY), ("many 00", 100), ("many 050", 10), ("nowhere", 0)] {
            let mut path = format!("/credentials?sort=name&limit=40&search={}", search.replace(' ', "%20"));
            let mut names = Vec::new();
            loop {
                let page = app.get("viewer", &path).await.expect(200);
                assert_eq!(page.number("/total"), i64::try_from(matches).unwrap(), "{search}");
                names.extend(page.items("name"));
                let Some(next) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
                let (start, _) = path.split_once("&cursor=").unwrap_or((&path, ""));
                path = format!("{start}&cursor={next}");
            }
            let all = (0..MANY).map(|number| format!("many {number:04}"));
            let expected: Vec<String> = all.filter(|name| name.contains(search)).collect();
            assert_eq!(names, expected, "{search}");
        }
    }
}
