//! The list: order, pages, filters, and who may see it.

use serde_json::json;

use super::{events, seqs, tamper};
use crate::both_engines;
use crate::support::{Engine, TestApp};

both_engines! {
    async fn only_administrators_see_the_trail(app: TestApp) {
        for path in ["/audit-events", "/audit-events/export"] {
            app.call(None, http::Method::GET, &format!("/api/v1{path}"), None).await.problem(401, "unauthorized");
            for who in ["manager", "viewer"] {
                app.get(who, path).await.problem(403, "forbidden");
            }
            app.get("admin", path).await.expect(200);
        }
    }

    async fn an_event_says_who_did_what_with_what(app: TestApp) {
        let id = app.credential("manager", "PROD_KEY", "canary-value").await;
        app.patch("manager", &format!("/credentials/{id}"), json!({"value": "canary-other"})).await.expect(200);
        let answer = events(&app, &format!("target={id}")).await;
        assert_eq!(answer.items("action"), ["credential.update", "credential.create"]);
        let event = answer.json()["items"][0].clone();
        assert_eq!(event["actor"]["name"], "manager");
        assert_eq!(event["actor"]["kind"], "user");
        assert_eq!(event["target"], json!({"kind": "credential", "id": id, "name": "PROD_KEY"}));
        assert_eq!((event["outcome"].as_str(), event["details"].as_str()), (Some("ok"), Some("changed: value")));
        assert_eq!(event["request_id"].as_str().map(str::len), Some(32));
        assert!(!answer.whole().contains("canary"));
    }

    async fn every_host_that_is_put_on_a_list_is_on_record(app: TestApp) {
        let hosts = json!(["a.example", "b.example:8443"]);
        let body = json!({"name": "KEY", "value": "v", "allowed_hosts": hosts});
        let id = app.post("manager", "/credentials", body).await.expect(201).text("/id");
        let more = json!({"allowed_hosts": ["b.example:8443", "c.example"]});
        app.patch("manager", &format!("/credentials/{id}"), more).await.expect(200);
        app.patch("manager", &format!("/credentials/{id}"), json!({"allowed_hosts": null})).await.expect(200);
        let allowed = events(&app, &format!("target={id}&action=credential.allow_host&sort=seq")).await;
        assert_eq!(allowed.items("host"), ["a.example", "b.example:8443", "c.example"], "each once, when it is new");
        assert_eq!(events(&app, "host=c.example").await.number("/total"), 1);
    }

    async fn pages_lead_on_and_back_by_number(app: TestApp) {
        for number in 0..9 {
            app.credential("admin", &format!("K{number}"), "v").await;
        }
        let all = seqs(&events(&app, "limit=100").await);
        let last = all[0];
        assert_eq!(all, (1..=last).rev().collect::<Vec<_>>(), "newest first, without gaps");
        let first = events(&app, "limit=4").await;
        assert_eq!(seqs(&first), all[..4]);
        assert_eq!(first.number("/total"), last);
        assert_eq!(first.json()["previous_cursor"], json!(null));
        let second = events(&app, &format!("limit=4&cursor={}", first.text("/next_cursor"))).await;
        assert_eq!(seqs(&second), all[4..8]);
        let third = events(&app, &format!("limit=4&cursor={}", second.text("/next_cursor"))).await;
        let back = events(&app, &format!("limit=4&cursor={}", third.text("/previous_cursor"))).await;
        assert_eq!(seqs(&back), all[4..8]);
        let home = events(&app, &format!("limit=4&cursor={}", back.text("/previous_cursor"))).await;
        assert_eq!(seqs(&home), all[..4]);
        assert_eq!(seqs(&events(&app, "limit=4&sort=seq").await), [1, 2, 3, 4]);
        let other = format!("/audit-events?action=credential.create&cursor={}", first.text("/next_cursor"));
        app.get("admin", &other).await.problem(400, "bad-cursor");
    }

    async fn filters_narrow_alone_and_together(app: TestApp) {
        let key = app.credential("manager", "100%_KEY", "v").await;
        app.credential("admin", "100X_KEY", "v").await;
        app.wait(chrono::TimeDelta::hours(2));
        let later = app.state.base.clock.now().to_rfc3339().replace('+', "%2B");
        let server = json!({"name": "Crm", "url": "https://crm.example/mcp", "credential_id": key});
        app.post("admin", "/mcp-servers", server).await.expect(201);
        let targets = async |query: &str| {
            let answer = events(&app, query).await;
            let items = answer.json()["items"].as_array().cloned().unwrap();
            assert_eq!(answer.number("/total"), i64::try_from(items.len()).unwrap(), "{query}");
            items.iter().map(|item| item["target"]["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(targets("search=100%25_key").await, ["100%_KEY", "100%_KEY"]);
        assert_eq!(targets("search=%EF%BC%91%EF%BC%90%EF%BC%90x").await, ["100X_KEY"], "folded: full-width digits");
        assert!(targets("search=_KEY%25").await.is_empty(), "wildcards are literal");
        assert_eq!(targets("search=MANAGER&action=credential.create").await, ["100%_KEY"], "names of actors");
        assert_eq!(targets(&format!("target={key}")).await, ["100%_KEY", "100%_KEY"]);
        assert_eq!(targets(&format!("search={key}&action=credential.create")).await, ["100%_KEY"], "a whole id");
        assert_eq!(targets("action=credential.create").await, ["100X_KEY", "100%_KEY"]);
        assert_eq!(targets("host=CRM.example").await, ["100%_KEY"], "the host that was allowed");
        assert_eq!(targets(&format!("from={later}")).await, ["Crm", "100%_KEY"]);
        assert_eq!(targets(&format!("to={later}&action=credential.create")).await, ["100X_KEY", "100%_KEY"]);
        assert_eq!(targets(&format!("from={later}&search=crm&outcome=ok")).await, ["Crm"]);
        assert_eq!(targets("actor=cli").await.len(), 4, "the accounts that the command line added");
        assert!(targets("actor=cli&outcome=refused").await.is_empty());
        assert!(targets("action=no.such.action").await.is_empty());
        let manager = events(&app, "action=credential.create&search=100%25").await.text("/items/0/actor/id");
        assert_eq!(targets(&format!("actor={manager}&action=credential.create")).await, ["100%_KEY"]);
    }

    async fn what_the_list_does_not_know_is_refused(app: TestApp) {
        for query in ["value=x", "owner_id=x", "sort=at", "limit=0", "from=now", "target=x", "actor=A%20B", "cursor=x"] {
            let answer = app.get("admin", &format!("/audit-events?{query}")).await;
            answer.problem(400, if query.starts_with("cursor") { "bad-cursor" } else { "bad-query" });
        }
        for query in ["value=x", "limit=5"] {
            app.get("admin", &format!("/audit-events/export?{query}")).await.problem(400, "bad-query");
        }
    }

    async fn rows_of_an_older_release_become_searchable(app: TestApp) {
        app.credential("admin", "OLD_KEY", "v").await;
        tamper(&app, "UPDATE audit_events SET search_key = NULL").await;
        assert!(seqs(&events(&app, "search=old_key").await).is_empty());
        server::audit::make_searchable(&app.state.base.db).await.unwrap();
        assert_eq!(seqs(&events(&app, "search=old_key").await).len(), 1);
    }
}
