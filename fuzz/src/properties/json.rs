//! JSON under a budget: read as the usual parser reads it, and never built beyond what was granted.

use serde_json::Value;
use server::outbound::intake::budget::OverBudget;
use server::outbound::intake::json::{JsonFault, parse};

/// The memory that may be taken before it is charged, in bytes.
const STEP_BYTES: u64 = 16 * 1024;

/// The first byte is the budget in steps of 4 KiB, the rest the document.
///
/// # Panics
/// Where the document differs from that of `serde_json`, or takes more than was granted.
pub fn check(data: &[u8]) {
    let [budget, document @ ..] = data else { return };
    let limit = u64::from(*budget) * 4096;
    let usual = serde_json::from_slice::<Value>(document);
    let mut granted = 0;
    let read = parse(document, &mut |bytes| {
        if bytes > limit {
            return Err(OverBudget::Others);
        }
        granted = bytes;
        Ok(())
    });
    match read {
        Ok(value) => {
            assert!(memory(&value) <= granted + STEP_BYTES, "all of it was granted");
            assert!(
                usual.is_ok_and(|usual| usual == value),
                "it is what the usual parser reads"
            );
        }
        Err(JsonFault::Syntax) => assert!(
            usual.is_err() || has_refused_name(document),
            "the usual parser refuses it too"
        ),
        Err(JsonFault::TooManyNodes | JsonFault::Budget(_)) => {}
    }
}

/// `true` where a name may be long, or one that the usual parser reads as a command. Escapes can spell it.
fn has_refused_name(document: &[u8]) -> bool {
    let text = String::from_utf8_lossy(document);
    document.len() > 1024 || text.contains("serde_json::private") || text.contains("\\u")
}

/// The memory of a document below its root, at least.
fn memory(value: &Value) -> u64 {
    let word = |size: usize| size as u64;
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => word(text.capacity()),
        Value::Array(items) => word(items.capacity() * size_of::<Value>()) + items.iter().map(memory).sum::<u64>(),
        Value::Object(fields) => {
            let leaves = fields.len().div_ceil(11) * 11 * (size_of::<String>() + size_of::<Value>());
            let names: usize = fields.keys().map(String::capacity).sum();
            word(leaves + names) + fields.values().map(memory).sum::<u64>()
        }
    }
}
