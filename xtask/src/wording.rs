//! The step "Wording" of `cargo xtask test --only lint`: forbidden words in texts that users read.
//!
//! Scans string literals of the server and of the contract, documentation of the command line and of the API, message
//! files, the pages of `docs/`, and the README. Comments, decisions, tests and SQL are not scanned.

use std::fs;

use anyhow::{Result, bail};
use proc_macro2::{TokenStream, TokenTree};

use crate::progress::say;
use crate::snapshot::source::{self, Literal};
use crate::snapshot::tracked;
use crate::workspace::Workspace;

/// Words, in lower case, and their replacement or the reason.
const FORBIDDEN: [(&str, &str); 48] = [
    (
        "whoever",
        "name the person: you, the owner, an administrator, your operator",
    ),
    ("whatever", "name the thing, or write `regardless of`"),
    ("whichever", "name the thing"),
    ("that which", "name the thing"),
    ("nobody", "no one, or say what is not possible"),
    ("somebody", "someone, or name the person"),
    ("anybody", "anyone"),
    ("everybody", "everyone"),
    ("on record", "in the audit trail, recorded"),
    ("stands in", "is in"),
    ("leads to", "points to, opens"),
    ("good for", "valid for"),
    ("good until", "expires"),
    ("too many tries", "too many attempts"),
    ("switched off", "disabled, turned off"),
    ("switch off", "disable, turn off"),
    ("written anew", "rewritten"),
    ("anew", "again"),
    ("travel in clear", "are sent unencrypted"),
    ("may not use", "You don't have permission to use …"),
    ("organisation", "organization"),
    ("organise", "organize"),
    ("licence", "license"),
    ("colour", "color"),
    ("behaviour", "behavior"),
    ("recognise", "recognize"),
    ("recognised", "recognized"),
    ("authorise", "authorize"),
    ("authorised", "authorized"),
    ("favourite", "favorite"),
    ("dialogue", "dialog"),
    ("whilst", "while"),
    ("centre", "center"),
    ("catalogue", "catalog"),
    ("analyse", "analyze"),
    ("optimise", "optimize"),
    ("honour", "honor"),
    ("neighbour", "neighbor"),
    ("labelled", "labeled"),
    ("set-up", "setup (the noun), set up (the verb)"),
    ("in clear", "unencrypted"),
    ("beside", "next to"),
    ("on the way", "on the network, in transit"),
    ("leads nowhere", "name the missing thing"),
    ("in a circle", "circular"),
    ("mended", "fixed"),
    ("in crowds", "often, in large numbers"),
    ("goes on", "continues"),
];
/// First words of sentences that are questions or translated.
const FIRST: [(&str, &str); 2] = [
    ("What ", "name the thing; `What` begins only a question"),
    ("Whether ", "name the thing, or begin with `If`"),
];
/// Items whose documentation is printed by the command line, or is part of the OpenAPI document.
const DOCUMENTED: [&str; 4] = ["Parser", "Subcommand", "Args", "JsonSchema"];

/// Fails if a text contains forbidden words; prints each with its place.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut count = 0_usize;
    for path in tracked(workspace)? {
        let Some(read) = reader(&path) else { continue };
        let Ok(text) = fs::read_to_string(workspace.root.join(&path)) else {
            continue;
        };
        for literal in read(&path, &text)? {
            for fault in faults(&literal.text) {
                count += 1;
                say(format!(
                    "{path}:{}: {}\n    `{}` is forbidden; instead: {}",
                    literal.line,
                    fault.sentence,
                    fault.word.trim(),
                    fault.instead
                ));
            }
        }
    }
    if count > 0 {
        bail!("{count} sentences contain forbidden words");
    }
    Ok(())
}

type Reader = fn(&str, &str) -> Result<Vec<Literal>>;

/// `None` for a file without texts for users.
fn reader(path: &str) -> Option<Reader> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_test = name.ends_with("tests.rs") || folder.split('/').any(|part| part == "tests");
    match name.rsplit_once('.')?.1 {
        "rs" if is_test => None,
        "rs" if path.starts_with("server/src/") || path.starts_with("strongroom/src/") => Some(rust),
        "rs" if path.starts_with("app/contract/src/") => Some(rust),
        "rs" if path.starts_with("app/") => Some(documentation),
        "ftl" if folder.ends_with("/locales/en") => Some(messages),
        "md" if folder == "docs" || path == "README.md" => Some(markdown),
        _ => None,
    }
}

/// Literals with a space, and the documentation of the file.
fn rust(path: &str, text: &str) -> Result<Vec<Literal>> {
    let tokens = source::tokens(path, text)?;
    let mut found = Vec::new();
    source::collect(tokens.clone(), &mut found);
    found.retain(|literal| literal.text.contains(' ') && !source::is_sql(&literal.text));
    collect_documented(tokens, &mut found);
    Ok(found)
}

/// Documentation and attributes of items that derive one of [`DOCUMENTED`].
fn documentation(path: &str, text: &str) -> Result<Vec<Literal>> {
    let mut found = Vec::new();
    collect_documented(source::tokens(path, text)?, &mut found);
    Ok(found)
}

fn collect_documented(tokens: TokenStream, found: &mut Vec<Literal>) {
    let mut attributes = Vec::new();
    let mut is_attribute = false;
    let mut is_item = false;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => is_attribute = true,
            TokenTree::Group(group) if is_attribute => {
                attributes.push(group.stream());
                is_attribute = false;
            }
            TokenTree::Ident(word) if word == "struct" || word == "enum" => {
                is_item = attributes.iter().any(is_documented);
            }
            TokenTree::Group(group) if is_item => {
                for attribute in attributes.drain(..) {
                    collect_all(attribute, found);
                }
                collect_attributes(group.stream(), found);
                is_item = false;
            }
            TokenTree::Group(group) => {
                attributes.clear();
                collect_documented(group.stream(), found);
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => {
                for attribute in attributes.drain(..).filter(|_| is_item) {
                    collect_all(attribute, found);
                }
                is_item = false;
            }
            _ => {}
        }
    }
}

/// `true` for a derive, also inside of `cfg_attr`.
fn is_documented(attribute: &TokenStream) -> bool {
    attribute.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => DOCUMENTED.iter().any(|name| word == name),
        TokenTree::Group(group) => is_documented(&group.stream()),
        _ => false,
    })
}

/// The literals in attributes of fields and variants.
fn collect_attributes(tokens: TokenStream, found: &mut Vec<Literal>) {
    let mut is_attribute = false;
    for token in tokens {
        let was_attribute = std::mem::take(&mut is_attribute);
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => is_attribute = true,
            TokenTree::Group(group) if was_attribute => collect_all(group.stream(), found),
            TokenTree::Group(group) => collect_attributes(group.stream(), found),
            _ => {}
        }
    }
}

fn collect_all(tokens: TokenStream, found: &mut Vec<Literal>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_all(group.stream(), found),
            TokenTree::Literal(literal) => found.extend(source::string(literal)),
            TokenTree::Punct(_) | TokenTree::Ident(_) => {}
        }
    }
}

/// The values of a Fluent file.
#[expect(clippy::unnecessary_wraps, reason = "a reader like the others")]
fn messages(_: &str, text: &str) -> Result<Vec<Literal>> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    let value = |line: &str| match line.split_once('=') {
        Some((_, value)) if !line.starts_with(' ') => value.trim().to_owned(),
        _ => line.trim().to_owned(),
    };
    Ok(lines
        .map(|(at, line)| Literal {
            line: at + 1,
            text: value(line),
        })
        .collect())
}

/// Paragraphs, headings, list items and rows, without code.
#[expect(clippy::unnecessary_wraps, reason = "a reader like the others")]
fn markdown(_: &str, text: &str) -> Result<Vec<Literal>> {
    let mut found: Vec<Literal> = Vec::new();
    let (mut is_code, mut is_new) = (false, true);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with("```") {
            is_code = !is_code;
            is_new = true;
            continue;
        }
        if is_code || line.is_empty() {
            is_new = true;
            continue;
        }
        let is_block = line.starts_with(['#', '|', '-']) || line.starts_with(|first: char| first.is_ascii_digit());
        // Odd parts are between backquotes.
        let words: String = line.split('`').step_by(2).collect::<Vec<_>>().join("…");
        match found.last_mut() {
            Some(last) if !is_new && !is_block => {
                last.text.push(' ');
                last.text.push_str(&words);
            }
            _ => found.push(Literal {
                line: at + 1,
                text: words,
            }),
        }
        is_new = false;
    }
    Ok(found)
}

/// A forbidden word.
#[derive(Debug, PartialEq, Eq)]
struct Fault<'a> {
    sentence: &'a str,
    word: &'static str,
    instead: &'static str,
}

fn faults(text: &str) -> Vec<Fault<'_>> {
    sentences(text).flat_map(faults_of_sentence).collect()
}

/// Sentences and cells of tables, each with its mark at the end.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '|'])
        .flat_map(|part| part.split_inclusive(['.', '?', '!', ':']))
        .map(|sentence| sentence.trim().trim_start_matches(['#', '-', '*', ' ', '“', '"', '(']))
        .filter(|sentence| !sentence.is_empty())
}

fn faults_of_sentence(sentence: &str) -> Vec<Fault<'_>> {
    let lower = sentence.to_lowercase();
    let words = FORBIDDEN.iter().filter(|(word, _)| contains_word(&lower, word));
    let first = FIRST
        .iter()
        .filter(|(word, _)| sentence.starts_with(word) && !sentence.ends_with('?'));
    words
        .chain(first)
        .map(|&(word, instead)| Fault {
            sentence,
            word,
            instead,
        })
        .collect()
}

/// Whole words only.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::{Literal, documentation, faults, markdown, messages, reader, rust};

    fn words(text: &str) -> Vec<&'static str> {
        faults(text).into_iter().map(|fault| fault.word.trim()).collect()
    }

    fn texts(literals: &[Literal]) -> Vec<(usize, &str)> {
        literals
            .iter()
            .map(|literal| (literal.line, literal.text.as_str()))
            .collect()
    }

    #[test]
    fn forbidden_words_are_found_as_whole_words() {
        assert_eq!(
            words("Give it to Whoever runs it. Nobody sees it."),
            ["whoever", "nobody"]
        );
        assert_eq!(words("The organisation that pays."), ["organisation"]);
        assert_eq!(words("Give the request ID to your operator."), [""; 0]);
        assert_eq!(words("The organization, a license, colourless."), [""; 0]);
        assert_eq!(faults("It is here. Whatever it is.")[0].sentence, "Whatever it is.");
    }

    #[test]
    fn what_begins_only_questions() {
        assert_eq!(words("What the model answers appears here."), ["What"]);
        assert_eq!(words("| What is said | Solution |"), ["What"]);
        assert_eq!(words("What should happen to it?"), [""; 0]);
        assert_eq!(words("Somewhere. See what uses it."), [""; 0]);
    }

    #[test]
    fn literals_and_documentation_of_users_are_read_and_comments_are_not() {
        let code = "//! Whoever.\n/// Whoever.\nfn f() {\n    // nobody\n    g(\"one two\", \"one\", \"SELECT a FROM b\");\n}\n\
                    /// Prints it.\n#[derive(Subcommand)]\nenum Command {\n    /// Adds one.\n    Add { #[arg(help = \"a b\")] id: u8 },\n}\n\
                    /// Private.\n#[derive(Debug)]\nstruct Other;\n";
        assert_eq!(
            texts(&rust("a.rs", code).unwrap()),
            [(5, "one two"), (7, " Prints it."), (10, " Adds one."), (11, "a b")]
        );
        let body = "#[cfg_attr(feature = \"ssr\", derive(schemars::JsonSchema))]\nstruct A {\n    /// The id.\n    id: u8,\n}\n";
        assert_eq!(
            texts(&documentation("a.rs", body).unwrap()),
            [(1, "ssr"), (3, " The id.")]
        );
    }

    #[test]
    fn paragraphs_are_read_whole_and_code_is_not() {
        let text = "# Title\n\nOne\ntwo `nobody`.\n- Item\n  more\n\n```sh\nnobody\n```\n| a | b |\n";
        let expected = [
            (1, "# Title"),
            (3, "One two ….".trim_end()),
            (5, "- Item more"),
            (11, "| a | b |"),
        ];
        assert_eq!(texts(&markdown("a.md", text).unwrap()), expected);
        let fluent = "# nobody\nnobody = Save\n    more\n";
        assert_eq!(texts(&messages("en.ftl", fluent).unwrap()), [(2, "Save"), (3, "more")]);
    }

    #[test]
    fn only_texts_for_users_are_read() {
        for path in [
            "server/src/cli/mod.rs",
            "app/contract/src/schemas/form/rules.rs",
            "app/src/ai/input.rs",
            "app/locales/en/shell.ftl",
            "docs/users.md",
            "README.md",
        ] {
            assert!(reader(path).is_some(), "{path}");
        }
        for path in [
            "server/src/ai/wire/tests/mod.rs",
            "app/contract/src/schemas/form/tests/checks.rs",
            "server/src/outbound/redact/form_tests.rs",
            "server/tests/api/help.rs",
            "docs/decisions/uses.md",
            "app/locales/fr/shell.ftl",
            "CHANGELOG.md",
            "xtask/src/main.rs",
        ] {
            assert!(reader(path).is_none(), "{path}");
        }
    }
}
