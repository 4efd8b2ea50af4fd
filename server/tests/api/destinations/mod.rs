//! Allowed destinations: scheme, host, port and path, when a reference is saved and at every use.

mod older;

use serde_json::{Value, json};

use crate::both_engines;
use crate::peers::hostile::{Peer, Seen};
use crate::support::{Answer, Engine, TestApp};

/// A peer whose paths belong to different tenants.
async fn gateway() -> (Peer, String) {
    let peer = Peer::start(Seen::decently).await;
    let origin = peer.url().trim_end_matches("/mcp").to_owned();
    (peer, origin)
}

fn model(base_url: &str, credential: &str) -> Value {
    json!({"provider": "openai", "model_id": "m", "base_url": base_url, "api_key": credential})
}

#[track_caller]
fn refused(answer: &Answer) {
    let slug = "urn:strongroom:problem:host-not-allowed";
    let document = answer.json();
    let inside = document["error"]["type"] == slug;
    assert!(
        inside || document["type"] == slug && answer.status == 422,
        "{}",
        answer.whole()
    );
}

async fn list(app: &TestApp, credential: &str) -> Value {
    app.get("viewer", &format!("/credentials/{credential}"))
        .await
        .expect(200)
        .json()["allowed_hosts"]
        .clone()
}

/// The audited addresses of one kind of event, oldest first.
async fn addresses(app: &TestApp, action: &str) -> Vec<String> {
    let query = format!("/audit-events?action={action}&sort=seq&limit=100");
    app.get("admin", &query).await.expect(200).items("address")
}

both_engines! {
    async fn a_credential_for_one_tenant_of_a_host_is_not_sent_to_another(app: TestApp) {
        let (peer, origin) = gateway().await;
        let key = app.credential("admin", "KEY", "canary-7d1f").await;
        let allowed = json!({"allowed_hosts": [format!("{origin}/tenant-a/")]});
        app.patch("admin", &format!("/credentials/{key}"), allowed).await.expect(200);

        let mallory = format!("{origin}/tenant-mallory/mcp");
        let body = json!({"name": "mine", "url": mallory, "credential_id": key, "allow_host": true, "whole_host": true});
        let problem = app.post("manager", "/mcp-servers", body.clone()).await.problem(422, "host-not-allowed");
        assert_eq!(problem.json()["host"], json!(mallory));
        assert!(problem.text("/detail").contains(&mallory), "{}", problem.whole());
        refused(&app.post("manager", "/mcp-servers/test", body).await);
        let settings = model(&format!("{origin}/tenant-mallory/v1"), &key);
        refused(&app.post("manager", "/model-bindings", json!({"name": "mine", "settings": settings})).await);
        refused(&app.post("manager", "/model-bindings/test", json!({"settings": settings, "allow_host": true})).await);
        let direct = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
        refused(&app.post("manager", "/actions/ai_generate_text", direct).await);

        // What is allowed can be saved by the same user, and cannot be moved aside afterwards.
        let fine = json!({"name": "fine", "url": format!("{origin}/tenant-a/mcp"), "credential_id": key});
        let fine = format!("/mcp-servers/{}", app.post("manager", "/mcp-servers", fine).await.expect(201).text("/id"));
        refused(&app.patch("manager", &fine, json!({"url": mallory, "allow_host": true})).await);
        let settings = model(&format!("{origin}/tenant-a/v1"), &key);
        let bound = app.post("manager", "/model-bindings", json!({"name": "fine", "settings": settings})).await.expect(201);
        let moved = json!({"settings": {"base_url": format!("{origin}/tenant-mallory/v1")}});
        refused(&app.patch("manager", &format!("/model-bindings/{}", bound.text("/id")), moved).await);
        assert!(peer.seen().is_empty(), "a request was sent");

        app.get("manager", &format!("{fine}/tools")).await.expect(200);
        assert!(peer.seen().iter().all(|seen| seen.path.starts_with("/tenant-a/")));
        assert_eq!(list(&app, &key).await, json!([format!("{origin}/tenant-a")]));
    }

    async fn a_value_that_is_meant_for_https_never_goes_over_http(app: TestApp) {
        let (peer, origin) = gateway().await;
        let authority = origin.trim_start_matches("http://");
        let key = app.credential("admin", "KEY", "canary-7d1f").await;
        let path = format!("/credentials/{key}");
        let bare = app.patch("admin", &path, json!({"allowed_hosts": [authority]})).await.problem(422, "invalid");
        assert_eq!(
            bare.json()["errors"][0],
            json!({"pointer": "/allowed_hosts/0", "code": "bad-host", "detail": format!("Write http://{authority} or https://{authority}.")})
        );
        app.patch("admin", &path, json!({"allowed_hosts": [format!("https://{authority}")]})).await.expect(200);
        let plain = json!({"name": "plain", "url": format!("{origin}/mcp"), "credential_id": key});
        for who in ["manager", "admin"] {
            refused(&app.post(who, "/mcp-servers", plain.clone()).await);
            refused(&app.post(who, "/mcp-servers/test", plain.clone()).await);
            let settings = model(&format!("{origin}/v1"), &key);
            refused(&app.post(who, "/model-bindings", json!({"name": "plain", "settings": settings})).await);
        }
        assert!(peer.seen().is_empty(), "a request was sent");
        assert_eq!(list(&app, &key).await, json!([format!("https://{authority}")]));
        // Plain HTTP has to be written.
        app.patch("admin", &path, json!({"allowed_hosts": [origin]})).await.expect(200);
        let saved = app.post("manager", "/mcp-servers", plain).await.expect(201).text("/id");
        app.get("manager", &format!("/mcp-servers/{saved}/tools")).await.expect(200);
        let encrypted = json!({"url": format!("https://{authority}/mcp")});
        refused(&app.patch("manager", &format!("/mcp-servers/{saved}"), encrypted).await);
    }

    async fn an_attach_adds_the_path_or_the_whole_host_as_a_choice(app: TestApp) {
        let attach = async |name: &str, url: &str, key: &str, more: Value| {
            let mut body = json!({"name": name, "url": url, "credential_id": key});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.post("manager", "/mcp-servers", body).await
        };
        let first = app.credential("manager", "FIRST", "canary-7d1f").await;
        attach("a", "https://a.example/x/mcp?page=1", &first, json!({})).await.expect(201);
        assert_eq!(list(&app, &first).await, json!(["a.example/x/mcp"]));
        refused(&attach("b", "https://a.example/y", &first, json!({"whole_host": true})).await);
        attach("b", "https://a.example/y/", &first, json!({"allow_host": true})).await.expect(201);
        assert_eq!(list(&app, &first).await, json!(["a.example/x/mcp", "a.example/y"]));
        attach("c", "https://a.example/z", &first, json!({"allow_host": true, "whole_host": true})).await.expect(201);
        assert_eq!(list(&app, &first).await, json!(["a.example/x/mcp", "a.example/y", "a.example"]));

        let whole = app.credential("manager", "WHOLE", "canary-7d1f").await;
        attach("d", "http://a.example:8080/x", &whole, json!({"whole_host": true})).await.expect(201);
        assert_eq!(list(&app, &whole).await, json!(["http://a.example:8080"]));

        // A binding adds the base URL of its requests; a known provider brings its own.
        for (name, settings, entry) in [
            ("own", json!({"provider": "openai", "model_id": "m", "base_url": "https://a.example/proxy/v1/"}), "a.example/proxy/v1"),
            ("openai", json!({"provider": "openai", "model_id": "m"}), "api.openai.com/v1"),
            ("gemini", json!({"provider": "gemini", "model_id": "models/g-1"}), "generativelanguage.googleapis.com/v1beta"),
            ("anthropic", json!({"provider": "anthropic", "model_id": "m"}), "api.anthropic.com/v1"),
            ("responses", json!({"provider": "openai-responses", "model_id": "m"}), "api.openai.com/v1"),
            ("ollama", json!({"provider": "ollama", "model_id": "m"}), "http://127.0.0.1:11434/v1"),
        ] {
            let key = app.credential("manager", name, "canary-7d1f").await;
            let mut settings = settings;
            settings["api_key"] = json!(key);
            app.post("manager", "/model-bindings", json!({"name": name, "settings": settings})).await.expect(201);
            assert_eq!(list(&app, &key).await, json!([entry]), "{name}");
        }
        let allowed = addresses(&app, "credential.allow_host").await;
        assert_eq!(allowed[..4], [
            "https://a.example/x/mcp", "https://a.example/y", "https://a.example/", "http://a.example:8080/",
        ]);
    }

    async fn a_path_that_servers_read_differently_takes_no_credential(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        app.patch("manager", &format!("/credentials/{key}"), json!({"allowed_hosts": ["a.example"]})).await.expect(200);
        for (path, code) in [
            ("/x/../y", "dot-segment"),
            ("/x/%2e%2e/y", "dot-segment"),
            ("/x/..;/y", "dot-segment"),
            ("/x%2fy", "encoded-slash"),
            ("/x\\y", "encoded-slash"),
            ("/x%5Cy", "encoded-slash"),
            ("/x/%zz", "bad-escape"),
        ] {
            let url = format!("https://a.example{path}");
            let body = json!({"name": "x", "url": url, "credential_id": key, "allow_host": true});
            for answer in [app.post("manager", "/mcp-servers", body.clone()).await, app.post("manager", "/mcp-servers/test", body).await] {
                let problem = answer.problem(422, "invalid");
                assert_eq!((problem.pointers(), problem.text("/errors/0/code")), (vec!["/url".to_owned()], code.to_owned()), "{path}");
            }
            let settings = model(&url, &key);
            for (path, body) in [
                ("/model-bindings", json!({"name": "x", "settings": settings})),
                ("/model-bindings/test", json!({"settings": settings})),
            ] {
                let problem = app.post("manager", path, body).await.problem(422, "invalid");
                assert_eq!((problem.pointers(), problem.text("/errors/0/code")), (vec!["/settings/base_url".to_owned()], code.to_owned()), "{url}");
            }
        }
        // Without a credential such an address is the server's own affair.
        let free = json!({"name": "free", "url": "https://a.example/group%2Fproject/mcp"});
        let free = app.post("manager", "/mcp-servers", free).await.expect(201).text("/id");
        let attached = app.patch("manager", &format!("/mcp-servers/{free}"), json!({"credential_id": key})).await;
        assert_eq!(attached.problem(422, "invalid").pointers(), ["/url"]);
        // The id of a model may not lead out of the base URL either.
        let gemini = json!({"provider": "gemini", "model_id": "../../secret", "api_key": key, "base_url": "https://a.example/v1"});
        let problem = app.post("manager", "/model-bindings", json!({"name": "g", "settings": gemini})).await.problem(422, "invalid");
        assert_eq!(problem.pointers(), ["/settings/model_id"]);
    }

    async fn each_use_and_each_saved_address_is_audited_with_its_path(app: TestApp) {
        let (_peer, origin) = gateway().await;
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let secret = "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c";
        let url = format!("{origin}/s/{secret}/mcp?page=canary");
        let server = app.post("manager", "/mcp-servers", json!({"name": "S", "url": url, "credential_id": key})).await.expect(201);
        let server = format!("/mcp-servers/{}", server.text("/id"));
        app.get("manager", &format!("{server}/tools")).await.expect(200);
        let hidden = format!("{origin}/s/…/mcp");
        assert_eq!(addresses(&app, "mcp_server.create").await, [hidden.as_str()]);
        assert_eq!(addresses(&app, "credential.use").await, [hidden.as_str()]);
        assert_eq!(addresses(&app, "credential.allow_host").await, [hidden]);

        let moved = json!({"url": format!("{origin}/long/{}", "x/".repeat(300)), "allow_host": true});
        app.patch("manager", &server, moved).await.expect(200);
        let long = addresses(&app, "mcp_server.update").await.remove(0);
        assert!(long.len() <= 256 && long.starts_with(&format!("{origin}/long/x/")) && long.ends_with('…'), "{long}");

        let other = app.credential("manager", "MODEL_KEY", "canary-7d1f").await;
        let body = json!({"name": "B", "settings": model(&format!("{origin}/tenant-a/v1"), &other)});
        let binding = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
        app.post("manager", &format!("/model-bindings/{binding}/test"), json!({})).await.expect(200);
        assert_eq!(addresses(&app, "model_binding.create").await, [format!("{origin}/tenant-a/v1")]);
        assert_eq!(addresses(&app, "credential.use").await[1], format!("{origin}/tenant-a/v1/chat/completions"));
        let export = app.get("admin", "/audit-events/export").await.expect(200).whole();
        assert!(export.contains("/tenant-a/v1/chat/completions") && !export.contains(secret) && !export.contains("page=canary"));
    }

    async fn a_refused_use_is_audited_with_the_requested_address(app: TestApp) {
        let (peer, origin) = gateway().await;
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let url = format!("{origin}/tenant-a/mcp");
        let server = app.post("manager", "/mcp-servers", json!({"name": "S", "url": url, "credential_id": key})).await.expect(201);
        app.patch("manager", &format!("/credentials/{key}"), json!({"allowed_hosts": [format!("{origin}/tenant-b")]})).await.expect(200);
        let tools = app.get("manager", &format!("/mcp-servers/{}/tools", server.text("/id"))).await.problem(422, "host-not-allowed");
        assert_eq!(tools.json()["host"], json!(url));
        let event = app.get("admin", "/audit-events?action=credential.use").await.expect(200).json()["items"][0].clone();
        assert_eq!((&event["outcome"], &event["address"]), (&json!("refused"), &json!(url)));
        assert!(peer.seen().is_empty());
    }

    async fn a_list_has_a_most_number_of_entries(app: TestApp) {
        let key = app.credential("manager", "KEY", "canary-7d1f").await;
        let path = format!("/credentials/{key}");
        let entries: Vec<String> = (0..256).map(|number| format!("a.example/{number}")).collect();
        let mut more = entries.clone();
        more.push("b.example".to_owned());
        app.patch("manager", &path, json!({"allowed_hosts": more})).await.problem(422, "invalid");
        app.patch("manager", &path, json!({"allowed_hosts": entries})).await.expect(200);
        let body = json!({"name": "S", "url": "https://b.example/", "credential_id": key, "allow_host": true});
        let full = app.post("manager", "/mcp-servers", body).await.problem(422, "invalid");
        assert_eq!(full.text("/errors/0/code"), "too-many-destinations");
    }
}
