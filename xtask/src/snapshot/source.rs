//! Texts of a snapshot that are read from the source files: string literals and names of tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};

/// The source files, by path.
pub struct Files(BTreeMap<String, String>);

impl Files {
    /// Reads those of the paths that have a part in a snapshot.
    pub fn of(paths: Vec<String>, root: &Path) -> Self {
        let mut files = BTreeMap::new();
        for path in paths {
            if matches!(extension(&path), "rs" | "sql" | "ts")
                && let Ok(text) = fs::read_to_string(root.join(&path))
            {
                files.insert(path, text);
            }
        }
        Self(files)
    }

    /// The files below a folder.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        all.filter(move |(path, _)| path.starts_with(folder))
    }

    /// The string literals below a path that are wanted, without those of test modules; sorted, so that a move to another
    /// file changes none.
    pub fn literals(&self, below: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for (path, text) in self
            .below(below)
            .filter(|(path, _)| extension(path) == "rs" && !path.ends_with("tests.rs"))
        {
            collect(tokens(path, text)?, &mut found);
        }
        let mut found: Vec<String> = found
            .into_iter()
            .map(|literal| literal.text.escape_debug().to_string())
            .collect();
        found.retain(|literal| wanted(literal));
        found.sort();
        Ok(found)
    }

    /// The names of all tests, sorted. Names alone, so that a test may move.
    pub fn tests(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.iter().flat_map(|(path, text)| names(path, text)).collect();
        names.sort();
        names
    }
}

/// `true` for a part of a statement, too.
pub fn is_sql(literal: &str) -> bool {
    [
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
        "DELETE FROM ",
        " FROM ",
        " WHERE ",
        " JOIN ",
        "ORDER BY ",
    ]
    .iter()
    .any(|word| literal.contains(word))
}

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    /// Line of its first character, from 1.
    pub line: usize,
    pub text: String,
}

/// The tokens of a file without its test module.
pub fn tokens(path: &str, text: &str) -> Result<TokenStream> {
    without_tests(text)
        .parse()
        .map_err(|error| anyhow::anyhow!("{error}"))
        .with_context(|| format!("{path} is no Rust"))
}

fn extension(path: &str) -> &str {
    Path::new(path)
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

/// Test modules stand at the end of their file.
fn without_tests(text: &str) -> &str {
    text.split_once("\n#[cfg(test)]\nmod tests {")
        .map_or(text, |(code, _)| code)
}

/// The string literals of a file. Attributes, which hold documentation, are left out.
pub fn collect(tokens: TokenStream, found: &mut Vec<Literal>) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                tokens.next_if(|next| matches!(next, TokenTree::Punct(inner) if inner.as_char() == '!'));
                tokens.next_if(|next| matches!(next, TokenTree::Group(_)));
            }
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => found.extend(string(literal)),
            TokenTree::Punct(_) | TokenTree::Ident(_) => {}
        }
    }
}

/// `None` for a number, a character or bytes.
pub fn string(literal: proc_macro2::Literal) -> Option<Literal> {
    let line = literal.span().start().line;
    match syn::Lit::new(literal) {
        syn::Lit::Str(text) => Some(Literal {
            line,
            text: text.value(),
        }),
        _ => None,
    }
}

/// The names of the tests of one file.
fn names(path: &str, text: &str) -> Vec<String> {
    if extension(path) == "ts" {
        return text.lines().filter_map(title).map(str::to_owned).collect();
    }
    let (mut is_marked, mut is_inside) = (false, false);
    let mut names = Vec::new();
    for line in text.lines() {
        is_inside = (is_inside || line.starts_with("both_engines! {")) && line != "}";
        let line = line.trim_start();
        if line.starts_with("#[test") || line.starts_with("#[tokio::test") {
            is_marked = true;
            continue;
        }
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some(name) = function.and_then(|rest| rest.split(['(', '<']).next()) {
            if is_marked || (is_inside && line.contains("(app: TestApp")) {
                names.push(name.to_owned());
            }
            is_marked = false;
        }
    }
    names
}

/// The title of a browser test that begins on this line.
fn title(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("test(")?;
    let quote = rest.chars().next().filter(|quote| "'\"`".contains(*quote))?;
    let rest = &rest[1..];
    rest.find(quote).map(|end| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::{collect, is_sql, names, title, tokens};

    #[test]
    fn literals_are_read_wherever_they_stand() {
        let code = "/// A \"doc\".\nconst A: &str = concat!(\"SELECT a \\\n     FROM b\", part!()); fn f() { g(r#\"x\"y\"#, 'c', 1); }\n\
                    #[cfg(test)]\nmod tests {\n    const NO: &str = \"no\";\n}\n";
        let mut found = Vec::new();
        collect(tokens("a.rs", code).unwrap(), &mut found);
        let found: Vec<(usize, &str)> = found
            .iter()
            .map(|literal| (literal.line, literal.text.as_str()))
            .collect();
        assert_eq!(found, [(2, "SELECT a FROM b"), (3, "x\"y")]);
        assert!(is_sql(found[0].1) && !is_sql(found[1].1));
    }

    #[test]
    fn names_of_tests_are_found_in_all_their_forms() {
        let rust = "#[test]\nfn one() {}\n\n#[tokio::test(flavor = \"multi_thread\")]\nasync fn two() {}\nfn helper() {}\n\
                    both_engines! {\n    async fn three(app: TestApp) {}\n    async fn helper(x: u8) {}\n}\nasync fn four(app: TestApp) {}\n";
        assert_eq!(names("a.rs", rust), ["one", "two", "three"]);
        assert_eq!(
            names("a.spec.ts", "  test('five', async () => {\n  test.skip('six'\n"),
            ["five"]
        );
        assert_eq!(title("test(`seven ${x}`, "), Some("seven ${x}"));
    }
}
