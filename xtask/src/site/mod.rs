//! The site: everything that a browser downloads, with hashed names and, in a release, compressed copies.
//!
//! ```text
//! <target>/site-dev/            (site-release/ for a release)
//!   site.json                   build id, and the addresses of the three files below
//!   pkg/strongroom.<hash>.js    in a release with .br and .gz beside it, where smaller
//!   pkg/strongroom.<hash>.wasm
//!   pkg/strongroom.<hash>.css
//!   favicon.svg …               the files of public/
//! ```

mod bind;
mod files;
mod style;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use serde_json::json;
use sha2::{Digest, Sha256};

use self::bind::Bound;
pub use self::bind::compiled as module;
use self::files::{folder_files, replace_folder, write, write_asset, write_compressed_copies};
use self::style::style;
use crate::compiler;
use crate::workspace::Workspace;

/// The flags of `.cargo/config.toml` once more, for commands that set `RUSTFLAGS`, which replaces those. Server and module
/// need the same ones, since both erase the types of views and hydration compares their markup.
const RUST_FLAGS: &str = "--cfg erase_components";
/// The target triple of the front end.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// For whom the site is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Quick to build.
    Dev,
    /// Quick to download.
    Release,
}

impl Mode {
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "site-dev",
            Self::Release => "site-release",
        }
    }

    fn cargo_profile(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    /// `RUSTFLAGS` of the module; `None` if those of `.cargo/config.toml` are enough. A release is cut into chunks.
    fn module_flags(self) -> Option<String> {
        match self {
            Self::Dev => None,
            Self::Release => Some(format!("{RUST_FLAGS} --cfg chunks -C link-args=--emit-relocs")),
        }
    }
}

/// A file of the site; `path` is relative to its folder, with `/` between the parts.
#[derive(Debug)]
struct Asset {
    path: String,
    bytes: Vec<u8>,
}

/// Compiles the front end to WebAssembly.
pub fn compile(workspace: &Workspace, mode: Mode) -> Result<()> {
    compiler::compile(cargo(workspace, mode))
}

/// The command that compiles the front end to WebAssembly.
pub fn cargo(workspace: &Workspace, mode: Mode) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--package",
        "frontend",
        "--target",
        WASM_TARGET,
        "--profile",
        mode.cargo_profile(),
    ]);
    if let Some(flags) = mode.module_flags() {
        cargo.env("RUSTFLAGS", flags);
    }
    cargo
}

/// Puts the compiled front end, the style and the public files together. Returns the site's folder.
pub fn assemble(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    let Bound { js, wasm, others } = match mode {
        Mode::Dev => bind::whole(workspace)?,
        Mode::Release => bind::in_chunks(workspace)?,
    };
    let style = style(&workspace.path("style"), mode)?;
    let css = Asset {
        path: hashed_name("css", style.as_bytes()),
        bytes: style.into_bytes(),
    };
    let (js_url, wasm_url, css_url) = (url(&js), url(&wasm), url(&css));

    let mut assets = vec![js, wasm, css];
    assets.extend(others);
    assets.extend(folder_files(&workspace.path("public"))?);
    assets.sort_by(|a, b| a.path.cmp(&b.path));

    let description = json!({ "build_id": build_id(&assets), "js": js_url, "wasm": wasm_url, "css": css_url });
    let folder = workspace.target.join(mode.folder());
    replace_folder(&folder, |new| {
        for asset in &assets {
            write_asset(new, asset)?;
            // Compressing takes longer than the browser of a developer saves.
            if mode == Mode::Release {
                write_compressed_copies(new, &folder, asset)?;
            }
        }
        write(&new.join("site.json"), format!("{description:#}\n").as_bytes())
    })?;
    Ok(folder)
}

fn hashed_name(extension: &str, content: &[u8]) -> String {
    format!("pkg/strongroom.{}.{extension}", hash(content))
}

fn url(asset: &Asset) -> String {
    format!("/{}", asset.path)
}

/// The first 16 hexadecimal digits of the content's SHA-256.
fn hash(content: &[u8]) -> String {
    let mut digits = hex(&Sha256::digest(content));
    digits.truncate(16);
    digits
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Changes when any file of the site does. Those below `pkg/` have a hash of their content in their path.
fn build_id(assets: &[Asset]) -> String {
    let list: Vec<String> = assets
        .iter()
        .map(|asset| {
            if asset.path.starts_with("pkg/") {
                asset.path.clone()
            } else {
                format!("{} {}", asset.path, hash(&asset.bytes))
            }
        })
        .collect();
    hash(list.join("\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_content() {
        assert_eq!(hashed_name("js", b"strongroom"), hashed_name("js", b"strongroom"));
        assert_ne!(hashed_name("js", b"strongroom"), hashed_name("js", b"Strongroom"));
        assert_eq!(hash(b"").len(), 16);
    }

    #[test]
    fn the_build_id_covers_names_and_contents() {
        let site = |path: &str, bytes: &[u8]| {
            build_id(&[Asset {
                path: path.to_owned(),
                bytes: bytes.to_vec(),
            }])
        };
        assert_ne!(site("a", b"1"), site("b", b"1"));
        assert_ne!(site("a", b"1"), site("a", b"2"));
    }
}
