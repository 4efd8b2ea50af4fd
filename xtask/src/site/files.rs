//! The folder of the site, and the compressed copies in it.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::Asset;

/// The files of a folder, which keep their names.
pub(super) fn folder_files(folder: &Path) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    if !folder.exists() {
        return Ok(assets);
    }
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).with_context(|| format!("cannot read {}", current.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            assets.push(Asset { path: relative, bytes });
        }
    }
    Ok(assets)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

pub(super) fn write_asset(folder: &Path, asset: &Asset) -> Result<()> {
    let path = folder.join(&asset.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    write(&path, &asset.bytes)
}

/// Writes the copies of a file beside it; `old` is the folder of the last build.
pub(super) fn write_compressed_copies(new: &Path, old: &Path, asset: &Asset) -> Result<()> {
    // Compressing takes longest; a file that the last build had too is already compressed.
    let unchanged = fs::read(old.join(&asset.path)).is_ok_and(|bytes| bytes == asset.bytes);
    for (extension, compress) in [("br", brotli as fn(&[u8]) -> Result<Vec<u8>>), ("gz", gzip)] {
        let name = format!("{}.{extension}", asset.path);
        if unchanged {
            if old.join(&name).exists() {
                fs::copy(old.join(&name), new.join(&name)).with_context(|| format!("cannot copy {name}"))?;
            }
            continue;
        }
        let compressed = compress(&asset.bytes)?;
        if compressed.len() < asset.bytes.len() {
            write(&new.join(&name), &compressed)?;
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).context("cannot compress with brotli")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish().context("cannot compress with gzip")
}

/// Fills a new folder and puts it in the place of the old one, so that a half-made site is never seen.
pub(super) fn replace_folder(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let (new, old) = (folder.with_extension("new"), folder.with_extension("old"));
    for leftover in [&new, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).with_context(|| format!("cannot remove {}", leftover.display()))?;
        }
    }
    fs::create_dir_all(&new).with_context(|| format!("cannot make {}", new.display()))?;
    fill(&new)?;
    if folder.exists() {
        fs::rename(folder, &old).with_context(|| format!("cannot move {}", folder.display()))?;
    }
    fs::rename(&new, folder).with_context(|| format!("cannot move {}", new.display()))?;
    if old.exists() {
        fs::remove_dir_all(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    Ok(())
}
