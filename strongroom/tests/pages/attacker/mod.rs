//! Somebody who may do everything but read a value tries to get one: by a host of their own, by an allowed
//! host that repeats what it is sent, by what the lists, errors and pages give away.

mod earlier;

use std::sync::{Arc, Mutex};

use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::both_engines;
use crate::hostile::{Peer, Seen, answer, completion};
use crate::support::{Answer, Engine, TestApp};

/// A marked canary that a header can carry.
const CANARY: &str = "canary-5e1c-attacker-wants-this";
/// What is looked for: the value, a part of it, and its base64.
const TRACES: &[&str] = &["5e1c-attacker", "attacker-wants", "Y2FuYXJ5LTVlMWM"];

/// Everything that the attacker got to see.
#[derive(Clone, Default)]
struct Loot(Arc<Mutex<Vec<String>>>);

impl Loot {
    fn keep(&self, answer: &Answer) {
        self.0.lock().unwrap().push(answer.whole());
    }

    #[track_caller]
    fn assert_worthless(&self) {
        let loot = self.0.lock().unwrap();
        assert!(loot.len() > 60, "the attacker hardly tried: {} answers", loot.len());
        for text in loot.iter() {
            for trace in TRACES {
                assert!(!text.contains(trace), "the attacker reads {trace} in {text}");
            }
        }
    }
}

/// An allowed server that repeats its headers wherever it can.
async fn echoing() -> Peer {
    Peer::start(|seen| match seen.rpc() {
        "initialize" => seen.result(&json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": seen.echo(), "version": seen.echo()},
            "instructions": seen.echo(),
        })),
        "tools/list" => seen.result(&json!({"tools": [
            {"name": "echo", "description": seen.echo(), "inputSchema": {"type": "object", seen.echo(): seen.echo()}},
            {"name": seen.echo(), "inputSchema": {"type": "object"}},
        ]})),
        "tools/call" => match seen.message["params"]["arguments"]["how"].as_str() {
            Some("error") => seen.error(seen.echo()),
            Some("page") => answer(500, "text/html", format!("<p>{}</p>", seen.echo())),
            Some("reversed-case") => seen.result(&json!({"content": [{"type": "text", "text": format!("{:?}", seen.echo())}]})),
            _ => seen.result(&json!({
                "content": [{"type": "text", "text": seen.echo()}, {"type": "text", "text": format!("x{}x", seen.echo())}],
                "structuredContent": {seen.echo(): seen.echo()},
            })),
        },
        "" if seen.message["messages"].is_array() => completion(seen.echo()),
        _ => seen.decently(),
    })
    .await
}

/// Addresses at which the attacker listens: the same port under every name and spelling of the loopback,
/// and dressed up as the allowed host.
fn own_addresses(own: &Peer, allowed: &Peer) -> Vec<String> {
    let port = |peer: &Peer| {
        peer.url()
            .rsplit(':')
            .next()
            .unwrap()
            .trim_end_matches("/mcp")
            .to_owned()
    };
    let (mine, theirs) = (port(own), port(allowed));
    let mut addresses: Vec<String> = [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
    ]
    .iter()
    .map(|host| format!("http://{host}:{mine}/mcp"))
    .collect();
    addresses.extend([
        format!("http://127.0.0.1:{theirs}@127.0.0.1:{mine}/mcp"),
        format!("http://127.0.0.1:{mine}/mcp#127.0.0.1:{theirs}"),
        format!("http://127.0.0.1:{mine}\\@127.0.0.1:{theirs}/mcp"),
        // The allowed host and port, spelled as another host.
        format!("http://localhost:{theirs}/mcp"),
        // Another tenant of the allowed host, another scheme, and ways out of the allowed path.
        format!("http://127.0.0.1:{theirs}/tenant-mallory/mcp"),
        format!("http://127.0.0.1:{theirs}/"),
        format!("http://127.0.0.1:{theirs}/mcpx"),
        format!("http://127.0.0.1:{theirs}/MCP"),
        format!("https://127.0.0.1:{theirs}/mcp"),
        format!("http://127.0.0.1:{theirs}/mcp/../tenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp/%2e%2e/tenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp/..%2ftenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp/..%5Ctenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp/..;/tenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp/%252e%252e/tenant-mallory"),
        format!("http://127.0.0.1:{theirs}/mcp\\..\\tenant-mallory"),
        format!("http://127.0.0.1:{theirs}//mcp"),
    ]);
    addresses
}

/// The same with models, whose keys go into headers of their own: bindings, models on the spot, and an allowed server
/// that repeats the key in its answers.
async fn attack_with_models(app: &TestApp, loot: &Loot, credential: &str, own: &Peer, allowed: &Peer) {
    let binding = |provider: &str, url: &str| json!({"provider": provider, "model_id": "m", "base_url": url, "api_key": credential});
    let body = json!({"name": "mine", "settings": binding("openai", &allowed.url())});
    let id = app
        .post("manager", "/model-bindings", body)
        .await
        .expect(201)
        .text("/id");
    let mine = format!("/model-bindings/{id}");
    for (at, url) in own_addresses(own, allowed).into_iter().enumerate() {
        for provider in ["openai", "openai-responses", "anthropic", "gemini"] {
            let settings = binding(provider, &url);
            let named = json!({"name": format!("m{at}{provider}"), "settings": settings, "allow_host": true});
            let on_the_spot = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
            for tried in [
                app.post("manager", "/model-bindings", named.clone()).await,
                app.post("manager", "/model-bindings/test", named).await,
                app.post(
                    "manager",
                    "/model-bindings/test",
                    json!({"id": id, "settings": {"base_url": url}}),
                )
                .await,
                app.patch(
                    "manager",
                    &mine,
                    json!({"settings": {"provider": provider, "base_url": url}}),
                )
                .await,
                app.post("manager", "/actions/ai_generate_text", on_the_spot).await,
            ] {
                let worked = tried.status < 300 && tried.json().get("ok") != Some(&Value::Bool(false));
                assert!(!worked, "{url}: {}", tried.whole());
                loot.keep(&tried);
            }
        }
    }
    for path in [format!("{mine}/test"), "/actions/ai_agent".to_owned()] {
        let body = json!({"model_binding_id": id, "inputs": {"prompt": "x"}});
        let body = if path.ends_with("test") { json!({}) } else { body };
        loot.keep(&app.post("manager", &path, body.clone()).await.expect(200));
        let streamed = app
            .with_header(
                "manager",
                Method::POST,
                &path,
                ("accept", "text/event-stream"),
                Some(body),
            )
            .await;
        loot.keep(&streamed.expect(200));
    }
    for read in ["/model-bindings", &mine] {
        loot.keep(&app.get("viewer", read).await.expect(200));
    }
    app.delete("manager", &mine).await.expect(204);
}

both_engines! {
    async fn whoever_may_do_everything_but_read_never_gets_the_value(app: TestApp) {
        let loot = Loot::default();
        let allowed = echoing().await;
        let own = Peer::start(Seen::decently).await;
        let own_url = own.url();
        let credential = app.credential("admin", "PROD_TOKEN", CANARY).await;
        // The owner attaches it: from here on its host is on the list.
        let body = json!({"name": "official", "url": allowed.url(), "credential_id": credential});
        app.post("admin", "/mcp-servers", body).await.expect(201);

        // Pointing it at a host of one's own: while creating, while changing, while testing.
        let mine = json!({"name": "mine", "url": allowed.url(), "credential_id": credential});
        let mine = format!("/mcp-servers/{}", app.post("manager", "/mcp-servers", mine).await.expect(201).text("/id"));
        let id = mine.rsplit('/').next().unwrap().to_owned();
        for (at, url) in own_addresses(&own, &allowed).into_iter().enumerate() {
            for allow_host in [false, true] {
                let attach = json!({"name": format!("n{at}{allow_host}"), "url": url, "credential_id": credential, "allow_host": allow_host});
                let moved = json!({"url": url, "allow_host": allow_host});
                let mut tested = attach.clone();
                tested["id"] = json!(id);
                for tried in [
                    app.post("manager", "/mcp-servers", attach.clone()).await,
                    app.patch("manager", &mine, moved).await,
                    app.post("manager", "/mcp-servers/test", attach).await,
                    app.post("manager", "/mcp-servers/test", tested).await,
                    app.post("manager", "/mcp-servers/test", json!({"id": id, "url": url, "allow_host": allow_host})).await,
                ] {
                    let worked = tried.status < 300 && tried.json().get("ok") != Some(&Value::Bool(false));
                    assert!(!worked, "{url}: {}", tried.whole());
                    loot.keep(&tried);
                }
            }
        }

        attack_with_models(&app, &loot, &credential, &own, &allowed).await;

        // Changing the list of hosts, the value or the name of what is somebody else's.
        let path = format!("/credentials/{credential}");
        for body in [json!({"allowed_hosts": [own_url]}), json!({"value": "other"}), json!({"name": "x"}), json!({"owner_id": "me"})] {
            for who in ["manager", "viewer"] {
                let refused = app.patch(who, &path, body.clone()).await;
                assert!(matches!(refused.status, 403 | 422), "{}", refused.whole());
                loot.keep(&refused);
            }
        }

        // The allowed server repeats it in every place that it can.
        loot.keep(&app.post("manager", &format!("{mine}/test"), json!({})).await.expect(200));
        loot.keep(&app.get("manager", &format!("{mine}/tools")).await.expect(200));
        for how in ["result", "error", "page", "reversed-case"] {
            let call = format!("{mine}/tools/echo/call");
            loot.keep(&app.post("manager", &call, json!({"arguments": {"how": how}})).await);
        }

        // A redirect from the allowed host to one's own.
        let to = own_url.clone();
        let redirecting = Peer::start(move |_| {
            let mut response = answer(307, "text/plain", "");
            response.headers_mut().insert("location", to.parse().unwrap());
            response
        })
        .await;
        app.patch("admin", &path, json!({"allowed_hosts": [
            allowed.url(),
            redirecting.url(),
        ]})).await.expect(200);
        let body = json!({"name": "bounce", "url": redirecting.url(), "credential_id": credential});
        let bounce = format!("/mcp-servers/{}", app.post("manager", "/mcp-servers", body).await.expect(201).text("/id"));
        loot.keep(&app.post("manager", &format!("{bounce}/test"), json!({})).await.expect(200));
        loot.keep(&app.get("manager", &format!("{bounce}/tools")).await);
        assert!(redirecting.seen().iter().any(|seen| seen.echo().contains(CANARY)), "the redirect was never tried");

        // What else there is to look at.
        for read in ["/credentials", "/mcp-servers", &path, &format!("{path}/references"), &format!("{path}/uses"), &mine] {
            for who in ["manager", "viewer"] {
                loot.keep(&app.get(who, read).await.expect(200));
            }
        }
        for page in ["/credentials", "/mcp-servers", &path, &format!("/credentials?edit={credential}")] {
            let request = Request::builder()
                .method(Method::GET)
                .uri(page)
                .header(header::HOST, "127.0.0.1:3000")
                .header(header::ACCEPT, "text/html")
                .header(header::COOKIE, app.cookie("manager").await)
                .body(axum::body::Body::empty())
                .unwrap();
            loot.keep(&app.send(request).await.expect(200));
        }

        assert!(allowed.seen().iter().any(|seen| seen.echo().contains(CANARY)), "the value was never sent at all");
        let keys = ["authorization", "x-api-key", "x-goog-api-key"];
        assert!(allowed.seen().iter().all(|seen| seen.path.starts_with("/mcp")), "another path of the allowed host was asked");
        let sent = own.seen().iter().any(|seen| keys.iter().any(|key| seen.headers.contains_key(*key)));
        assert!(!sent, "the attacker's server was sent a header");
        loot.assert_worthless();
    }

    async fn no_search_sort_filter_or_count_tells_anything_about_a_value(app: TestApp) {
        app.credential("admin", "A_TOKEN", CANARY).await;
        app.credential("admin", "B_TOKEN", "another-value-altogether").await;
        let shape = |answer: &Answer| (answer.status, answer.json()["total"].clone(), answer.json()["type"].clone());
        for (right, wrong) in [
            ("search=canary-5e1c", "search=kanary-5e1c"),
            ("search=c", "search=%C5%BE"),
            ("value=canary-5e1c", "value=wrong"),
            ("filter[value]=canary-5e1c", "filter[value]=wrong"),
            ("sort=value", "sort=nonsense"),
            ("sort=-value", "sort=-nonsense"),
            ("sort=version_value", "sort=length"),
        ] {
            let guessed = app.get("manager", &format!("/credentials?{right}")).await;
            let missed = app.get("manager", &format!("/credentials?{wrong}")).await;
            assert_eq!(shape(&guessed), shape(&missed), "{right}");
        }
        // The same value twice, or another one: the answers do not tell.
        let answers: Vec<Value> = [CANARY, "fresh-value"].iter().zip(["C_TOKEN", "D_TOKEN"]).map(|(value, name)| json!({"name": name, "value": value})).collect();
        let mut shapes = Vec::new();
        for body in answers {
            let created = app.post("manager", "/credentials", body).await.expect(201);
            shapes.push((created.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>(), created.bytes.len()));
        }
        assert_eq!(shapes[0], shapes[1]);
    }
}
