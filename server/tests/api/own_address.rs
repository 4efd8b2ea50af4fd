//! Strongroom's own addresses are no destinations.

use serde_json::json;
use server::outbound::mcp::{McpSession, McpTarget};
use server::outbound::{Outbound, OutboundError, OutboundSettings, OwnAddresses};
use url::Url;

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::statements::run;
use crate::support::{Engine, TestApp};

/// The default listener of the settings, in every spelling.
const OWN: [&str; 6] = [
    "http://127.0.0.1:3000/mcp",
    "http://localhost:3000/mcp",
    "https://localhost:3000/mcp",
    "http://0.0.0.0:3000/mcp",
    "http://[::ffff:127.0.0.1]:3000/mcp",
    "http://2130706433:3000/api/v1/me",
];

both_engines! {
    async fn an_address_of_this_server_is_refused_when_it_is_saved_or_tested(app: TestApp) {
        let server = app.server("admin", "crm", "http://127.0.0.1:3001/mcp", None).await;
        let settings = |url: &str| json!({"provider": "openai-compatible", "model_id": "m", "base_url": url});
        let binding = app.post("admin", "/model-bindings", json!({"name": "model", "settings": settings("http://127.0.0.1:3001/v1")})).await.expect(201).text("/id");
        for url in OWN {
            let body = json!({"name": "other", "url": url});
            let changed = json!({"url": url});
            for refused in [app.post("admin", "/mcp-servers", body.clone()).await, app.post("admin", "/mcp-servers/test", body).await, app.patch("admin", &server, changed).await] {
                let refused = refused.problem(422, "invalid");
                assert_eq!((refused.text("/errors/0/pointer"), refused.text("/errors/0/code")), ("/url".to_owned(), "own-address".to_owned()), "{url}");
            }
            let body = json!({"name": "other", "settings": settings(url)});
            let changed = json!({"settings": {"base_url": url}});
            for refused in [app.post("admin", "/model-bindings", body.clone()).await, app.post("admin", "/model-bindings/test", body).await, app.patch("admin", &format!("/model-bindings/{binding}"), changed).await] {
                let refused = refused.problem(422, "invalid");
                assert_eq!((refused.text("/errors/0/pointer"), refused.text("/errors/0/code")), ("/settings/base_url".to_owned(), "own-address".to_owned()), "{url}");
            }
        }
    }

    async fn an_address_of_this_server_is_refused_at_each_use(app: TestApp) {
        // A listener that would answer, at an address that became the server's own after the record was saved.
        let peer = Peer::start(Seen::decently).await;
        let key = app.credential("admin", "KEY", "canary-7d1f").await;
        let server = app.server("admin", "crm", &peer.url(), Some(&key)).await;
        let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url(), "api_key": key});
        let binding = app.post("admin", "/model-bindings", json!({"name": "model", "settings": settings})).await.expect(201).text("/id");
        app.get("admin", &format!("{server}/tools")).await.expect(200);
        let port = Url::parse(&peer.url()).unwrap().port().unwrap();
        app.state.own.bound(vec![format!("127.0.0.1:{port}").parse().unwrap()]);
        run(&app, "UPDATE mcp_servers SET revision = revision + 1").await;
        let before = peer.seen().len();
        let refused = app.get("admin", &format!("{server}/tools")).await.problem(502, "unreachable");
        assert!(refused.text("/detail").contains("is Strongroom's own address"), "{}", refused.whole());
        let tested = app.post("admin", &format!("{server}/test"), json!({})).await.expect(200);
        assert_eq!(tested.json()["ok"], false, "{}", tested.whole());
        let body = json!({"model_binding_id": binding, "inputs": {"prompt": "x"}});
        app.post("admin", "/actions/ai_generate_text", body).await.problem(502, "unreachable");
        assert_eq!(peer.seen().len(), before, "nothing was sent");
    }
}

#[tokio::test]
async fn other_ports_of_the_machine_stay_open_beside_a_listener_on_all_addresses() {
    let (own, other) = (Peer::start(Seen::decently).await, Peer::start(Seen::decently).await);
    let port = Url::parse(&own.url()).unwrap().port().unwrap();
    let outbound = Outbound::new(&OutboundSettings {
        own: OwnAddresses::new(vec![format!("0.0.0.0:{port}").parse().unwrap()], None),
        ..OutboundSettings::default()
    })
    .unwrap();
    let open = async |url: &str| {
        let target = McpTarget::Http {
            url: Url::parse(url).unwrap(),
            bearer: None,
        };
        McpSession::open(&outbound, target).await.map(|_| ())
    };
    for url in [
        own.url(),
        own.url().replace("127.0.0.1", "127.5.6.7"),
        own.url().replace("127.0.0.1", "localhost"),
    ] {
        assert_eq!(open(&url).await, Err(OutboundError::OwnRefused), "{url}");
    }
    assert!(own.seen().is_empty());
    assert_eq!(open(&other.url()).await, Ok(()));
    assert_eq!(open(&other.url().replace("127.0.0.1", "localhost")).await, Ok(()));
}
