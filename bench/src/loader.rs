//! The loader of chunks, `chunks.js`: which files it fetches for a chunk.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};

/// What the loader knows by a name: a file, and the names of what the file needs.
#[derive(Debug, Default)]
struct Entry<'a> {
    file: Option<&'a str>,
    needs: Vec<&'a str>,
}

/// The files of a chunk, which lie beside the loader.
pub fn files_of<'a>(loader: &'a str, chunk: &str) -> Result<BTreeSet<&'a str>> {
    let entries = entries(loader);
    let mut files = BTreeSet::new();
    let first = format!("__wasm_split_load_{chunk}");
    let mut names = vec![first.as_str()];
    while let Some(name) = names.pop() {
        let entry = entries.get(name);
        let file = entry.and_then(|entry| entry.file);
        let file = file.with_context(|| format!("the loader of chunks fetches no file for {name}"))?;
        if files.insert(file) {
            names.extend(entry.into_iter().flat_map(|entry| &entry.needs));
        }
    }
    Ok(files)
}

/// Each name is on a line of its own, the file on the next, and what it needs on the last.
fn entries(loader: &str) -> BTreeMap<&str, Entry<'_>> {
    let mut entries: BTreeMap<&str, Entry<'_>> = BTreeMap::new();
    let mut entry = None;
    for line in loader.lines() {
        let declared = line.strip_prefix("export ").unwrap_or(line).strip_prefix("const ");
        if let Some((name, _)) = declared
            .filter(|declared| declared.contains("makeLoad("))
            .and_then(|declared| declared.split_once(" = "))
        {
            entry = Some(entries.entry(name).or_default());
        } else if let Some(entry) = &mut entry {
            if let Some((_, rest)) = line.split_once("new URL(\"./") {
                entry.file = rest.split('"').next();
            } else if line.starts_with(", [") {
                let names = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                entry.needs.extend(names.filter(|name| !name.is_empty()));
            }
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADER: &str = r#"import { initSync } from "./strongroom.js";
function makeLoad(fetcher, deps) {
    const loader = async () => fetcher();
}
/* a, b */
const __chunk_1 = makeLoad(() => {
    const src = fetch(new URL("./chunk_1.wasm", import.meta.url));
}
, []);
const __chunk_2 = makeLoad(() => {
    const src = fetch(new URL("./chunk_2.wasm", import.meta.url));
}
, [__chunk_1]);
export const __wasm_split_load_a = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL("./split_a.wasm", import.meta.url));
}
, [__chunk_1]));
export const __wasm_split_load_b = wrapAsyncCb(makeLoad(() => {
    const src = fetch(new URL("./split_b.wasm", import.meta.url));
}
, [__chunk_2, __chunk_1]));
"#;

    #[test]
    fn a_chunk_comes_with_what_it_needs_each_once() -> Result<()> {
        let files = |chunk| Ok::<_, anyhow::Error>(files_of(LOADER, chunk)?.into_iter().collect::<Vec<_>>());
        assert_eq!(files("a")?, ["chunk_1.wasm", "split_a.wasm"]);
        assert_eq!(files("b")?, ["chunk_1.wasm", "chunk_2.wasm", "split_b.wasm"]);
        assert!(files("c").is_err());
        Ok(())
    }
}
