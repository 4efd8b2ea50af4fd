//! What is known of providers, as the documentation shows it.

use std::fmt::Write as _;

use contract::model_bindings::Provider;

use super::wire::{SamplingParam, field, takes_schema};

/// A table in Markdown: the settings of an action, each with the providers whose requests it is left out of.
pub fn left_out() -> String {
    let mut table = String::from("| Setting | Left out for |\n|---|---|\n");
    for (knob, name) in SamplingParam::ALL {
        let without = labels(|provider| field(provider, knob).is_none());
        let without = if without.is_empty() { "no provider" } else { &without };
        // Writing to a text cannot fail.
        let _ = writeln!(table, "| `{name}` | {without} |");
    }
    table
}

/// The providers that take no JSON Schema, unless a binding says otherwise.
pub fn without_schema() -> String {
    labels(|provider| !takes_schema(provider))
}

fn labels(which: impl Fn(Provider) -> bool) -> String {
    let labels: Vec<&str> = Provider::ALL
        .into_iter()
        .filter(|provider| which(*provider))
        .map(Provider::label)
        .collect();
    labels.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{left_out, without_schema};

    #[test]
    fn the_help_says_what_the_code_does() {
        let help = include_str!("../../../docs/model-bindings.md");
        assert!(
            help.contains(&left_out()),
            "docs/model-bindings.md needs this table:\n{}",
            left_out()
        );
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains(&format!("For {}, and", without_schema())),
            "{}",
            without_schema()
        );
    }
}
