//! The audit trail: its list, its export, its chain.

mod chain;
mod export;
mod failed_sign_ins;
mod filters;
mod long;
mod records;

use serde_json::Value;

use crate::support::statements::{run, tamper};
use crate::support::{Answer, TestApp};

/// The list, as the administrator.
async fn events(app: &TestApp, query: &str) -> Answer {
    app.get("admin", &format!("/audit-events?{query}")).await.expect(200)
}

/// The numbers of the events of an answer.
#[track_caller]
fn seqs(answer: &Answer) -> Vec<i64> {
    let items = answer.json()["items"].as_array().cloned().expect("a list");
    items
        .iter()
        .map(|item| item["seq"].as_i64().expect("a number"))
        .collect()
}

/// Each line of an export.
#[track_caller]
fn lines(answer: &Answer) -> Vec<Value> {
    let text = String::from_utf8(answer.bytes.clone()).expect("text");
    assert!(text.ends_with('\n'), "the last line is whole");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a document a line"))
        .collect()
}
