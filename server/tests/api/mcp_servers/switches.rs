//! Servers that are switched off: no use by any caller, and tests by those who may change them.

use contract::accounts::{Role, UserId};
use contract::credentials::{CredentialId, ReferrerKind};
use serde_json::json;
use server::credentials::{Referrer, ResolveError, UseRequest};
use server::destination::Destination;
use server::http::Principal;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Engine, TestApp};

/// The signed-in user, as the server knows the caller of a request.
async fn principal(app: &TestApp, who: &'static str, role: Role) -> Principal {
    let me = app.get(who, "/me").await.expect(200);
    let sessions = app.get(who, "/me/sessions").await.expect(200).json();
    let current = sessions["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["current"] == true)
        .unwrap()
        .clone();
    Principal::User {
        id: UserId(me.text("/id").parse().unwrap()),
        name: who.to_owned(),
        email: String::new(),
        role,
        session: current["id"].as_str().unwrap().parse().unwrap(),
    }
}

both_engines! {
    async fn a_server_that_is_off_is_used_by_no_caller_and_tested_by_those_who_may_change_it(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        for credential in [Some(key.as_str()), None] {
            let peer = Peer::start(Seen::decently).await;
            let name = if credential.is_some() { "with" } else { "without" };
            let saved = app.server("manager", name, &peer.url(), credential).await;
            let id = saved.rsplit('/').next().unwrap().to_owned();
            let binding = json!({"settings": {"provider": "openai", "model_id": "m", "base_url": peer.url()}});
            app.get("other", &format!("{saved}/tools")).await.expect(200);
            app.patch("manager", &saved, json!({"enabled": false})).await.expect(200);
            let before = peer.seen().len();
            for who in ["manager", "other", "admin"] {
                app.get(who, &format!("{saved}/tools")).await.problem(409, "disabled");
                app.post(who, &format!("{saved}/tools/echo/call"), json!({"arguments": {}})).await.problem(409, "disabled");
                let agent = json!({"model": binding, "inputs": {"prompt": "x"}, "mcp": [{"server_id": id}]});
                app.post(who, "/actions/ai_agent", agent).await.problem(409, "disabled");
            }
            app.post("other", &format!("{saved}/test"), json!({})).await.problem(409, "disabled");
            app.post("other", "/mcp-servers/test", json!({"id": id})).await.problem(409, "disabled");
            assert_eq!(peer.seen().len(), before, "{name}");
            for who in ["manager", "admin"] {
                assert_eq!(app.post(who, &format!("{saved}/test"), json!({})).await.expect(200).json()["ok"], true, "{name} {who}");
                assert_eq!(app.post(who, "/mcp-servers/test", json!({"id": id})).await.expect(200).json()["ok"], true, "{name} {who}");
            }
            let changed = json!({"id": id, "url": format!("{}?x=1", peer.url())});
            assert_eq!(app.post("manager", "/mcp-servers/test", changed.clone()).await.expect(200).json()["ok"], true, "{name}");
            app.post("other", "/mcp-servers/test", changed).await.problem(403, "forbidden");
            app.patch("manager", &saved, json!({"enabled": true})).await.expect(200);
            app.get("other", &format!("{saved}/tools")).await.expect(200);
        }
        let refused = app.get("admin", "/audit-events?action=credential.use&outcome=refused").await.expect(200).json();
        let items = refused["items"].as_array().unwrap();
        assert!(items.len() >= 8 && items.iter().all(|item| item["reason"] == "disabled"), "{refused}");
    }

    async fn a_session_with_a_server_belongs_to_one_user_and_ends_with_the_permission(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let saved = app.server("admin", "crm", &peer.url(), None).await;
        for who in ["manager", "other", "manager", "other"] {
            app.get(who, &format!("{saved}/tools")).await.expect(200);
        }
        assert_eq!(peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count(), 2);
        assert_eq!(app.state.mcp_servers.open_sessions(), 2);
        let id = app.get("admin", "/users?search=other").await.expect(200).text("/items/0/id");
        app.patch("admin", &format!("/users/{id}"), json!({"role": "viewer"})).await.expect(200);
        for _ in 0..400 {
            if app.state.mcp_servers.open_sessions() == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(app.state.mcp_servers.open_sessions(), 1);
        app.get("manager", &format!("{saved}/tools")).await.expect(200);
        assert_eq!(peer.seen().iter().filter(|seen| seen.rpc() == "initialize").count(), 2);
    }

    async fn the_resolver_itself_refuses_a_server_that_is_off_or_gone(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let saved = app.server("manager", "crm", "http://127.0.0.1:9/mcp", Some(&key)).await;
        let referrer = |test| Referrer::Saved {
            kind: ReferrerKind::McpServer,
            id: saved.rsplit('/').next().unwrap().parse().unwrap(),
            name: "crm".to_owned(),
            test,
        };
        let owner = principal(&app, "manager", Role::Manager).await;
        let other = principal(&app, "other", Role::Manager).await;
        let resolver = app.state.credentials.resolver();
        let outcome = async |principal: &Principal, test| {
            let request = UseRequest {
                principal: principal.clone(),
                credential: CredentialId(key.parse().unwrap()),
                referrer: referrer(test),
                destination: Destination::parse("http://127.0.0.1:9/mcp").unwrap().1,
                scope: Destination::parse("http://127.0.0.1:9/mcp").unwrap().1,
                purpose: None,
                request_id: "r".to_owned(),
            };
            let version = resolver.resolve(request).await.map(|granted| granted.version);
            (version, resolver.permit(principal, &referrer(test)).await.is_ok())
        };
        assert!(matches!(outcome(&other, false).await, (Ok(1), true)));
        app.patch("manager", &saved, json!({"enabled": false})).await.expect(200);
        for (principal, test) in [(&owner, false), (&other, false), (&other, true)] {
            assert!(matches!(outcome(principal, test).await, (Err(ResolveError::Disabled), false)));
        }
        assert!(matches!(outcome(&owner, true).await, (Ok(1), true)));
        app.delete("manager", &saved).await.expect(204);
        assert!(matches!(outcome(&owner, true).await, (Err(ResolveError::Forbidden(_)), false)));
    }
}
