//! The parts that a change rebuilds.

use std::collections::BTreeSet;

/// A part of a development build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The WebAssembly module.
    FrontEnd,
    /// The program.
    Server,
    /// The style sheet.
    Style,
    /// The files that the site takes as they are.
    Public,
}

/// The folders to watch, with all below them.
pub const FOLDERS: [&str; 8] = [
    "app",
    "docs",
    "frontend",
    "migrations",
    "public",
    "server",
    "strongroom",
    "style",
];
/// The folders of which only the files are watched.
pub const FLAT_FOLDERS: [&str; 2] = ["", ".cargo"];

/// The parts that a change of this file rebuilds; `path` is relative to the checkout.
pub fn parts(path: &str) -> &'static [Part] {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (_, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    // Copies that editors make while they save.
    if name.starts_with('.') || name.starts_with('#') || name.ends_with('~') || matches!(extension, "swp" | "tmp") {
        return &[];
    }
    let (folder, below) = path.split_once('/').unwrap_or(("", path));
    match (folder, below) {
        ("app" | "frontend" | "server" | "strongroom", _) if below.starts_with("tests/") => &[],
        ("app", _) | ("", "Cargo.toml" | "Cargo.lock" | "rust-toolchain.toml") | (".cargo", "config.toml") => {
            &[Part::FrontEnd, Part::Server]
        }
        ("frontend", _) => &[Part::FrontEnd],
        ("server" | "strongroom" | "migrations", _) => &[Part::Server],
        // The help pages are in the program.
        ("docs", _) if extension == "md" && !below.contains('/') => &[Part::Server],
        ("style", _) if extension == "css" => &[Part::Style],
        ("public", _) => &[Part::Public],
        _ => &[],
    }
}

/// The parts that a set of changes rebuilds.
pub fn parts_of<'a>(paths: impl IntoIterator<Item = &'a str>) -> BTreeSet<Part> {
    paths.into_iter().flat_map(parts).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_rebuilds_what_is_made_from_it() {
        for (path, expected) in [
            ("app/src/shell/messages.rs", &[Part::FrontEnd, Part::Server][..]),
            ("app/locales/en/shell.ftl", &[Part::FrontEnd, Part::Server]),
            ("app/contract/src/lib.rs", &[Part::FrontEnd, Part::Server]),
            ("app/build.rs", &[Part::FrontEnd, Part::Server]),
            ("Cargo.toml", &[Part::FrontEnd, Part::Server]),
            (".cargo/config.toml", &[Part::FrontEnd, Part::Server]),
            ("frontend/src/lib.rs", &[Part::FrontEnd]),
            ("server/src/credentials/routes.rs", &[Part::Server]),
            ("server/src/accounts/common_passwords.txt", &[Part::Server]),
            ("strongroom/src/pages.rs", &[Part::Server]),
            ("migrations/0001_accounts.sql", &[Part::Server]),
            ("docs/audit.md", &[Part::Server]),
            ("style/00-tokens.css", &[Part::Style]),
            ("public/favicon.svg", &[Part::Public]),
        ] {
            assert_eq!(parts(path), expected, "{path}");
        }
    }

    #[test]
    fn tests_decisions_and_copies_of_editors_rebuild_nothing() {
        for path in [
            "server/tests/api/main.rs",
            "docs/decisions/storage.md",
            "docs/credentials.png",
            "style/.10-base.css.swp",
            "style/10-base.css~",
            "app/src/.#lib.rs",
            "app/src/#lib.rs#",
            "README.md",
            "xtask/src/main.rs",
            ".gitignore",
        ] {
            assert_eq!(parts(path), &[], "{path}");
        }
    }

    #[test]
    fn changes_that_are_saved_together_are_built_together() {
        let saved = ["style/10-base.css", "server/src/lib.rs", "server/src/main.rs"];
        assert_eq!(parts_of(saved), BTreeSet::from([Part::Server, Part::Style]));
    }
}
