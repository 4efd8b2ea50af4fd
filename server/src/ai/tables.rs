//! What is known of providers, as the documentation shows it.

use std::fmt::Write as _;

use app::model_bindings::{KeyHeader, Provider, WireFormat};

use super::wire::{Knob, field, takes_schema};

/// A table in Markdown: each provider with its usual address, its format, and the header that carries its key.
#[must_use]
pub fn providers() -> String {
    let mut table = String::from(
        "| Provider | `provider` | Usual address | Format | Key in | JSON Schema |\n|---|---|---|---|---|---|\n",
    );
    for provider in Provider::ALL {
        let address = provider
            .default_base_url()
            .map_or_else(|| "none".to_owned(), |url| format!("`{}`", url.trim_end_matches('/')));
        // Writing to a text cannot fail.
        let _ = writeln!(
            table,
            "| {} | `{}` | {address} | {} | `{}` | {} |",
            provider.label(),
            provider.as_str(),
            format_of(provider.wire_format()),
            header(provider.key_header()),
            if takes_schema(provider) {
                "yes"
            } else {
                "where the binding says so"
            },
        );
    }
    table
}

/// A table in Markdown: what each provider calls each setting of an action; empty where it is left out.
#[must_use]
pub fn settings() -> String {
    let mut table = String::from("| Provider |");
    for (_, name) in Knob::ALL {
        let _ = write!(table, " `{name}` |");
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(Knob::ALL.len()));
    table.push('\n');
    for provider in Provider::ALL {
        let _ = write!(table, "| {} |", provider.label());
        for (knob, _) in Knob::ALL {
            let _ = match field(provider, knob) {
                Some(field) => write!(table, " `{field}` |"),
                None => write!(table, " |"),
            };
        }
        table.push('\n');
    }
    table
}

fn format_of(format: WireFormat) -> &'static str {
    match format {
        WireFormat::OpenaiChat => "OpenAI chat completions",
        WireFormat::OpenaiResponses => "OpenAI responses",
        WireFormat::Anthropic => "Anthropic messages",
        WireFormat::Gemini => "Gemini",
    }
}

fn header(header: KeyHeader) -> &'static str {
    match header {
        KeyHeader::Bearer => "Authorization: Bearer",
        KeyHeader::XApiKey => "x-api-key",
        KeyHeader::XGoogApiKey => "x-goog-api-key",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_provider_has_a_row_of_its_own() {
        for table in [super::providers(), super::settings()] {
            assert_eq!(table.lines().count(), 2 + app::model_bindings::Provider::ALL.len());
            let columns: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
            assert!(columns.iter().all(|count| *count == columns[0]), "{table}");
        }
    }
}
