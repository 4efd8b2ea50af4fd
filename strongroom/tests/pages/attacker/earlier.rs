//! Earlier requests, which a server of many tenants shows: to another record on the same host, with a credential of the
//! attacker's own or without one, in every encoding that is undone.

use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::both_engines;
use crate::hostile::{Peer, Seen, completion};
use crate::support::{Answer, Engine, TestApp};

/// A marked canary with punctuation that writers escape.
const CANARY: &str = "canary/7b3d+of_the.admin~earlier";
const OWN: &str = "canary-of-the-attacker-alone";
const MASK: &str = "[redacted]";

/// Each byte written by the format, with these characters between them.
fn each(text: &str, between: &str, write: impl Fn(u8) -> String) -> String {
    text.bytes().map(write).collect::<Vec<_>>().join(between)
}

/// Lines of this length.
fn lines(text: &str, columns: usize, end: &str) -> String {
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(columns)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    lines.join(end)
}

/// A text in each encoding.
fn forms(text: &str) -> Vec<String> {
    vec![
        text.to_owned(),
        format!("Bearer {text}"),
        each(text, "", |byte| format!("\\u{byte:04x}")),
        each(text, "", |byte| format!("\\\\u{byte:04X}")),
        each(text, "", |byte| format!("\\x{byte:02x}")),
        each(text, "", |byte| format!("&#{byte};")),
        each(text, "", |byte| format!("&#x{byte:X};")),
        each(text, "", |byte| format!("&amp;#{byte};")),
        text.replace('/', "&sol;").replace('+', "&plus;"),
        each(text, "", |byte| format!("%{byte:02X}")),
        each(text, "", |byte| format!("%25{byte:02x}")),
        text.replace('/', "%2F").replace('+', "%2B"),
        STANDARD.encode(text),
        STANDARD_NO_PAD.encode(format!("x{text}")),
        URL_SAFE_NO_PAD.encode(format!("xy{text}")),
        lines(&STANDARD.encode(format!("Bearer {text} and more of it")), 20, "\r\n"),
        lines(&STANDARD.encode(text), 16, "\n    "),
        each(text, "", |byte| format!("{byte:02x}")),
        each(text, "", |byte| format!("{byte:02X}")),
        each(text, " ", |byte| format!("{byte:02x}")),
        each(text, ":", |byte| format!("{byte:02X}")),
        each(text, "-", |byte| format!("{byte:02x}")),
        each(text, ", ", |byte| format!("0x{byte:02x}")),
        lines(&each(text, "", |byte| format!("{byte:02x}")), 24, "\n"),
        each(text, "\u{0}", |byte| char::from(byte).to_string()),
    ]
}

/// A server that shows the first value that it was sent, in the encoding that is asked for: as a text, as the name of a
/// field, as an error, and as a model.
async fn showing() -> Peer {
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    let asked = |text: &str| text.rsplit(' ').next().and_then(|number| number.parse::<usize>().ok());
    Peer::start(move |seen: &Seen| {
        let mut first = first.lock().unwrap();
        let value = seen
            .authorization
            .as_deref()
            .map(|text| text.trim_start_matches("Bearer ").to_owned());
        if first.is_none() {
            first.clone_from(&value);
        }
        let form = |number: Option<usize>| {
            let forms = first.as_deref().map(forms).unwrap_or_default();
            number.and_then(|number| forms.get(number).cloned()).unwrap_or_default()
        };
        if let Some(messages) = seen.message["messages"].as_array() {
            let prompt = messages
                .last()
                .and_then(|message| message["content"].as_str())
                .unwrap_or_default();
            return completion(&format!("<{}>", form(asked(prompt))));
        }
        if seen.rpc() != "tools/call" {
            return seen.decently();
        }
        let arguments = &seen.message["params"]["arguments"];
        let form = form(arguments["show"].as_str().and_then(asked));
        match arguments["how"].as_str() {
            Some("error") => seen.error(&form),
            Some("name") => {
                seen.result(&json!({"content": [{"type": "text", "text": "<>"}], "structuredContent": {form: 1}}))
            }
            _ => seen.result(&json!({"content": [{"type": "text", "text": format!("<{form}>")}]})),
        }
    })
    .await
}

/// No form of the value is in the answer, nor a middle part of one; a mask is.
#[track_caller]
fn assert_masked(answer: &Answer, number: usize, what: &str) {
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    let escaped = |form: &str| Value::from(form).to_string().trim_matches('"').to_owned();
    for form in forms(CANARY) {
        let escaped = escaped(&form);
        let middle: String = form.chars().skip(form.len() / 4).take(form.len() / 2).collect();
        for trace in [&form, &escaped, &middle] {
            assert!(
                !text.contains(trace.as_str()),
                "{what}, form {number}: {trace} in {text}"
            );
        }
    }
    assert!(text.contains(MASK), "{what}, form {number}: {text}");
}

both_engines! {
    async fn earlier_requests_are_masked_for_other_records_of_the_host_in_every_encoding(app: TestApp) {
        let peer = showing().await;
        let (url, other_path) = (peer.url(), peer.url().replace("/mcp", "/mallory/mcp"));
        let victim = app.credential("admin", "VICTIM", CANARY).await;
        let official = app.server("admin", "official", &url, Some(&victim)).await;
        app.post("admin", &format!("{official}/tools/echo/call"), json!({"arguments": {}})).await.expect(200);
        assert_eq!(peer.seen()[0].echo(), format!("Bearer {CANARY}"), "the value was sent first");

        let own = app.credential("manager", "OWN", OWN).await;
        let own_url = peer.url().replace("/mcp", "/own");
        let with_own = app.server("manager", "with one of its own", &own_url, Some(&own)).await;
        let without = app.server("manager", "without one", &other_path, None).await;
        let model = json!({"settings": {"provider": "openai", "model_id": "m", "base_url": other_path}});
        let mut masked = 0;
        for number in 0..forms(CANARY).len() {
            let show = format!("show {number}");
            for server in [&with_own, &without] {
                for how in ["text", "name", "error"] {
                    let body = json!({"arguments": {"show": show, "how": how}});
                    let shown = app.post("manager", &format!("{server}/tools/echo/call"), body).await;
                    assert_masked(&shown, number, &format!("{server} {how}"));
                    masked += 1;
                }
            }
            let body = json!({"model": model, "inputs": {"prompt": show}});
            let shown = app.post("manager", "/actions/ai_generate_text", body).await.expect(200);
            assert_masked(&shown, number, "a model without a key");
            masked += 1;
        }
        assert!(masked > 150, "{masked} tries");
    }

    async fn an_entry_for_https_is_never_used_over_http(app: TestApp) {
        // The allowed address and port, without TLS: the value would be in the clear.
        let peer = Peer::start(Seen::decently).await;
        let http = peer.url();
        let https = http.replace("http://", "https://");
        let id = app.credential("admin", "HTTPS ONLY", CANARY).await;
        let entry = https.trim_start_matches("https://");
        let path = format!("/credentials/{id}");
        let refused = app.patch("admin", &path, json!({"allowed_hosts": [entry]})).await.expect(422);
        assert!(refused.whole().contains("http://"), "both spellings are shown: {}", refused.whole());
        app.patch("admin", &path, json!({"allowed_hosts": [https]})).await.expect(200);

        // Attached over https, by a user who may not change the credential.
        let body = json!({"name": "official", "url": https, "credential_id": id});
        let saved = app.post("manager", "/mcp-servers", body).await.expect(201).text("/id");
        let settings = |url: &str| json!({"provider": "openai", "model_id": "m", "base_url": url, "api_key": id});
        let body = json!({"name": "official", "settings": settings(&https)});
        let binding = app.post("manager", "/model-bindings", body).await.expect(201).text("/id");
        for allow in [false, true] {
            let server = json!({"name": format!("mine {allow}"), "url": http, "credential_id": id, "allow_host": allow});
            let model = json!({"name": format!("mine {allow}"), "settings": settings(&http), "allow_host": allow});
            let moved = json!({"url": http, "allow_host": allow});
            let moved_model = json!({"settings": {"base_url": http}, "allow_host": allow});
            let with = |id: &str, change: &Value| {
                let mut body = change.clone();
                body["id"] = json!(id);
                body
            };
            for tried in [
                app.post("manager", "/mcp-servers", server.clone()).await,
                app.post("manager", "/mcp-servers/test", server).await,
                app.patch("manager", &format!("/mcp-servers/{saved}"), moved.clone()).await,
                app.post("manager", "/mcp-servers/test", with(&saved, &moved)).await,
                app.post("manager", "/model-bindings", model.clone()).await,
                app.post("manager", "/model-bindings/test", model).await,
                app.patch("manager", &format!("/model-bindings/{binding}"), moved_model.clone()).await,
                app.post("manager", "/model-bindings/test", with(&binding, &moved_model)).await,
            ] {
                let worked = tried.status < 300 && tried.json().get("ok") != Some(&Value::Bool(false));
                assert!(!worked && tried.whole().contains("host-not-allowed"), "{}", tried.whole());
            }
        }
        let inline = json!({"model": {"settings": settings(&http)}, "inputs": {"prompt": "x"}});
        for action in ["ai_generate_text", "ai_agent", "ai_generate_reply"] {
            app.post("manager", &format!("/actions/{action}"), inline.clone()).await.problem(422, "host-not-allowed");
        }
        // The saved ones go to the port with TLS, which the peer does not speak.
        app.post("manager", &format!("/mcp-servers/{saved}/test"), json!({})).await.expect(200);
        app.post("manager", &format!("/model-bindings/{binding}/test"), json!({})).await.expect(200);
        let keyed = peer.seen().iter().any(|seen| format!("{:?}", seen.headers).contains("7b3d"));
        assert!(!keyed && peer.seen().is_empty(), "no request went over http");
    }
}
