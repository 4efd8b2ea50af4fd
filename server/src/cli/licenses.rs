//! `strongroom licenses`.

use anyhow::Context as _;

use super::say;

/// The licenses of third-party packages, compressed with brotli; `None` in a development build.
static LICENSES: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/licenses.rs"));

/// Prints the licenses of the packages in this program.
pub(super) fn print() -> anyhow::Result<()> {
    let compressed = LICENSES.context(
        "This development build does not contain the licenses. Build a release with: cargo xtask build --release",
    )?;
    let mut text = Vec::new();
    brotli::BrotliDecompress(&mut &*compressed, &mut text).context("Cannot read the list of licenses.")?;
    say(String::from_utf8_lossy(&text).trim_end());
    Ok(())
}
