//! Refused sign-ins: one event for each account or address and minute, with a count.

use chrono::TimeDelta;
use http::Method;
use serde_json::json;

use super::events;
use crate::both_engines;
use crate::support::{Engine, TestApp};
use crate::throttling::attempt;

async fn try_to_sign_in(app: &TestApp, email: &str) {
    let body = json!({"email": email, "password": "canary a wrong password"});
    app.call(None, Method::POST, "/api/v1/session", Some(body)).await;
}

both_engines! {
    async fn refused_sign_ins_are_one_event_for_each_account_and_minute(app: TestApp) {
        for _ in 0..3 {
            try_to_sign_in(&app, "MANAGER@example.com").await;
            try_to_sign_in(&app, "canary-nobody@example.com").await;
        }
        assert_eq!(events(&app, "outcome=refused").await.number("/total"), 0, "the minute is not over");
        app.wait(TimeDelta::minutes(2));
        try_to_sign_in(&app, "canary-nobody@example.com").await;
        app.state.accounts.store_failed().await.unwrap();
        let answer = events(&app, "outcome=refused&action=session.create").await;
        assert_eq!(answer.number("/total"), 2);
        assert!(!answer.whole().contains("canary"), "an unknown email is kept as a hash");
        let items = answer.json()["items"].as_array().cloned().unwrap();
        let of = |kind: &str| items.iter().find(|item| item["target"]["kind"] == kind).cloned().unwrap();
        let known = of("user");
        assert_eq!(known["target"]["name"], "manager");
        assert_eq!(known["actor"], json!({"kind": "anonymous", "id": null, "name": "not signed in"}));
        assert_eq!((&known["reason"], &known["details"]), (&json!("wrong-password"), &json!("attempts: 3, from: 127.0.0.1")));
        let unknown = of("unknown_account");
        assert_eq!(unknown["details"], "attempts: 3, from: 127.0.0.1");
        assert_eq!(unknown["target"]["name"].as_str().map(str::len), Some(32));

        app.wait(TimeDelta::minutes(2));
        try_to_sign_in(&app, "viewer@example.com").await;
        app.state.accounts.store_failed().await.unwrap();
        let again = events(&app, "outcome=refused&search=manager").await;
        assert_eq!(again.number("/total"), 1, "each minute once");
        let unknown_again = events(&app, &format!("search={}", unknown["target"]["name"].as_str().unwrap())).await;
        assert_eq!(unknown_again.number("/total"), 2, "the same address is the same account");
        let base = &app.state.base;
        let report = server::audit::verify(&base.db, &base.vault, 1, &[], |_, _| ()).await.unwrap();
        assert_eq!(report.faults, []);
    }

    async fn an_address_that_is_slowed_down_is_one_event_a_minute(app: TestApp) {
        for _ in 0..14 {
            try_to_sign_in(&app, "viewer@example.com").await;
        }
        app.wait(TimeDelta::minutes(2));
        app.cookie("admin").await;
        app.state.accounts.store_failed().await.unwrap();
        let answer = events(&app, "outcome=refused").await;
        let throttled = answer.json()["items"].as_array().unwrap().iter().find(|item| item["reason"] == "throttled").cloned();
        let throttled = throttled.expect("an event of the address");
        assert_eq!(throttled["target"], json!({"kind": "network", "id": null, "name": "127.0.0.1"}));
        assert_eq!(throttled["details"], "attempts: 4, from: 127.0.0.1");
        assert_eq!(answer.number("/total"), 2);
    }

    async fn all_addresses_of_a_network_are_one_event_a_minute(app: TestApp) {
        for _ in 0..12 {
            attempt(&app.router, "2001:db8:0:1::1", "", "viewer", "canary a wrong password").await;
        }
        for number in 2..40 {
            let answer = attempt(&app.router, &format!("2001:db8:0:1::{number:x}"), "", "viewer", "canary a wrong password").await;
            answer.problem(429, "throttled");
        }
        app.wait(TimeDelta::minutes(2));
        app.cookie("admin").await;
        app.state.accounts.store_failed().await.unwrap();
        let answer = events(&app, "outcome=refused").await;
        let items = answer.json()["items"].as_array().cloned().unwrap();
        let throttled: Vec<_> = items.iter().filter(|item| item["reason"] == "throttled").collect();
        assert!(matches!(throttled.as_slice(), [one] if one["target"]["name"] == "2001:db8:0:1::/64"), "{throttled:?}");
    }

    async fn more_counts_than_one_transaction_takes_become_events(app: TestApp) {
        for number in 0..100 {
            let address = format!("198.51.100.{number}");
            attempt(&app.router, &address, "", &format!("nobody-{number}"), "canary a wrong password").await;
        }
        app.wait(TimeDelta::minutes(2));
        app.cookie("admin").await;
        app.state.accounts.store_failed().await.unwrap();
        assert_eq!(events(&app, "outcome=refused").await.number("/total"), 100);
        app.state.accounts.store_failed().await.unwrap();
        assert_eq!(events(&app, "outcome=refused").await.number("/total"), 100, "each once");
    }
}
