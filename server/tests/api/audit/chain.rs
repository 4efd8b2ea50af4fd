//! The chain: whoever changes rows in the database is found out.

use serde_json::json;
use server::audit::{Head, IntegrityError, NotedIn, Report, head, verify};

use super::{events, run, tamper};
use crate::both_engines;
use crate::support::{Engine, TestApp};

/// A server with a trail of at least twelve events, and its head.
async fn trail(app: &TestApp) -> Head {
    for number in 0..8 {
        app.credential("admin", &format!("K{number}"), "v").await;
    }
    head(&app.state.base.db).await.unwrap()
}

async fn verified(app: &TestApp, noted: Option<&Head>) -> Report {
    verified_from(app, 1, noted).await
}

async fn verified_from(app: &TestApp, from: i64, noted: Option<&Head>) -> Report {
    let base = &app.state.base;
    let noted: Vec<_> = noted.iter().map(|head| (NotedIn::Elsewhere, *head)).collect();
    verify(&base.db, &base.vault, from, &noted, |_, _| ()).await.unwrap()
}

both_engines! {
    async fn a_trail_that_nobody_touched_holds(app: TestApp) {
        let noted = trail(&app).await;
        let report = verified(&app, Some(&noted)).await;
        assert_eq!(report.faults, []);
        assert_eq!(i64::try_from(report.checked).unwrap(), noted.seq);
        app.credential("admin", "LATER", "v").await;
        let report = verified_from(&app, noted.seq, Some(&noted)).await;
        assert_eq!((report.faults.as_slice(), report.checked), ([].as_slice(), 2), "a part of it, and an older head");
    }

    async fn every_column_of_a_changed_event_is_found(app: TestApp) {
        trail(&app).await;
        run(&app, "CREATE TABLE kept AS SELECT * FROM audit_events").await;
        for change in [
            "actor_name = 'nobody'", "actor_kind = 'cli'", "actor_id = NULL", "action = 'credential.read'", "target_kind = 'x'",
            "target_id = NULL", "target_name = 'K9'", "credential_version = 7", "referrer_kind = 'x'", "referrer_name = 'x'",
            "host = 'evil.example'", "address = 'https://evil.example/'", "outcome = 'refused'", "reason = 'x'", "details = 'x'", "request_id = NULL",
            "credential_id = NULL", "referrer_id = target_id", "mac = (SELECT mac FROM audit_head)",
        ] {
            tamper(&app, &format!("UPDATE audit_events SET {change} WHERE seq = 8")).await;
            let report = verified(&app, None).await;
            assert_eq!(report.faults.first(), Some(&IntegrityError::Changed(8)), "{change}");
            tamper(&app, "DELETE FROM audit_events").await;
            tamper(&app, "INSERT INTO audit_events SELECT * FROM kept").await;
        }
        assert_eq!(verified(&app, None).await.faults, []);
        tamper(&app, "UPDATE audit_events SET search_key = 'other' WHERE seq = 8").await;
        assert_eq!(verified(&app, None).await.faults, [IntegrityError::FoundElsewhere(8)]);
    }

    async fn the_address_of_an_event_is_in_its_link_and_older_events_have_none(app: TestApp) {
        trail(&app).await;
        let server = json!({"name": "S", "url": "https://gateway.example/tenant-a/mcp?page=1"});
        app.post("admin", "/mcp-servers", server).await.expect(201);
        let noted = head(&app.state.base.db).await.unwrap();
        assert_eq!(verified(&app, Some(&noted)).await.faults, []);
        let shown = events(&app, "limit=2").await.json();
        assert_eq!(shown["items"][0]["address"], "https://gateway.example/tenant-a/mcp");
        assert_eq!(shown["items"][1]["address"], json!(null));
        for change in ["address = 'https://gateway.example/tenant-b/mcp'", "address = NULL", "address = ''"] {
            tamper(&app, &format!("UPDATE audit_events SET {change} WHERE seq = {}", noted.seq)).await;
            assert_eq!(verified(&app, None).await.faults, [IntegrityError::Changed(noted.seq)], "{change}");
        }
    }

    async fn a_changed_event_is_one_fault_and_the_rest_is_checked(app: TestApp) {
        let noted = trail(&app).await;
        tamper(&app, "UPDATE audit_events SET details = 'x' WHERE seq IN (6, 9)").await;
        let report = verified(&app, Some(&noted)).await;
        assert_eq!(report.faults, [IntegrityError::Changed(6), IntegrityError::Changed(9)]);
        assert_eq!(i64::try_from(report.checked).unwrap(), noted.seq);
        assert_eq!(verified_from(&app, 7, None).await.faults, [IntegrityError::Changed(9)]);
    }

    async fn missing_events_are_found_wherever_they_stood(app: TestApp) {
        let noted = trail(&app).await;
        tamper(&app, "DELETE FROM audit_events WHERE seq IN (1, 2, 7)").await;
        let faults = verified(&app, None).await.faults;
        assert_eq!(faults, [IntegrityError::Missing { first: 1, last: 2 }, IntegrityError::Missing { first: 7, last: 7 }]);
        tamper(&app, &format!("DELETE FROM audit_events WHERE seq = {}", noted.seq)).await;
        assert_eq!(verified_from(&app, 8, None).await.faults, [IntegrityError::Missing { first: noted.seq, last: noted.seq }]);
    }

    async fn swapped_events_are_found_and_named(app: TestApp) {
        trail(&app).await;
        for (one, other) in [(6, 9), (7, 8)] {
            for step in [format!("seq = -1 WHERE seq = {one}"), format!("seq = {one} WHERE seq = {other}"), format!("seq = {other} WHERE seq = -1")] {
                tamper(&app, &format!("UPDATE audit_events SET {step}")).await;
            }
        }
        let moved = [(6, 9), (7, 8), (8, 7), (9, 6)].map(|(seq, from)| IntegrityError::Moved { seq, from });
        assert_eq!(verified(&app, None).await.faults, moved);
    }

    async fn a_cut_tail_shows_against_a_noted_head(app: TestApp) {
        let noted = trail(&app).await;
        let cut = noted.seq - 2;
        tamper(&app, &format!("DELETE FROM audit_events WHERE seq > {cut}")).await;
        assert_eq!(verified(&app, None).await.faults, [IntegrityError::Missing { first: cut + 1, last: noted.seq }]);
        tamper(&app, &format!("UPDATE audit_head SET seq = {cut}, mac = (SELECT mac FROM audit_events WHERE seq = {cut})")).await;
        assert_eq!(verified(&app, None).await.faults, [], "without a noted head a clean cut cannot be told");
        assert_eq!(verified(&app, Some(&noted)).await.faults, [IntegrityError::NotedHead(NotedIn::Elsewhere, noted.seq)]);
        // Written anew: as many events as before, but not the same.
        for number in 0..3 {
            app.credential("admin", &format!("NEW{number}"), "v").await;
        }
        assert_eq!(verified(&app, None).await.faults, []);
        assert_eq!(verified(&app, Some(&noted)).await.faults, [IntegrityError::NotedHead(NotedIn::Elsewhere, noted.seq)]);
    }

    async fn a_wrong_head_and_events_beyond_it_are_found(app: TestApp) {
        let noted = trail(&app).await;
        tamper(&app, "UPDATE audit_head SET mac = (SELECT mac FROM audit_events WHERE seq = 3)").await;
        assert_eq!(verified(&app, None).await.faults, [IntegrityError::WrongHead(noted.seq)]);
        tamper(&app, "UPDATE audit_head SET seq = 3").await;
        assert_eq!(verified(&app, None).await.faults, [IntegrityError::BeyondHead(4)]);
    }

    async fn events_that_were_added_before_the_first_one_are_found(app: TestApp) {
        trail(&app).await;
        for (seq, from) in [(0, 1), (-7, 5)] {
            let added = format!("CREATE TABLE added AS SELECT * FROM audit_events WHERE seq = 3; UPDATE added SET seq = {seq}");
            for step in added.split("; ") {
                run(&app, step).await;
            }
            tamper(&app, "INSERT INTO audit_events SELECT * FROM added").await;
            run(&app, "DROP TABLE added").await;
            let report = verified_from(&app, from, None).await;
            assert_eq!(report.faults, [IntegrityError::BeforeBeginning(seq)]);
            assert!(report.complaint().unwrap().contains(&format!("event {seq} comes before the start")));
        }
        tamper(&app, "DELETE FROM audit_events WHERE seq < 1").await;
        assert_eq!(verified(&app, None).await.faults, []);
    }

    async fn a_key_that_the_keyring_does_not_hold_is_named(app: TestApp) {
        trail(&app).await;
        tamper(&app, "UPDATE audit_events SET key_id = 'key-unknown' WHERE seq = 5").await;
        let faults = verified(&app, None).await.faults;
        assert_eq!(faults, [IntegrityError::UnknownKey { seq: 5, key_id: "key-unknown".to_owned() }]);
        assert!(faults[0].to_string().contains("key-unknown"));
    }

    async fn the_trail_is_checked_while_it_is_written(app: TestApp) {
        trail(&app).await;
        app.cookie("admin").await;
        let writing = async {
            for number in 0..20 {
                app.credential("admin", &format!("W{number}"), "v").await;
            }
        };
        let checking = async {
            for _ in 0..10 {
                assert_eq!(verified(&app, None).await.faults, []);
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(writing, checking);
        assert_eq!(verified(&app, None).await.faults, []);
    }
}
