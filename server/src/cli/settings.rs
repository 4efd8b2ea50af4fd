//! `strongroom settings`: every setting in one table, made from the command line's own description.

use std::fmt::Write as _;

use clap::{Arg, CommandFactory as _};

use super::{Cli, say};

/// What holds where nobody sets it.
const DEFAULTS: &[(&str, &str)] = &[
    ("config", "`strongroom.toml` in the working directory, if it exists"),
    ("data_dir", "`data`"),
    ("database_url", "a SQLite file in the data folder"),
    ("database_connections", "`16`"),
    ("database_wait", "`5`"),
    ("database_statement_timeout", "`10`"),
    ("database_lock_timeout", "`2`"),
    ("database_idle_transaction_timeout", "`1`"),
    ("database_keepalive", "`10`"),
    ("insecure_database", "`false`"),
    ("keyring_file", "`keyring.json` in the data folder"),
    ("listen", "`127.0.0.1:3000`"),
    ("public_url", "none: this machine only, over http"),
    ("insecure_http", "`false`"),
    ("trusted_proxies", "none"),
    ("outbound_private_networks", "`true`"),
    ("read_budget_mib", "`64`"),
    ("max_operations", "`256`"),
    ("max_operations_per_user", "`16`"),
    ("stdio_unconfined", "`false`"),
    ("quota_records", "`20000`"),
    ("quota_values_mib", "`64`"),
    ("quota_uses_per_second", "`100`"),
    ("reserve_mib", "`32`"),
    ("site_dir", "the site in the binary"),
    ("locale", "`en`"),
    ("metrics_listen", "none: no metrics"),
    ("drain_time", "`2`"),
    ("stop_time", "`10`"),
    ("log", "`info,rmcp=warn`"),
    ("log_format", "`text`"),
];

/// A setting that has no flag.
struct Flagless {
    /// The key in `strongroom.toml`; empty where the file cannot hold it.
    key: &'static str,
    /// The variable; empty where there is none.
    variable: &'static str,
    default: &'static str,
    help: &'static str,
}

/// The settings that clap does not know of.
const FLAGLESS: &[Flagless] = &[
    Flagless {
        key: "",
        variable: "STRONGROOM_KEYRING",
        default: "none: the keyring file",
        help: "The text of the keyring, instead of a file. There is no flag for it, because other users could read it.",
    },
    Flagless {
        key: "stdio_commands",
        variable: "",
        default: "none: no stdio servers",
        help: "The programs that MCP servers can run, one table each: see `docs/stdio.md`. Only the file can list them.",
    },
];

const HEAD: &str = "# Settings

Flags override variables, and variables override `strongroom.toml`. Every command takes all of them. This page is made from the
code: `strongroom settings` prints it.

| Key in `strongroom.toml` | Flag | Variable | Default | Description |
|---|---|---|---|---|
";

/// Prints the table.
pub(super) fn print() {
    say(markdown().trim_end());
}

fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for argument in Cli::command().get_arguments() {
        // `--help` and `--version` are no settings.
        let Some(variable) = argument.get_env() else { continue };
        let id = argument.get_id().as_str();
        // The name of the file cannot stand in the file.
        let key = if id == "config" { "" } else { id };
        let default = DEFAULTS.iter().find(|(known, _)| *known == id);
        row(
            &mut text,
            [key, &flag(argument), &variable.to_string_lossy()],
            default.map_or("", |(_, default)| default),
            &help(argument),
        );
    }
    for setting in FLAGLESS {
        row(
            &mut text,
            [setting.key, "", setting.variable],
            setting.default,
            setting.help,
        );
    }
    text
}

fn row(text: &mut String, names: [&str; 3], default: &str, help: &str) {
    text.push('|');
    for name in names {
        if name.is_empty() {
            text.push_str(" |");
        } else {
            let _ = write!(text, " `{name}` |");
        }
    }
    // A bar would end the cell.
    let _ = writeln!(text, " {default} | {} |", help.replace('|', "\\|"));
}

fn flag(argument: &Arg) -> String {
    let name = argument.get_long().map(|name| format!("--{name}")).unwrap_or_default();
    match argument.get_value_names() {
        Some([value, ..]) => format!("{name} {value}"),
        _ => name,
    }
}

fn help(argument: &Arg) -> String {
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    // clap takes the last full stop away.
    if !help.ends_with('.') && !help.ends_with(".)") {
        help.push('.');
    }
    help
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Options, Settings};

    #[test]
    fn the_documentation_lists_the_settings_as_they_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/settings.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == markdown(),
            "docs/settings.md is out of date. Write it anew: \
             cargo run -q -p strongroom -- settings > docs/settings.md\n{}",
            markdown()
        );
    }

    #[test]
    fn every_setting_is_listed_with_its_default() {
        // The parser of the file names all keys that it knows.
        let error = toml::from_str::<Options>("'?' = 1").unwrap_err().to_string();
        let keys: Vec<&str> = error.split('`').skip(3).step_by(2).collect();
        assert!(keys.len() > 10 && keys.contains(&"log"), "{error}");
        let text = markdown();
        for key in keys {
            assert!(
                text.contains(&format!("\n| `{key}` |")),
                "{key} has neither a flag nor a line in FLAGLESS"
            );
        }
        for line in text.lines().skip_while(|line| !line.starts_with("|---")).skip(1) {
            let default = line.split('|').nth(4).unwrap_or_default();
            assert!(!default.trim().is_empty(), "no default: {line}");
        }
    }

    #[test]
    fn the_defaults_are_what_is_listed() {
        let settings: Settings = Options::default().complete(None).unwrap();
        let default = |id: &str| DEFAULTS.iter().find(|(known, _)| *known == id).unwrap().1;
        assert_eq!(default("listen"), format!("`{}`", settings.listen));
        assert_eq!(default("data_dir"), format!("`{}`", settings.data_dir.display()));
        assert_eq!(default("read_budget_mib"), format!("`{}`", settings.read_budget_mib));
        assert_eq!(default("max_operations"), format!("`{}`", settings.max_operations));
        assert_eq!(
            default("max_operations_per_user"),
            format!("`{}`", settings.max_operations_per_user)
        );
        assert_eq!(default("log"), format!("`{}`", settings.log));
        assert_eq!(
            default("outbound_private_networks"),
            format!("`{}`", settings.outbound_private_networks)
        );
        assert_eq!(
            default("log_format"),
            format!("`{:?}`", settings.log_format).to_lowercase()
        );
        assert_eq!(default("locale"), format!("`{}`", settings.locale));
        assert_eq!(default("insecure_http"), "`false`");
        assert_eq!(default("drain_time"), format!("`{}`", settings.stop.drain.as_secs()));
        assert_eq!(default("stop_time"), format!("`{}`", settings.stop.stop.as_secs()));
        let limits = &settings.database;
        assert_eq!(default("insecure_database"), format!("`{}`", limits.insecure));
        for (id, number) in [
            ("database_connections", u64::from(limits.connections)),
            ("database_wait", limits.wait.as_secs()),
            ("database_statement_timeout", limits.statement.as_secs()),
            ("database_lock_timeout", limits.lock.as_secs()),
            ("database_idle_transaction_timeout", limits.idle_transaction.as_secs()),
            ("database_keepalive", limits.keepalive.as_secs()),
        ] {
            assert_eq!(default(id), format!("`{number}`"), "{id}");
        }
        for (id, number) in [
            ("quota_records", settings.quotas.records),
            ("quota_values_mib", settings.quotas.values_mib),
            ("quota_uses_per_second", settings.quotas.uses_per_second),
            ("reserve_mib", settings.reserve_mib),
        ] {
            assert_eq!(default(id), format!("`{number}`"));
        }
        assert!(settings.trusted_proxies.is_empty() && settings.metrics_listen.is_none());
    }
}
