//! The list in a long trail. That each filter has its index is tested beside its SQL.

use super::{events, seqs, tamper};
use crate::both_engines;
use crate::support::{Engine, TestApp};

both_engines! {
    async fn a_long_trail_is_counted_to_its_limit_and_paged_at_its_end(app: TestApp) {
        tamper(&app, "INSERT INTO audit_events (seq, at, actor_kind, actor_name, action, target_kind, target_name, outcome, key_id, mac, search_key) \
             WITH RECURSIVE n (i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 13000) \
             SELECT n.i, e.at, e.actor_kind, e.actor_name, 'copy', e.target_kind, e.target_name, e.outcome, e.key_id, e.mac, e.search_key \
             FROM n, audit_events e WHERE e.seq = 1").await;
        let all = events(&app, "limit=2").await;
        assert_eq!((all.number("/total"), all.json()["total_exact"].as_bool()), (10_000, Some(false)));
        for query in ["action=copy", "search=admin", "outcome=ok&actor=cli", "from=2026-01-01T00:00:00Z"] {
            let answer = events(&app, &format!("limit=2&{query}")).await;
            assert_eq!(seqs(&answer), [13000, 12999], "{query}");
            assert_eq!(answer.number("/total"), 10_000, "{query}");
            let next = events(&app, &format!("limit=2&{query}&cursor={}", answer.text("/next_cursor"))).await;
            assert_eq!(seqs(&next), [12998, 12997], "{query}");
        }
    }
}
