//! The page's policy (`require-trusted-types-for 'script'`) forbids `innerHTML`. Leptos makes elements by it whose every
//! part is written out in the view, below the first: in the browser that would stop the page. One part that is an
//! expression (`{"/"}`, or a class from a constant) keeps an element from that.

use std::path::{Path, PathBuf};

/// The document around the app is made on the server only.
const SERVER_ONLY: &str = "document.rs";

/// Reads one opening tag at the start of a text. Gives its name, whether it closes itself, whether it has attributes,
/// and what follows; nothing where it is no tag, or where a part of it is an expression.
fn static_tag(text: &str) -> Option<(&str, bool, bool, &str)> {
    let rest = text.strip_prefix('<')?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, mut rest) = rest.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return None;
    }
    let mut has_attributes = false;
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix("/>") {
            return Some((name, true, has_attributes, rest));
        }
        if let Some(rest) = rest.strip_prefix('>') {
            return Some((name, false, has_attributes, rest));
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))?;
        if end == 0 {
            return None;
        }
        has_attributes = true;
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix('=') {
            rest = value.strip_prefix('"')?.split_once('"')?.1;
        }
    }
}

/// Whether the element at the start of a text is written out whole; gives what follows it.
fn static_element(text: &str) -> Option<(bool, &str)> {
    let (name, closed, has_attributes, mut rest) = static_tag(text)?;
    if closed {
        return Some((has_attributes, rest));
    }
    let mut has_children = false;
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix("</") {
            let rest = rest.strip_prefix(name)?.strip_prefix('>')?;
            return Some((has_attributes || has_children, rest));
        }
        has_children = true;
        rest = if let Some(literal) = rest.strip_prefix('"') {
            literal.split_once('"')?.1
        } else {
            static_element(rest)?.1
        };
    }
}

/// The lines of a source that hold such an element.
fn faults(source: &str) -> Vec<usize> {
    source
        .match_indices('<')
        .filter(|(at, _)| !source[..*at].trim_end().ends_with("view! {"))
        .filter(|(at, _)| matches!(static_element(&source[*at..]), Some((true, _))))
        .map(|(at, _)| source[..at].lines().count())
        .collect()
}

pub(super) fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn elements_that_are_written_out_whole_are_found() {
    let found = |markup: &str| faults(&format!("view! {{ <div>{markup}</div> }}")).len();
    assert_eq!(found(r#"<span class="a">"text"</span>"#), 1);
    assert_eq!(found(r#"<input type="text" required/>"#), 1);
    assert_eq!(found(r#"<p>"text"</p>"#), 1);
    assert_eq!(found(r#"<ul><li class="a"></li>{rows}</ul>"#), 1);
    for fine in [
        r#"<span class="a">{text}</span>"#,
        r#"<span class=a>"text"</span>"#,
        "<br/>",
        r#"<i on:click=x>"t"</i>"#,
    ] {
        assert_eq!(found(fine), 0, "{fine}");
    }
}

#[test]
fn no_element_of_a_page_needs_inner_html() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    for file in files {
        let tests = file.ends_with("inner_html_tests.rs");
        if tests || file.ends_with(SERVER_ONLY) {
            continue;
        }
        let source = std::fs::read_to_string(&file).expect("a source");
        assert_eq!(
            faults(&source),
            [] as [usize; 0],
            "written out whole in {}",
            file.display()
        );
    }
}
