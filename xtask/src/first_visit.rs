//! What a browser downloads at its first visit, against the budget.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::progress::say;

/// All of the first visit, compressed with brotli: the page, the script, the module and the style.
const BUDGET: u64 = 300_000;

/// What the page itself may take of it. `cargo xtask bench` measures real pages.
const PAGE: u64 = 12_000;

/// A file of the first visit.
#[derive(Debug)]
struct File {
    name: String,
    plain: u64,
    compressed: u64,
}

/// Prints the bytes of each file that a first visit downloads, and how the budget is kept. `cargo xtask bench`, which
/// measures real pages, fails where it is not.
pub fn report(site: &Path) -> Result<()> {
    let files = files(site)?;
    say("\n  First visit                                   bytes     brotli");
    for file in &files {
        say(format!(
            "  {:<40} {:>10} {:>10}",
            file.name, file.plain, file.compressed
        ));
    }
    let total: u64 = files.iter().map(|file| file.compressed).sum::<u64>() + PAGE;
    say(format!("  {:<40} {:>10} {PAGE:>10}", "the page, at most", ""));
    let kept = if total > BUDGET { "MISSED" } else { "ok" };
    say(format!(
        "  {:<40} {:>10} {total:>10}  of {BUDGET}: {kept}",
        "in all", ""
    ));
    Ok(())
}

/// The scripts, the module and the style of a site.
fn files(site: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut folders = vec![site.join("pkg")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(site)?.to_string_lossy().into_owned();
            if [".br", ".gz"].iter().any(|suffix| name.ends_with(suffix)) {
                continue;
            }
            let plain = size(&path)?;
            // Without a compressed copy beside it, compressing did not make it smaller.
            let compressed =
                size(&path.with_file_name(format!("{}.br", path.file_name().unwrap_or_default().to_string_lossy())))
                    .unwrap_or(plain);
            files.push(File {
                name,
                plain,
                compressed,
            });
        }
    }
    files.sort_by_key(|file| std::cmp::Reverse(file.compressed));
    Ok(files)
}

fn size(file: &Path) -> Result<u64> {
    let metadata = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(metadata.len())
}
