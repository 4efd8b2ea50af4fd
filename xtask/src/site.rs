//! The site: everything that a browser downloads, with hashed names and compressed copies.
//!
//! ```text
//! <target>/site-dev/            (site-release/ for a release)
//!   site.json                   build id, and the addresses of the three files below
//!   pkg/strongroom.<hash>.js    each with .br and .gz beside it, where smaller
//!   pkg/strongroom.<hash>.wasm
//!   pkg/strongroom.<hash>.css
//!   favicon.svg …               the files of public/
//! ```

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::chunks;
use crate::process::run_quietly;
use crate::snip;
use crate::workspace::Workspace;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

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

    /// Whether the site is cut into chunks, with the types of views erased.
    fn in_chunks(self) -> bool {
        self == Self::Release
    }

    /// Flags for rustc, for server and module alike: they render and expect the same markup. With chunks there is one
    /// type for all views, so that each piece of Leptos is in the module once and not once for each page.
    pub fn rust_flags(self) -> &'static [&'static str] {
        if self.in_chunks() {
            &["--cfg", "erase_components"]
        } else {
            &[]
        }
    }

    /// Flags for the module alone: what it is cut into chunks by.
    fn module_flags(self) -> &'static [&'static str] {
        if self.in_chunks() {
            &["--cfg", "chunks", "-C", "link-args=--emit-relocs"]
        } else {
            &[]
        }
    }

    fn brotli_quality(self) -> i32 {
        match self {
            Self::Dev => 5,
            Self::Release => 11,
        }
    }

    fn gzip_level(self) -> Compression {
        match self {
            Self::Dev => Compression::fast(),
            Self::Release => Compression::best(),
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
    let flags = [mode.rust_flags(), mode.module_flags()].concat();
    if !flags.is_empty() {
        cargo.env("RUSTFLAGS", flags.join(" "));
    }
    run_quietly(cargo).map(drop)
}

/// Puts the compiled front end, the style and the public files together. Returns the site's folder.
pub fn assemble(workspace: &Workspace, mode: Mode) -> Result<PathBuf> {
    let Bound { js, wasm, others } = if mode.in_chunks() {
        bind_in_chunks(workspace)?
    } else {
        bind(workspace, mode)?
    };
    let style = style(&workspace.path("style"), mode)?;
    let css = Asset {
        path: hashed_name("css", style.as_bytes()),
        bytes: style.into_bytes(),
    };
    let (js_url, wasm_url, css_url) = (url(&js), url(&wasm), url(&css));

    let mut assets = vec![js, wasm, css];
    assets.extend(others);
    assets.extend(public_files(&workspace.path("public"))?);
    assets.sort_by(|a, b| a.path.cmp(&b.path));

    let description = json!({ "build_id": build_id(&assets), "js": js_url, "wasm": wasm_url, "css": css_url });
    let folder = workspace.target.join(mode.folder());
    replace_folder(&folder, |new| {
        for asset in &assets {
            write_with_compressed_copies(new, &folder, asset, mode)?;
        }
        write(&new.join("site.json"), format!("{description:#}\n").as_bytes())
    })?;
    Ok(folder)
}

/// The scripts and modules of the site.
#[derive(Debug)]
struct Bound {
    /// The script that a page starts.
    js: Asset,
    /// The module that the script starts.
    wasm: Asset,
    /// What script and module fetch.
    others: Vec<Asset>,
}

/// Where cargo puts the module.
fn compiled(workspace: &Workspace, mode: Mode) -> PathBuf {
    workspace
        .target
        .join(WASM_TARGET)
        .join(mode.cargo_profile())
        .join("frontend.wasm")
}

/// Runs wasm-bindgen on a module: its output, and the scripts that its script imports.
fn run_bindgen(module: &Path, mode: Mode) -> Result<(wasm_bindgen_cli_support::Output, Vec<(String, String)>)> {
    let output = Bindgen::new()
        .input_path(module)
        .out_name("strongroom")
        .web(true)?
        .typescript(false)
        .remove_name_section(mode == Mode::Release)
        .demangle(!mode.in_chunks())
        .remove_producers_section(true)
        // Chunks take what they share from the module's exports.
        .keep_lld_exports(mode.in_chunks())
        // The page says where the module is; the default would be an address without a hash.
        .omit_default_module_path(true)
        .generate_output()
        .with_context(|| format!("wasm-bindgen cannot process {}", module.display()))?;
    if !output.npm_dependencies().is_empty() {
        bail!("a crate of the front end asks for npm packages, which the site does not carry");
    }
    let mut snippets = Vec::new();
    for (identifier, scripts) in output.snippets() {
        for (index, script) in scripts.iter().enumerate() {
            snippets.push((format!("{identifier}/inline{index}.js"), script.clone()));
        }
    }
    for (path, script) in output.local_modules() {
        snippets.push((path.clone(), script.clone()));
    }
    snippets.sort();
    Ok((output, snippets))
}

/// One script and one module, each named after its content.
fn bind(workspace: &Workspace, mode: Mode) -> Result<Bound> {
    let (mut output, snippets) = run_bindgen(&compiled(workspace, mode), mode)?;
    let (js, others) = with_snippets(output.js(), snippets)?;
    let wasm = output.wasm_mut().emit_wasm();
    Ok(Bound {
        js: Asset {
            path: hashed_name("js", js.as_bytes()),
            bytes: js.into_bytes(),
        },
        wasm: Asset {
            path: hashed_name("wasm", &wasm),
            bytes: wasm,
        },
        others,
    })
}

/// The module and its chunks. They name each other, so one folder is named after the content of them all.
fn bind_in_chunks(workspace: &Workspace) -> Result<Bound> {
    let folder = workspace.target.join("site-chunks");
    let chunks = chunks::split(&compiled(workspace, Mode::Release), &folder)?;
    let (mut output, snippets) = run_bindgen(&chunks.main, Mode::Release)?;
    if snip::remove_dead_code(output.wasm_mut()) == 0 {
        bail!("the module has nothing of what xtask/src/snip.rs removes: names may have changed with the compiler");
    }
    let js = output.js().as_bytes().to_vec();
    let wasm = output.wasm_mut().emit_wasm();

    let mut others = chunks.files;
    others.extend(
        snippets
            .into_iter()
            .map(|(path, script)| (format!("snippets/{path}"), script.into_bytes())),
    );
    let mut all = Sha256::new();
    for bytes in [&js, &wasm].into_iter().chain(others.iter().map(|(_, bytes)| bytes)) {
        all.update(Sha256::digest(bytes));
    }
    let mut name = hex(&all.finalize());
    name.truncate(16);
    let asset = |path: &str, bytes| Asset {
        path: format!("pkg/{name}/{path}"),
        bytes,
    };
    Ok(Bound {
        js: asset(chunks::MAIN_JS, js),
        wasm: asset("strongroom_bg.wasm", wasm),
        others: others.into_iter().map(|(path, bytes)| asset(&path, bytes)).collect(),
    })
}

/// Small scripts that crates bring along keep their names when their content changes, so their folder's name follows it.
fn with_snippets(js: &str, snippets: Vec<(String, String)>) -> Result<(String, Vec<Asset>)> {
    if snippets.is_empty() {
        return Ok((js.to_owned(), Vec::new()));
    }
    let folder = format!("snippets.{}", hash(format!("{snippets:?}").as_bytes()));
    // Only where scripts are imported: elsewhere the same text is a name inside the module.
    let js = ["from './", "from \"./"].iter().fold(js.to_owned(), |js, before| {
        js.replace(&format!("{before}snippets/"), &format!("{before}{folder}/"))
    });
    if js
        .lines()
        .any(|line| line.trim_start().starts_with("import ") && line.contains("./snippets/"))
    {
        bail!("the script imports ./snippets/ in a way that this build does not know: see `with_snippets` in xtask");
    }
    let scripts = snippets
        .into_iter()
        .map(|(path, script)| Asset {
            path: format!("pkg/{folder}/{path}"),
            bytes: script.into_bytes(),
        })
        .collect();
    Ok((js, scripts))
}

/// All style sheets as one, in the order of their names.
fn style(folder: &Path, mode: Mode) -> Result<String> {
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

/// CSS without comments, indentation and empty lines. Quoted texts stay as they are.
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
        lines.push_str(line);
        lines.push('\n');
    }
    lines
}

/// The files of `public/`, which keep their names.
fn public_files(folder: &Path) -> Result<Vec<Asset>> {
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

/// Changes when any file of the site does.
fn build_id(assets: &[Asset]) -> String {
    let list: Vec<String> = assets
        .iter()
        .map(|asset| format!("{} {}", asset.path, hash(&asset.bytes)))
        .collect();
    hash(list.join("\n").as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn write_with_compressed_copies(new: &Path, old: &Path, asset: &Asset, mode: Mode) -> Result<()> {
    let path = new.join(&asset.path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    }
    write(&path, &asset.bytes)?;

    // Compressing takes longest; a file that the last build had too is already compressed.
    let unchanged = fs::read(old.join(&asset.path)).is_ok_and(|bytes| bytes == asset.bytes);
    for (extension, compress) in [("br", brotli as fn(&[u8], Mode) -> Result<Vec<u8>>), ("gz", gzip)] {
        let name = format!("{}.{extension}", asset.path);
        if unchanged {
            if old.join(&name).exists() {
                fs::copy(old.join(&name), new.join(&name)).with_context(|| format!("cannot copy {name}"))?;
            }
            continue;
        }
        let compressed = compress(&asset.bytes, mode)?;
        if compressed.len() < asset.bytes.len() {
            write(&new.join(&name), &compressed)?;
        }
    }
    Ok(())
}

fn brotli(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: mode.brotli_quality(),
        lgwin: 22,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &params).context("cannot compress with brotli")?;
    Ok(compressed)
}

fn gzip(bytes: &[u8], mode: Mode) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), mode.gzip_level());
    encoder.write_all(bytes)?;
    encoder.finish().context("cannot compress with gzip")
}

/// Fills a new folder and puts it in the place of the old one, so that a half-made site is never seen.
fn replace_folder(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_leave_the_style_sheet() {
        let css = "/* a */\n.b {\n  content: \"/* kept */\";\n\n  color: red; /* c **/\n}\n";
        assert_eq!(
            without_comments(css),
            ".b {\ncontent: \"/* kept */\";\ncolor: red;\n}\n"
        );
    }

    #[test]
    fn a_file_is_named_after_its_content() {
        assert_eq!(hashed_name("js", b"strongroom"), hashed_name("js", b"strongroom"));
        assert_ne!(hashed_name("js", b"strongroom"), hashed_name("js", b"Strongroom"));
        assert_eq!(hash(b"").len(), 16);
    }

    #[test]
    fn snippets_are_imported_from_a_folder_named_after_their_content() -> Result<()> {
        let js = "import { a } from './snippets/x/inline0.js';\nreturn { \"./snippets/x/inline0.js\": import1 };\n";
        let snippets = vec![("x/inline0.js".to_owned(), "export function a() {}".to_owned())];
        let (js, scripts) = with_snippets(js, snippets)?;
        let folder = scripts[0]
            .path
            .strip_suffix("/x/inline0.js")
            .and_then(|path| path.strip_prefix("pkg/"));
        let import = format!("import {{ a }} from './{}/x/inline0.js';", folder.unwrap_or_default());
        assert!(js.starts_with(&import), "{js}");
        assert!(js.contains("\"./snippets/x/inline0.js\": import1"), "{js}");
        Ok(())
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
