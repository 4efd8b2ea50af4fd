//! Connections that carry no byte any more, without a reset.

use super::link::New;
use super::*;
use crate::tables::Tables;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_go_on_within_seconds_after_all_connections_became_silent() {
    let linked = Linked::start().await;
    assert!(linked.uses().await);
    linked.link.silence();
    let took = linked.until_it_uses().await;
    assert!(took < HEALED_WITHIN, "uses go on after {took:?}");
    // And so do writes and reads, on all connections.
    for number in 0..4 {
        linked
            .client
            .credential(&format!("AFTER {number}"), "marked-canary")
            .await;
    }
    linked.until_ready_is(true, HEALED_WITHIN).await;
    process::assert_trail_holds(&linked.options);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readiness_follows_a_database_that_is_silent_and_back() {
    let linked = Linked::start().await;
    linked.until_ready_is(true, HEALED_WITHIN).await;
    linked.until_figure("strongroom_ready", |ready| ready == 1).await;
    let errors = linked.figure("strongroom_database_errors_total").await;
    linked.link.set_new(New::Silent);
    linked.link.silence();
    linked.until_ready_is(false, Duration::from_secs(20)).await;
    assert!(!linked.uses().await, "a use that cannot be recorded is refused");
    linked.until_figure("strongroom_ready", |ready| ready == 0).await;
    linked
        .until_figure("strongroom_database_errors_total", |now| now > errors)
        .await;
    linked.link.set_new(New::Pass);
    linked.until_it_uses().await;
    linked.until_ready_is(true, Duration::from_secs(20)).await;
    linked.until_figure("strongroom_ready", |ready| ready == 1).await;
    // The heartbeat takes the head from the database.
    let mut tables = Tables::open(&linked.options).await;
    let head = tables.number("SELECT seq FROM audit_head").await;
    assert!(head > 0);
    linked
        .until_figure("strongroom_audit_head", |found| found >= head)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_closes_each_connection_is_unavailable_and_heals() {
    let linked = Linked::start().await;
    linked.link.set_new(New::Close);
    linked.link.silence();
    let body = linked.until_ready_is(false, Duration::from_secs(20)).await;
    assert!(
        !body["type"].as_str().unwrap().ends_with("schema-behind"),
        "no migration is missing: {body}"
    );
    let (status, body) = linked.client.send("GET", "/api/v1/credentials", None).await.unwrap();
    assert_eq!(status, 503, "{body}");
    linked.link.set_new(New::Pass);
    let took = linked.until_it_uses().await;
    assert!(took < HEALED_WITHIN, "uses go on after {took:?}");
}
