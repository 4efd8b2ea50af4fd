//! What goes wrong is told in words and never with the value.

use serde_json::json;

use super::failure;
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer};
use crate::support::{Engine, TestApp};

both_engines! {
    async fn failures_are_told_in_words_and_never_with_the_value(app: TestApp) {
        let echo = |status: u16| move |seen: &Seen| answer(status, "text/plain", seen.echo().to_owned());
        let peers = [
            (Peer::start(echo(401)).await, "credential-refused", 502),
            (Peer::start(echo(403)).await, "credential-refused", 502),
            (Peer::start(echo(404)).await, "not-mcp", 502),
            (Peer::start(echo(200)).await, "not-mcp", 502),
            (Peer::start(echo(503)).await, "upstream-failed", 502),
            (Peer::start(echo(307)).await, "redirected", 502),
            (
                Peer::start(|seen| seen.error(seen.echo())).await,
                "upstream-failed",
                502,
            ),
        ];
        for (index, (peer, slug, status)) in peers.iter().enumerate() {
            let credential = app.credential("manager", &format!("token {index}"), "canary-7d1f").await;
            let saved = app
                .server("manager", &format!("server {index}"), &peer.url(), Some(&credential))
                .await;
            let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
            assert_eq!(failure(&tested), *slug, "{}", tested.whole());
            let listed = app.get("manager", &format!("{saved}/tools")).await;
            let listed = listed.problem(*status, slug);
            for text in [&tested.whole(), &listed.whole()] {
                assert!(!text.contains("-7d1f"), "{text}");
            }
            assert!(peer.seen().iter().all(|seen| seen.echo() == "Bearer canary-7d1f"));
        }
    }

    async fn a_server_that_does_not_answer_times_out(app: TestApp) {
        let app = app.impatient();
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/mcp", silent.local_addr().unwrap());
        let saved = app.server("manager", "a", &url, None).await;
        assert_eq!(
            failure(&app.post("manager", &format!("{saved}/test"), json!({})).await),
            "timed-out"
        );
        app.get("manager", &format!("{saved}/tools"))
            .await
            .problem(504, "timed-out");
        drop(silent);
        assert_eq!(
            failure(&app.post("manager", &format!("{saved}/test"), json!({})).await),
            "unreachable"
        );
    }

    async fn a_value_with_a_line_break_is_saved_and_refused_at_use_by_name(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let credential = app.credential("manager", "two lines", "canary-7d1f\ncanary-8e2a").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        let tested = app.post("manager", &format!("{saved}/test"), json!({})).await;
        assert_eq!(failure(&tested), "value-not-sendable");
        assert!(tested.json()["error"]["detail"].as_str().unwrap().contains("two lines"));
        let listed = app.get("manager", &format!("{saved}/tools")).await;
        let listed = listed.problem(422, "value-not-sendable");
        for text in [&tested.whole(), &listed.whole()] {
            assert!(!text.contains("-7d1f") && !text.contains("-8e2a"), "{text}");
        }
        assert!(peer.seen().is_empty());
    }

    async fn an_echo_never_reaches_the_caller(app: TestApp) {
        let peer = Peer::start(|seen| match seen.rpc() {
            "tools/list" => seen.result(&json!({"tools": [
                {"name": "echo", "description": seen.echo(), "inputSchema": {"type": "object", "title": seen.echo()}},
            ]})),
            "tools/call" => seen.result(&json!({
                "content": [{"type": "text", "text": seen.echo()}],
                "structuredContent": {"header": seen.echo(), "token": "Y2FuYXJ5LTdkMWY="},
            })),
            _ => seen.decently(),
        })
        .await;
        let credential = app.credential("manager", "token", "canary-7d1f").await;
        let saved = app.server("manager", "a", &peer.url(), Some(&credential)).await;
        for answer in [
            app.post("manager", &format!("{saved}/test"), json!({})).await,
            app.get("manager", &format!("{saved}/tools")).await,
            app.post("manager", &format!("{saved}/tools/echo/call"), json!({"arguments": {}}))
                .await,
        ] {
            let answer = answer.expect(200);
            assert!(answer.whole().contains("Bearer [redacted]"), "{}", answer.whole());
            assert!(
                !answer.whole().contains("-7d1f") && !answer.whole().contains("LTdkMWY"),
                "{}",
                answer.whole()
            );
        }
    }
}
