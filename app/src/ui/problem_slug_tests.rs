//! The slugs of problems are texts on this side: for one that the server does not have, nobody would miss the words.

use std::path::Path;

use super::inner_html_tests::sources;

/// Each slug stands in it, in quotes.
const SERVER: &str = include_str!("../../../server/src/http/problem_kinds.rs");

/// Files that word problems: every slug in them is meant. In others it is those beside `slug()`.
const WORDING: [&str; 2] = ["problem_text.rs", "credential_forms/failure.rs"];

/// The slugs in a line.
fn slugs(line: &str) -> impl Iterator<Item = &str> {
    let literals = line.split('"').skip(1).step_by(2);
    literals.filter(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
}

#[test]
fn no_problem_is_worded_that_the_server_does_not_have() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut found = 0;
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source");
        let is_wording = WORDING.iter().any(|name| file.ends_with(name));
        let tested = source.split("#[cfg(test)]").next().unwrap_or_default().lines();
        for slug in tested
            .filter(|line| is_wording || line.contains("slug()"))
            .flat_map(slugs)
        {
            found += 1;
            assert!(
                SERVER.contains(&format!("\"{slug}\"")),
                "the server has no {slug}, which {} words",
                file.display()
            );
        }
    }
    assert!(found > 20, "only {found} slugs were found");
}
