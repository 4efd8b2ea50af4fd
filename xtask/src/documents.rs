//! Checks the documents: each path that one names exists.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Folders that a path in a document can be below.
const BASES: [&str; 8] = [
    "",
    "server/src",
    "server/tests",
    "strongroom/src",
    "strongroom/tests",
    "app/src",
    "app/contract/src",
    "end2end/specs",
];
/// Folders of tests, whose paths need no extension.
const TESTS: [&str; 4] = ["api", "pages", "leaks", "durability"];
const EXTENSIONS: [&str; 6] = ["rs", "ts", "ftl", "patch", "sql", "css"];
/// Places to fill in.
const VARIABLES: [&str; 3] = ["NAME", "TARGET", "…"];

/// The paths between backquotes of a document.
fn paths(document: &str) -> Vec<&str> {
    let code = document.split('`').skip(1).step_by(2);
    code.filter(|text| is_path(text)).collect()
}

fn is_path(text: &str) -> bool {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    let Some((first, _)) = text.split_once('/').filter(|_| is_plain) else {
        return false;
    };
    let extension = Path::new(text).extension().and_then(|extension| extension.to_str());
    let is_named = match extension {
        Some(extension) => EXTENSIONS.contains(&extension),
        None => TESTS.contains(&first) || text.contains("/src/"),
    };
    is_named && !VARIABLES.iter().any(|variable| text.contains(variable))
}

fn exists(path: &str) -> bool {
    BASES.iter().any(|base| Path::new(ROOT).join(base).join(path).exists())
}

fn documents() -> Vec<PathBuf> {
    let folders = ["", "docs", "docs/decisions"].map(|folder| Path::new(ROOT).join(folder));
    let entries = folders
        .iter()
        .flat_map(|folder| fs::read_dir(folder).expect("the folder is there"));
    let files = entries.map(|entry| entry.expect("an entry can be read").path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect()
}

#[test]
fn each_path_in_a_document_exists() {
    let (mut found, mut missing) = (0, Vec::new());
    for file in documents() {
        // What was there once stays in the history.
        if file.ends_with("CHANGELOG.md") {
            continue;
        }
        let document = fs::read_to_string(&file).expect("a document can be read");
        for path in paths(&document) {
            found += 1;
            if !exists(path) {
                missing.push(format!("{}: there is no `{path}`", file.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(found > 150, "{found} paths");
}

#[test]
fn paths_are_told_from_other_code() {
    let document = "`api/front.rs`, `server/src/db` and `durability/faults`; `GET /api`, `application/json`, `a/b`, `docs/NAME.md`\n";
    assert_eq!(paths(document), ["api/front.rs", "server/src/db", "durability/faults"]);
}
