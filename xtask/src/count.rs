//! `cargo xtask count`: how large the code is, what tests it, and how often its comments give a reason.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::output_of;
use crate::progress::say;
use crate::workspace::Workspace;

/// Folders whose lines are counted as code.
const CODE: [&str; 2] = ["app/", "server/src/"];
/// Longer files are listed.
const LONG: usize = 400;
/// Words by which a comment gives a reason.
const REASONS: [&str; 4] = ["because", "since", "so that", "otherwise"];

/// The options of `cargo xtask count`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Count an earlier commit too, and print the difference.
    #[arg(long, value_name = "COMMIT")]
    base: Option<String>,
}

/// Counts the checkout, and an earlier commit where one is named.
pub fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(arguments).current_dir(&workspace.root);
        output_of(&mut git).with_context(|| format!("git {} failed: run this in a checkout", arguments.join(" ")))
    };
    let now = counted(&git(&["ls-files"])?, |path| {
        fs::read_to_string(workspace.root.join(path)).ok()
    });
    let base = match &options.base {
        None => None,
        Some(commit) => {
            let listed = git(&["ls-tree", "-r", "--name-only", commit])?;
            Some(counted(&listed, |path| {
                git(&["show", &format!("{commit}:{path}")]).ok()
            }))
        }
    };
    for (row, (name, count)) in now.rows().into_iter().enumerate() {
        say(match &base {
            None => format!("{name:<44}{count:>9}"),
            Some(base) => {
                let before = base.rows()[row].1;
                let difference = i64::try_from(count)? - i64::try_from(before)?;
                format!("{name:<44}{before:>9}{count:>9}{difference:>+9}")
            }
        });
    }
    for (path, lines) in &now.long {
        say(format!("  {path}: {lines} lines"));
    }
    Ok(())
}

/// The figures of one tree.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    code: usize,
    test_modules: usize,
    tests: usize,
    assertions: usize,
    reasons: usize,
    /// Files that are too long.
    long: Vec<(String, usize)>,
}

impl Counts {
    fn rows(&self) -> [(&'static str, usize); 6] {
        [
            ("lines of app and server/src, without tests", self.code),
            ("lines of test modules in them", self.test_modules),
            ("tests", self.tests),
            ("assertions", self.assertions),
            ("comments that give a reason", self.reasons),
            ("files of more than 400 lines", self.long.len()),
        ]
    }

    fn add(&mut self, path: &str, text: &str) {
        let is_code = CODE.iter().any(|folder| path.starts_with(folder));
        let tests = if path.ends_with("tests.rs") {
            text.lines().count()
        } else {
            // Test modules stand at the end of their file.
            text.split_once("\n#[cfg(test)]\nmod tests {")
                .map_or(0, |(_, module)| module.lines().count() + 1)
        };
        let lines = text.lines().count();
        if is_code {
            self.code += lines - tests;
            self.test_modules += tests;
        }
        if lines > LONG {
            self.long.push((path.to_owned(), lines));
        }
        let mut is_inside = false;
        for line in text.lines() {
            is_inside = (is_inside || line.starts_with("both_engines! {")) && line != "}";
            let line = line.trim_start();
            self.tests += usize::from(is_test(line, is_inside));
            self.assertions += ["assert!(", "assert_eq!(", "assert_ne!(", "expect("]
                .iter()
                .map(|call| line.matches(call).count())
                .sum::<usize>();
            self.reasons += usize::from(gives_a_reason(line));
        }
    }
}

fn counted(listed: &str, read: impl Fn(&str) -> Option<String>) -> Counts {
    let mut counts = Counts::default();
    for path in listed.lines().filter(|path| is_counted(path)) {
        if let Some(text) = read(path) {
            counts.add(path, &text);
        }
    }
    counts
}

/// Rust, browser tests, and the files of messages.
fn is_counted(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    match extension {
        Some("rs") => true,
        Some("ts") => path.starts_with("end2end/"),
        _ => path.starts_with("app/") && path.contains("/locales/"),
    }
}

fn is_test(line: &str, is_inside: bool) -> bool {
    line.starts_with("#[test]")
        || line.starts_with("#[tokio::test")
        || line.starts_with("test(")
        || (is_inside && line.starts_with("async fn ") && line.contains("(app: TestApp"))
}

fn gives_a_reason(line: &str) -> bool {
    line.starts_with("//") && {
        let line = line.to_lowercase();
        REASONS.iter().any(|word| line.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, counted, is_counted};

    #[test]
    fn code_tests_and_reasons_are_counted_apart() {
        let file = "// Since it is so.\nfn f() {\n    g(); // because\n}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn one() {\n        assert_eq!(1, 1);\n    }\n}\n";
        let counts = counted(
            "app/src/a.rs\nREADME.md\nserver/tests/api/b.rs\napp/src/c_tests.rs",
            |path| {
                Some(match path {
                "app/src/a.rs" => file.to_owned(),
                "app/src/c_tests.rs" => "#[test]\nfn two() {}\n".to_owned(),
                _ => "both_engines! {\n    async fn three(app: TestApp) {\n        app.get().expect(200);\n    }\n}\n".to_owned() + &"x\n".repeat(400),
            })
            },
        );
        let expected = Counts {
            code: 5,
            test_modules: 9,
            tests: 3,
            assertions: 2,
            reasons: 1,
            long: vec![("server/tests/api/b.rs".to_owned(), 405)],
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn files_of_messages_count_as_code() {
        assert!(is_counted("app/src/locales/en.json") && is_counted("app/contract/locales/en.ftl"));
        assert!(!is_counted("docs/a.md") && !is_counted("app/Cargo.toml"));
    }
}
