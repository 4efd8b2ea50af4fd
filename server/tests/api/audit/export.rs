//! The export: every event a line, and the head at the end.

use super::{events, lines, tamper};
use crate::both_engines;
use crate::support::{Engine, TestApp};

both_engines! {
    async fn an_export_is_whole_ends_with_the_head_and_is_on_record_itself(app: TestApp) {
        app.credential("admin", "PROD_KEY", "canary-value").await;
        let answer = app.get("admin", "/audit-events/export").await.expect(200);
        assert_eq!(answer.header("content-type"), "application/jsonl");
        let disposition = answer.header("content-disposition");
        assert!(disposition.starts_with("attachment; filename=\"strongroom-audit-2026"), "{disposition}");
        assert!(answer.header("cache-control").contains("no-store"));
        let lines = lines(&answer);
        let (head, rows) = lines.split_last().unwrap();
        let seqs: Vec<i64> = rows.iter().map(|row| row["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, (1..=i64::try_from(rows.len()).unwrap()).collect::<Vec<_>>(), "oldest first, without gaps");
        let last = rows.last().unwrap();
        assert_eq!(last["action"], "audit.export");
        assert_eq!(last["details"], "all events");
        assert_eq!((&head["head"]["seq"], &head["head"]["mac"]), (&last["seq"], &last["mac"]));
        assert_eq!(last["mac"].as_str().map(str::len), Some(64));
        let noted = format!("{}:{}", last["seq"], last["mac"].as_str().unwrap());
        assert_eq!(server::audit::head(&app.state.base.db).await.unwrap().to_string(), noted);
        assert!(!answer.whole().contains("canary"));
    }

    async fn an_export_takes_the_filters_of_the_list(app: TestApp) {
        app.credential("admin", "ONE", "v").await;
        app.credential("admin", "TWO", "v").await;
        let answer = app.get("admin", "/audit-events/export?action=credential.create&search=t_o").await.expect(200);
        assert_eq!(lines(&answer).len(), 1, "nothing but the head");
        let answer = app.get("admin", "/audit-events/export?action=credential.create&search=two").await.expect(200);
        let names: Vec<_> = lines(&answer).iter().map(|line| line["target"]["name"].clone()).collect();
        assert_eq!(names, ["TWO".into(), serde_json::Value::Null]);
        let record = events(&app, "action=audit.export&limit=1").await;
        assert_eq!(record.text("/items/0/details"), "filtered by: search, action");
        assert!(!record.whole().contains("two"));
    }

    async fn an_export_of_many_events_is_read_in_batches(app: TestApp) {
        // Copies of one event: the chain does not matter here.
        tamper(&app, "INSERT INTO audit_events (seq, at, actor_kind, actor_name, action, target_kind, target_name, outcome, key_id, mac) \
             WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 2200) \
             SELECT n.i, e.at, e.actor_kind, e.actor_name, 'copy', e.target_kind, e.target_name, e.outcome, e.key_id, e.mac \
             FROM n, audit_events e WHERE e.seq = 1").await;
        tamper(&app, "UPDATE audit_head SET seq = 3000").await;
        let answer = app.get("admin", "/audit-events/export?action=copy").await.expect(200);
        assert_eq!(lines(&answer).len(), 1201);
        let exactly = app.get("admin", "/audit-events/export?action=copy&search=none").await.expect(200);
        assert_eq!(lines(&exactly).len(), 1);
    }
}
