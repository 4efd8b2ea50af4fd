//! The style sheet.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Mode;

/// All style sheets as one, in the order of their names.
pub(super) fn style(folder: &Path, mode: Mode) -> Result<String> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "css"))
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("{} holds no .css file", folder.display());
    }
    let mut all = String::new();
    for file in files {
        all.push_str(&fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?);
        all.push('\n');
    }
    Ok(if mode == Mode::Release {
        without_comments(&all)
    } else {
        all
    })
}

/// CSS without comments, indentation and breaks of lines. Quoted texts stay as they are.
fn without_comments(css: &str) -> String {
    let mut kept = String::with_capacity(css.len());
    let mut rest = css.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = rest.next() {
        match quote {
            Some(_) if c == '\\' => {
                kept.push(c);
                kept.extend(rest.next());
                continue;
            }
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '/' && rest.peek() == Some(&'*') => {
                rest.next();
                let mut before = ' ';
                for inside in rest.by_ref() {
                    if before == '*' && inside == '/' {
                        break;
                    }
                    before = inside;
                }
                continue;
            }
            Some(_) | None => {}
        }
        kept.push(c);
    }
    let mut lines = String::with_capacity(kept.len());
    for line in kept.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.contains(['"', '\'']) {
            lines.push_str(line);
        } else {
            lines.push_str(&line.replace(": ", ":").replace(" {", "{"));
        }
        // What goes on in the next line is apart from it.
        if !line.ends_with(['{', '}', ';', ',']) {
            lines.push('\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_leave_the_style_sheet() {
        let css = "/* a */\n.b {\n  content: \"/* kept */\";\n\n  color: red; /* c **/\n}\n";
        assert_eq!(without_comments(css), ".b{content: \"/* kept */\";color:red;}");
    }
}
