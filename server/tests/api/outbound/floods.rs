//! Servers that answer with more than can be held, in more ways than one: each is refused, and the memory is given back.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use server::outbound::mcp::McpSession;
use server::outbound::{Account, Limits, Outbound, OutboundError, OutboundSettings, ReadLimits, UpstreamText};

use super::{CANARY, open, target};
use crate::peers::hostile::{Peer, Seen, answer, rpc};

const MIB: usize = 1024 * 1024;

fn patient(read: ReadLimits, read_budget: u64) -> Outbound {
    let limits = Limits {
        list: Duration::from_secs(20),
        call: Duration::from_secs(20),
        read,
        ..Limits::default()
    };
    Outbound::new(&OutboundSettings {
        limits,
        read_budget,
        ..OutboundSettings::default()
    })
    .unwrap()
}

fn usual() -> Outbound {
    patient(ReadLimits::default(), 64 * MIB as u64)
}

/// A peer that is decent but for its answers to calls of tools.
async fn caller(behave: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Peer {
    Peer::start(move |seen| {
        if seen.rpc() == "tools/call" {
            behave(seen)
        } else {
            seen.decently()
        }
    })
    .await
}

/// Calls a tool in a session of its own.
async fn call(outbound: &Outbound, peer: &Peer) -> Result<rmcp::model::CallToolResult, OutboundError> {
    let session = McpSession::open(outbound, target(&peer.url(), Some(CANARY))).await?;
    let result = session.call("echo".to_owned(), None).await;
    session.close().await;
    result
}

/// The bodies of a document as JSON and as an event of a stream.
fn both(document: &str) -> [(&'static str, String); 2] {
    [
        ("application/json", document.to_owned()),
        ("text/event-stream", format!("data: {document}\n\n")),
    ]
}

/// A body that comes in chunks and is never whole in the memory of this process.
fn repeated(before: String, piece: &'static str, times: usize) -> Body {
    let chunk = piece.repeat(64 * 1024 / piece.len());
    let times = times * piece.len() / chunk.len();
    let pieces = std::iter::once(before).chain(std::iter::repeat_n(chunk, times));
    Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_many_small_nodes_is_refused() {
    let outbound = usual();
    for (content_type, before) in [
        ("application/json", r#"{"jsonrpc":"2.0","id":1,"result":["#),
        ("text/event-stream", r#"data: {"method":"\"image","params":["#),
    ] {
        let peer = caller(move |_| answer(200, content_type, repeated(before.to_owned(), r#"{"":0},"#, MIB))).await;
        let error = call(&outbound, &peer).await.unwrap_err();
        assert!(
            matches!(
                error,
                // The connection may break before the peer has sent all of it.
                OutboundError::TooLarge { .. }
                    | OutboundError::TooComplex { .. }
                    | OutboundError::NotMcp(_)
                    | OutboundError::Unreachable(_)
            ),
            "it is too large, or breaks off in the middle: {error:?}"
        );
    }
    let bomb = |nodes: usize| {
        let objects = r#"{"":0},"#.repeat(nodes / 2);
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[],"_meta":{{"x":[{objects}0]}}}}}}"#)
    };
    // More than may be counted, and fewer: small objects take more memory than may be held in both cases.
    let expected = OutboundError::TooComplex { limit: 16 * MIB as u64 };
    for nodes in [290_000, 190_000] {
        for (content_type, body) in both(&bomb(nodes)) {
            let body = if nodes > 200_000 && content_type == "text/event-stream" {
                // Larger than an event may be, unless it holds an image.
                body.replace("\"_meta\"", "\"image\"")
            } else {
                body
            };
            let peer = caller(move |_| answer(200, content_type, body.clone())).await;
            let error = call(&outbound, &peer).await.unwrap_err();
            assert_eq!(error, expected, "{nodes} {content_type}");
        }
    }
    // A document that is refused reaches no other parser.
    let reserved = bomb(190_000).replacen('{', r#"{"$serde_json::private::x":0,"image":0,"#, 1);
    for (content_type, body) in both(&reserved) {
        let peer = caller(move |_| answer(200, content_type, body.clone())).await;
        assert!(call(&outbound, &peer).await.is_err(), "{content_type}");
    }
    assert_eq!(outbound.budget().reserved(), 0, "all of it is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_sixty_mebibytes_is_refused_long_before_its_end() {
    let outbound = usual();
    let peer = caller(|_| answer(200, "text/event-stream", repeated("data: ".to_owned(), "x", 60 * MIB))).await;
    let error = call(&outbound, &peer).await.unwrap_err();
    assert_eq!(error, OutboundError::TooLarge { limit: 8 * MIB as u64 });
    assert_eq!(outbound.budget().reserved(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_two_mebibytes_is_read_only_if_it_holds_an_image() {
    let outbound = usual();
    let data = "QUJD".repeat(MIB / 2);
    for (block, is_read) in [
        (json!({"type": "image", "mimeType": "image/png", "data": data}), true),
        (json!({"type": "text", "text": data}), false),
    ] {
        let peer = caller(move |seen| {
            let result = rpc(&seen.message["id"], "result", &json!({"content": [block]}));
            answer(200, "text/event-stream", format!("data: {result}\n\n"))
        })
        .await;
        match call(&outbound, &peer).await {
            Ok(result) if is_read => assert_eq!(result.content.len(), 1),
            Err(error) if !is_read => assert_eq!(error, OutboundError::TooLarge { limit: MIB as u64 }),
            outcome => panic!("{is_read}: {:?}", outcome.is_ok()),
        }
    }
    assert_eq!(outbound.budget().reserved(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_wait_for_the_budget_of_each_other() {
    // 1 MiB, of which one user has 256 KiB: four grants.
    let outbound = patient(ReadLimits::default(), MIB as u64);
    let peer = caller(|seen| {
        let text = json!({"content": [{"type": "text", "text": "x".repeat(100_000)}]});
        let body = rpc(&seen.message["id"], "result", &text);
        let slow = stream::iter([body[..50_000].to_owned(), body[50_000..].to_owned()]).then(|piece| async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, std::io::Error>(piece)
        });
        answer(200, "application/json", Body::from_stream(slow))
    })
    .await;
    let all = (0..64).map(|number| {
        let user = outbound.charged_to(Account::of(Some(uuid::Uuid::from_u128(number % 8))));
        let peer = &peer;
        async move { call(&user, peer).await }
    });
    let outcomes = tokio::time::timeout(Duration::from_mins(1), futures::future::join_all(all));
    let outcomes = outcomes.await.unwrap();
    let busy = outcomes
        .iter()
        .filter(|one| matches!(one, Err(OutboundError::Busy)))
        .count();
    let done = outcomes.iter().filter(|one| one.is_ok()).count();
    assert_eq!(busy + done, 64, "{outcomes:?}");
    assert!(busy > 0, "the destination has a quarter only");
    assert_eq!(outbound.budget().reserved(), 0);
    assert!(call(&outbound, &peer).await.is_ok(), "it works again");
}

#[tokio::test]
async fn an_answer_that_stops_in_the_middle_ends() {
    let read = ReadLimits {
        stall: Duration::from_millis(300),
        ..ReadLimits::default()
    };
    let outbound = patient(read, 64 * MIB as u64);
    for (content_type, begin) in [("application/json", "{\"a\":"), ("text/event-stream", "data: {\n")] {
        let peer = caller(move |_| {
            let silence = stream::iter([Ok::<_, std::io::Error>(begin)]).chain(stream::pending());
            answer(200, content_type, Body::from_stream(silence))
        })
        .await;
        let error = call(&outbound, &peer).await.unwrap_err();
        assert_eq!(error, OutboundError::TimedOut(read.stall), "{content_type}");
    }
}

#[tokio::test]
async fn silence_between_events_is_no_end_but_has_one() {
    let read = ReadLimits {
        stall: Duration::from_millis(100),
        quiet: Duration::from_millis(900),
        total: Duration::from_secs(15),
    };
    let outbound = patient(read, 64 * MIB as u64);
    for (pause, is_read) in [(400, true), (5_000, false)] {
        let peer = caller(move |seen| {
            let result = rpc(&seen.message["id"], "result", &json!({"content": []}));
            let late =
                stream::iter([": begin\n\n".to_owned(), format!("data: {result}\n\n")]).then(move |piece| async move {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                    Ok::<_, std::io::Error>(piece)
                });
            answer(200, "text/event-stream", Body::from_stream(late))
        })
        .await;
        let outcome = call(&outbound, &peer).await;
        assert_eq!(outcome.is_ok(), is_read, "{pause}: {outcome:?}");
        if let Err(error) = outcome {
            assert_eq!(error, OutboundError::TimedOut(read.quiet));
        }
    }
}

#[tokio::test]
async fn an_answer_that_drips_has_a_limit_for_all_of_it() {
    let read = ReadLimits {
        total: Duration::from_millis(700),
        ..ReadLimits::default()
    };
    let outbound = patient(read, 64 * MIB as u64);
    let peer = caller(|_| {
        let drip = stream::repeat(": still here\n\n").then(|piece| async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok::<_, std::io::Error>(piece)
        });
        answer(200, "text/event-stream", Body::from_stream(drip))
    })
    .await;
    assert_eq!(
        call(&outbound, &peer).await.unwrap_err(),
        OutboundError::TimedOut(read.total)
    );
}

#[tokio::test]
async fn answers_are_asked_for_as_they_are_and_others_are_refused() {
    let with = |status: u16, name: &'static str, value: &'static str| {
        move |seen: &Seen| {
            let mut response = seen.decently();
            *response.status_mut() = status.try_into().unwrap();
            response.headers_mut().insert(name, value.parse().unwrap());
            response
        }
    };
    for encoding in ["gzip", "br", "zstd", "deflate", "identity, gzip", "aws-chunked", "GZIP"] {
        let peer = caller(with(200, "content-encoding", encoding)).await;
        assert_eq!(
            call(&usual(), &peer).await.unwrap_err(),
            OutboundError::Encoded,
            "{encoding}"
        );
    }
    let peer = caller(with(200, "content-encoding", "Identity")).await;
    assert!(call(&usual(), &peer).await.is_ok());
    for seen in peer.seen() {
        assert_eq!(seen.headers["accept-encoding"], "identity");
        for name in ["range", "if-range", "upgrade", "expect", "te"] {
            assert!(!seen.headers.contains_key(name), "{name}");
        }
    }
    let peer = caller(with(206, "content-range", "bytes 0-10/20")).await;
    assert_eq!(
        call(&usual(), &peer).await.unwrap_err(),
        OutboundError::Partial { status: 206 }
    );
    let peer = caller(with(200, "content-type", "Multipart/ByteRanges; boundary=x")).await;
    assert_eq!(
        call(&usual(), &peer).await.unwrap_err(),
        OutboundError::Partial { status: 200 }
    );
}

#[tokio::test]
async fn a_refusal_is_quoted_unless_it_holds_a_part_of_the_value() {
    let said = |content_type: &'static str, body: Value| async move {
        let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        let peer = Peer::start(move |_| answer(401, content_type, text.clone())).await;
        match open(&peer.url(), Some(CANARY)).await.unwrap_err() {
            OutboundError::Refused {
                status: 401,
                sent_as,
                said,
            } => {
                assert_eq!(sent_as, Some("Authorization: Bearer"));
                said
            }
            error => panic!("{error:?}"),
        }
    };
    let json = "application/json";
    let oauth = json!({"error": "invalid_token", "error_description": "The token has expired"});
    assert_eq!(said(json, oauth).await.as_str(), "The token has expired");
    let rpc = json!({"jsonrpc": "2.0", "id": null, "error": {"code": -32000, "message": "No access"}});
    assert_eq!(said(json, rpc).await.as_str(), "No access");
    assert_eq!(said("text/plain", json!("go away")).await.as_str(), "go away");
    for text in [
        "Incorrect API key provided: cana*****9b",
        "key canary is wrong",
        "key *****",
        "key ••••",
        "key xxxx",
        "key ....",
    ] {
        let empty = UpstreamText::of_scanned("");
        assert_eq!(said(json, json!({"error": {"message": text}})).await, empty, "{text}");
        assert_eq!(said("text/plain", json!(text)).await, empty, "{text}");
    }
}
