//! COMMIT was done and its answer was lost.

use super::*;

/// Sends a request whose COMMIT is lost. A heartbeat may take the loss for itself: then the next request is tried.
async fn with_lost_commit(linked: &Linked, method: &str, paths: &[String], body: Option<Value>) -> (usize, Value) {
    for (at, path) in paths.iter().enumerate() {
        linked.link.lose_next_commit();
        let (status, answer) = linked.client.send(method, path, body.clone()).await.unwrap();
        assert!(linked.link.has_lost_it());
        if status == 503 {
            return (at, answer);
        }
        assert!(status < 300, "{answer}");
    }
    panic!("no COMMIT of a request was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_whose_commit_was_not_answered_says_that_its_outcome_is_not_known() {
    let linked = Linked::start().await;
    let mut paths = Vec::new();
    for number in 0..3 {
        let id = linked
            .client
            .credential(&format!("LOST {number}"), "marked-canary")
            .await;
        paths.push(format!("/api/v1/credentials/{id}"));
    }
    for (method, body) in [("PATCH", Some(json!({"value": "marked-canary-2"}))), ("DELETE", None)] {
        let (at, problem) = with_lost_commit(&linked, method, &paths, body).await;
        let kind = problem["type"].as_str().unwrap();
        assert!(kind.ends_with(":outcome-unknown"), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("may or may not be saved") && detail.contains("Check the record"),
            "{detail}"
        );
        assert!(!detail.contains("nothing was changed"), "{detail}");
        // The change was committed, and a read shows that.
        let (status, found) = linked.client.send("GET", &paths[at], None).await.unwrap();
        if method == "PATCH" {
            assert_eq!((status, found["version"].as_i64()), (200, Some(2)), "{found}");
        } else {
            assert_eq!(status, 404, "{found}");
        }
    }
    process::assert_trail_holds(&linked.options);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_use_whose_record_was_not_answered_sends_nothing() {
    let linked = Linked::start().await;
    let problem = loop {
        linked.link.lose_next_commit();
        let (_, body) = linked.client.send("POST", &linked.test, Some(json!({}))).await.unwrap();
        if body["ok"] != true {
            break body;
        }
    };
    assert!(
        problem["type"].as_str().unwrap().ends_with(":audit-unavailable"),
        "{problem}"
    );
    let took = linked.until_it_uses().await;
    assert!(took < HEALED_WITHIN, "uses go on after {took:?}");
}
