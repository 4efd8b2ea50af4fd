//! Messages of credentials.

use contract::credentials::{ReferrerKind, UseOutcome};

use crate::kinds;

include!(concat!(env!("OUT_DIR"), "/messages/credentials.rs"));

pub fn how_to_begin(may_create: bool) -> &'static str {
    if may_create {
        how_to_begin_adding()
    } else {
        how_to_begin_viewing()
    }
}

pub fn renamed(before: &str, now: &str) -> String {
    if before == now {
        unchanged(now)
    } else {
        renamed_to(before, now)
    }
}

/// The effect of deleting a credential on a record that uses it.
pub fn fate(kind: ReferrerKind) -> &'static str {
    match kind {
        ReferrerKind::McpServer => fate_mcp_server(),
        _ => fate_other(),
    }
}

pub fn delete_button(in_use: bool) -> &'static str {
    if in_use { delete_anyway() } else { delete_short() }
}

pub fn outcome(outcome: UseOutcome) -> &'static str {
    match outcome {
        UseOutcome::Allowed => outcome_allowed(),
        UseOutcome::Refused => outcome_refused(),
        UseOutcome::Echoed => outcome_echoed(),
        UseOutcome::Unknown => outcome_unknown(),
    }
}

/// A use through a record that was not saved.
pub fn unsaved(kind: ReferrerKind) -> String {
    not_saved(kinds::name(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_worded_in_the_singular_and_the_plural() {
        assert_eq!(used_by(0), "Unused");
        assert_eq!(used_by(1), "Used by 1");
        assert_eq!(used_by(3), "Used by 3");
        assert!(rotated(1, "A").contains("1 MCP server or model binding now uses it."));
        assert!(rotated(2, "A").contains("2 MCP servers and model bindings now use it."));
        assert!(in_use(1).starts_with("1 MCP server or model binding uses"));
    }
}
