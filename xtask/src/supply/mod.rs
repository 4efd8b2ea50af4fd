//! Where a release comes from: its packages, their licenses, and what is known of their faults.

mod deny;
mod graph;
mod licenses;
mod sbom;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

pub use deny::check;

use crate::process::output_of;
use crate::workspace::Workspace;

/// Writes `strongroom.cdx.json` (the SBOM) and `licenses.txt.br` beside the release. Returns the file with the licenses,
/// which the server contains.
pub fn write(workspace: &Workspace) -> Result<PathBuf> {
    let packages = graph::packages(workspace)?;
    let folder = workspace.target.join("release");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let write = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        // An unchanged file keeps its time, so that cargo does not compile the server again.
        if fs::read(&file).is_ok_and(|before| before == bytes) {
            return Ok(file);
        }
        fs::write(&file, bytes).with_context(|| format!("cannot write {}", file.display()))?;
        Ok::<_, anyhow::Error>(file)
    };
    write(
        "strongroom.cdx.json",
        format!("{:#}\n", sbom::document(&packages)?).as_bytes(),
    )?;
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut licenses::text(&packages)?.as_bytes(), &mut compressed, &parameters)
        .context("cannot compress the licenses")?;
    write("licenses.txt.br", &compressed)
}

/// Checks that a release prints the licenses of its packages.
pub fn check_release(server: &Path) -> Result<()> {
    let printed = output_of(Command::new(server).arg("licenses")).context("`strongroom licenses` failed")?;
    for expected in ["aes-gcm ", "leptos ", "Permission is hereby granted"] {
        ensure!(
            printed.contains(expected),
            "`strongroom licenses` does not print {expected:?}"
        );
    }
    Ok(())
}
