//! The operations of the soak, as their callers and the peers saw them, compared with the audit trail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::peers::{Kind, operation_of};

/// An operation whose answer came.
#[derive(Debug)]
struct Answered {
    request_id: String,
    /// The uses that the answer acknowledges.
    acknowledged: u32,
}

/// The requests with a credential that peers saw, for one operation.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    by_models: u32,
    by_tools: u32,
}

#[derive(Debug, Default)]
struct Pages {
    answered: HashMap<u64, Answered>,
    seen: HashMap<u64, Seen>,
    /// MCP sessions that were opened with a credential.
    sessions: u32,
}

/// Written by the users and by the peers of the soak.
#[derive(Debug, Default)]
pub struct Ledger {
    last: AtomicU64,
    pages: Mutex<Pages>,
}

/// The figures of a comparison that held.
#[derive(Debug)]
pub struct Compared {
    pub seen: u32,
    pub acknowledged: u32,
    pub recorded: usize,
}

impl Ledger {
    /// The number of a new operation.
    pub fn begin(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of operations that began.
    pub fn operations(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// An operation was answered, with 200 or a refusal.
    pub fn answered(&self, operation: u64, kind: Kind, request_id: String, is_done: bool) {
        let acknowledged = if is_done { kind.uses() } else { 0 };
        let answered = Answered {
            request_id,
            acknowledged,
        };
        let before = self.with(|pages| pages.answered.insert(operation, answered));
        assert!(before.is_none(), "an operation is answered once");
    }

    pub fn model_saw(&self, operation: u64) {
        self.with(|pages| pages.seen.entry(operation).or_default().by_models += 1);
    }

    pub fn tool_saw(&self, operation: u64) {
        self.with(|pages| pages.seen.entry(operation).or_default().by_tools += 1);
    }

    pub fn session_began(&self) {
        self.with(|pages| pages.sessions += 1);
    }

    fn with<T>(&self, change: impl FnOnce(&mut Pages) -> T) -> T {
        change(&mut self.pages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Compares with an export of the uses in the trail: each request that a peer saw has an event, and each use that was
    /// acknowledged has one.
    pub fn compare(&self, export: &str) -> Compared {
        let mut by_request: HashMap<&str, u32> = HashMap::new();
        let mut by_model: HashMap<u64, u32> = HashMap::new();
        let mut of_servers = 0;
        let events: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (head, events) = events.split_last().expect("an export has a last line");
        assert!(head["head"]["seq"].is_i64(), "the export is whole: {head}");
        let allowed: Vec<_> = events.iter().filter(|event| event["outcome"] == "allowed").collect();
        for event in &allowed {
            assert_eq!(event["action"], "credential.use");
            *by_request.entry(event["request_id"].as_str().unwrap()).or_default() += 1;
            match operation_of(event["address"].as_str().unwrap()) {
                Some(operation) => *by_model.entry(operation).or_default() += 1,
                None => of_servers += 1,
            }
        }
        self.with(|pages| {
            for (operation, seen) in &pages.seen {
                let recorded = by_model.get(operation).copied().unwrap_or_default();
                assert!(
                    seen.by_models <= recorded,
                    "operation {operation}: models saw {seen:?}, {recorded} uses are recorded"
                );
                // The request of an answer that was lost has an id that its caller does not know.
                let Some(answered) = pages.answered.get(operation) else {
                    continue;
                };
                let recorded = by_request.get(&*answered.request_id).copied().unwrap_or_default();
                assert!(
                    seen.by_models + seen.by_tools <= recorded,
                    "operation {operation}: peers saw {seen:?}, {recorded} uses are recorded for {answered:?}"
                );
            }
            for (operation, answered) in &pages.answered {
                let recorded = by_request.get(&*answered.request_id).copied().unwrap_or_default();
                assert!(
                    answered.acknowledged <= recorded,
                    "operation {operation}: {recorded} uses are recorded for {answered:?}"
                );
            }
            // Of all together also those whose answer was lost.
            let called: u32 = pages.seen.values().map(|seen| seen.by_tools).sum();
            assert!(called <= of_servers, "{called} calls of tools, {of_servers} recorded");
            assert!(
                pages.sessions <= of_servers,
                "{} sessions, {of_servers} uses recorded",
                pages.sessions
            );
            Compared {
                seen: called + pages.seen.values().map(|seen| seen.by_models).sum::<u32>(),
                acknowledged: pages.answered.values().map(|answered| answered.acknowledged).sum(),
                recorded: allowed.len(),
            }
        })
    }
}

mod comparing {
    use super::*;

    const HEAD: &str = r#"{"head": {"seq": 1}}"#;

    fn event(request: &str, address: &str) -> String {
        let event = serde_json::json!({
            "action": "credential.use", "outcome": "allowed", "request_id": request, "address": address,
        });
        format!("{event}\n")
    }

    #[test]
    fn recorded_uses_are_compared() {
        let ledger = Ledger::default();
        ledger.model_saw(7);
        ledger.tool_saw(8);
        ledger.answered(7, Kind::Text, "a".to_owned(), true);
        let export =
            event("a", "http://127.0.0.1:1/soak/Text/op-7/chat") + &event("b", "http://127.0.0.1:1/mcp") + HEAD;
        let compared = ledger.compare(&export);
        assert_eq!((compared.seen, compared.acknowledged, compared.recorded), (2, 1, 2));
    }

    #[test]
    #[should_panic(expected = "models saw")]
    fn a_request_to_a_model_without_an_event_is_found() {
        let ledger = Ledger::default();
        ledger.model_saw(7);
        ledger.compare(&(event("a", "http://127.0.0.1:1/soak/Text/op-6/chat") + HEAD));
    }

    #[test]
    #[should_panic(expected = "calls of tools")]
    fn a_call_of_a_tool_without_an_event_is_found() {
        let ledger = Ledger::default();
        ledger.tool_saw(7);
        ledger.compare(HEAD);
    }

    #[test]
    #[should_panic(expected = "peers saw")]
    fn a_second_request_of_one_use_is_found() {
        let ledger = Ledger::default();
        ledger.answered(7, Kind::Tool, "a".to_owned(), true);
        ledger.tool_saw(7);
        ledger.tool_saw(7);
        let export = event("a", "http://127.0.0.1:1/mcp") + &event("b", "http://127.0.0.1:1/mcp") + HEAD;
        ledger.compare(&export);
    }

    #[test]
    #[should_panic(expected = "uses are recorded for")]
    fn an_acknowledged_use_that_was_lost_is_found() {
        let ledger = Ledger::default();
        ledger.answered(7, Kind::Text, "a".to_owned(), true);
        ledger.compare(HEAD);
    }
}
