//! What a browser downloads at its first visit of the list of credentials, against the budget.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::chunks::{CHUNK_PREFIXES, LOADER};
use crate::progress::say;

/// All of the first visit, compressed with brotli: the page, the scripts, the module and the style.
const BUDGET: u64 = 300_000;

/// What the page itself may take of it: 25 credentials take 8 kB. `cargo xtask bench` measures real pages.
const PAGE: u64 = 9_200;

/// A file that a browser downloads.
#[derive(Debug)]
struct File {
    name: String,
    plain: u64,
    compressed: u64,
}

impl File {
    /// Whether it is fetched only when it is needed.
    fn is_chunk(&self) -> bool {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        name != LOADER && CHUNK_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
    }
}

/// Prints the bytes of each file that a first visit downloads, and of each chunk; fails where the first visit exceeds
/// the budget.
pub fn check(site: &Path) -> Result<()> {
    let (chunks, first): (Vec<File>, Vec<File>) = files(site)?.into_iter().partition(File::is_chunk);
    let show = |name: &str, plain: &str, compressed: u64, rest: &str| {
        say(format!("  {name:<48} {plain:>10} {compressed:>10}{rest}"));
    };
    say(format!(
        "\n  {:<48} {:>10} {:>10}",
        "First visit of /credentials", "bytes", "brotli"
    ));
    for file in &first {
        show(&file.name, &file.plain.to_string(), file.compressed, "");
    }
    show("the page, at most", "", PAGE, "");
    let total: u64 = first.iter().map(|file| file.compressed).sum::<u64>() + PAGE;
    show("in all", "", total, &format!("  of {BUDGET}"));
    say("  Fetched when they are needed:");
    for file in &chunks {
        show(&file.name, &file.plain.to_string(), file.compressed, "");
    }
    if total > BUDGET {
        bail!("the first visit takes {total} bytes, more than the budget of {BUDGET}: see \"Size\" in CONTRIBUTING.md");
    }
    Ok(())
}

/// The scripts, the modules and the style of a site, the largest first.
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
            let compressed = size(&site.join(format!("{name}.br"))).unwrap_or(plain);
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
