//! The licenses of third-party packages as one text: a list of packages, then each license text once with its packages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::graph::{Package, Packages};

/// Beginnings of the names of files that hold a license, in capitals.
const FILE_NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// Larger files are no license.
const MAX_BYTES: u64 = 256 * 1024;

const HEAD: &str = "Strongroom is licensed under MIT OR Apache-2.0. It contains the packages below, each under its own license.\n\
     SQLite, which libsqlite3-sys contains, is in the public domain.\n";

/// Makes the text.
pub fn text(packages: &Packages) -> Result<String> {
    let third_party: Vec<&Package> = packages.values().filter(|package| package.sha256.is_some()).collect();
    let mut out = HEAD.to_owned();
    out.push_str("\nPackages\n\n");
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut without = Vec::new();
    for package in third_party {
        let title = format!("{} {}", package.name, package.version);
        let _ = writeln!(out, "  {title}  {}  {}", package.license, package.repository);
        let found = files(&package.folder)
            .with_context(|| format!("the license of {title} cannot be read: run `cargo fetch --locked`"))?;
        if found.is_empty() {
            without.push(format!("{title} ({})", package.license));
        }
        for text in found {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    if !without.is_empty() {
        out.push_str(
            "\nThese packages come without a license file; the texts of the licenses that they name are below:\n\n",
        );
        for title in without {
            let _ = writeln!(out, "  {title}");
        }
    }
    let mut texts: Vec<(String, Vec<String>)> = texts.into_iter().collect();
    // The text with the most packages first.
    texts.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.1.cmp(&b.1)));
    for (text, titles) in texts {
        let _ = write!(out, "\n{}\n{}\n\n{text}\n", "-".repeat(80), titles.join(", "));
    }
    Ok(out)
}

/// The license texts of a package, without white space at the ends.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut names: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_license(path))
        .collect();
    names.sort();
    let mut texts = Vec::new();
    for name in names {
        let text = String::from_utf8_lossy(&fs::read(name)?).replace("\r\n", "\n");
        let text = text.trim_matches(['\n', ' ', '\u{feff}']).to_owned();
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    Ok(texts)
}

fn is_license(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let source = path.extension().is_some_and(|extension| extension == "rs");
    !source
        && FILE_NAMES.iter().any(|start| name.starts_with(start))
        && fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() <= MAX_BYTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::process::TemporaryFolder;

    fn package(name: &str, folder: &Path) -> (String, Package) {
        let package = Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            repository: String::new(),
            folder: folder.to_owned(),
            sha256: Some("00".to_owned()),
            uses: BTreeSet::new(),
        };
        (name.to_owned(), package)
    }

    #[test]
    fn a_license_text_is_printed_once_and_a_missing_one_is_named() {
        let folder = TemporaryFolder::new("licenses").unwrap();
        for name in ["a", "b", "c"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join("a/LICENSE-MIT"), "the same text\r\n").unwrap();
        fs::write(folder.path().join("b/license.txt"), "\nthe same text").unwrap();
        fs::write(folder.path().join("c/license.rs"), "fn license() {}").unwrap();
        let packages = ["a", "b", "c"].map(|name| package(name, &folder.path().join(name)));
        let text = text(&packages.into()).unwrap();
        assert_eq!(text.matches("the same text").count(), 1, "{text}");
        assert!(text.contains("a 1.0.0, b 1.0.0\n"), "{text}");
        assert!(text.contains("without a license file"), "{text}");
        assert!(!text.contains("fn license"), "{text}");
    }
}
