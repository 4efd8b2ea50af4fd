//! From the compiled module to what a browser can start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use super::files::{folder_files, replace_folder, write_asset};
use super::{Asset, Mode, WASM_TARGET, hash, hashed_name, hex};
use crate::chunks;
use crate::strip_unreachable;
use crate::workspace::Workspace;

/// The scripts and modules of the site.
#[derive(Debug)]
pub(super) struct Bound {
    /// The script that a page starts.
    pub js: Asset,
    /// The module that the script starts.
    pub wasm: Asset,
    /// What script and module fetch.
    pub others: Vec<Asset>,
}

/// Where cargo puts the module.
pub fn compiled(workspace: &Workspace, mode: Mode) -> PathBuf {
    workspace
        .target
        .join(WASM_TARGET)
        .join(mode.cargo_profile())
        .join("frontend.wasm")
}

/// Runs wasm-bindgen on a module: its output, and the scripts that its script imports.
fn run_bindgen(module: &Path, mode: Mode) -> Result<(wasm_bindgen_cli_support::Output, Vec<(String, String)>)> {
    let release = mode == Mode::Release;
    let output = Bindgen::new()
        .input_path(module)
        .out_name("strongroom")
        .web(true)?
        .typescript(false)
        .remove_name_section(release)
        .demangle(!release)
        .remove_producers_section(true)
        // Chunks take what they share from the module's exports.
        .keep_lld_exports(release)
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

/// A script and a module, each named after its content; kept until the module or this program changes.
pub(super) fn whole(workspace: &Workspace) -> Result<Bound> {
    let module = compiled(workspace, Mode::Dev);
    let kept = workspace.target.join("site-bound");
    let (source, files) = (kept.join("frontend.wasm"), kept.join("files"));
    if is_newer_than_this_program(&source) && same_content(&source, &module) {
        let (mut js, mut wasm, mut others) = (None, None, Vec::new());
        for asset in folder_files(&files)? {
            let name = asset.path.strip_prefix("pkg/strongroom.");
            match name.and_then(|name| name.split('.').nth(1)) {
                Some("js") => js = Some(asset),
                Some("wasm") => wasm = Some(asset),
                _ => others.push(asset),
            }
        }
        if let (Some(js), Some(wasm)) = (js, wasm) {
            return Ok(Bound { js, wasm, others });
        }
    }
    let bound = bind(&module)?;
    replace_folder(&kept, |kept| {
        for asset in [&bound.js, &bound.wasm].into_iter().chain(&bound.others) {
            write_asset(&kept.join("files"), asset)?;
        }
        fs::copy(&module, kept.join("frontend.wasm"))
            .map(drop)
            .with_context(|| format!("cannot copy {}", module.display()))
    })?;
    Ok(bound)
}

fn is_newer_than_this_program(file: &Path) -> bool {
    let written = |file: &Path| fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let program = std::env::current_exe().ok().and_then(|program| written(&program));
    program.is_some_and(|program| written(file) > Some(program))
}

fn same_content(a: &Path, b: &Path) -> bool {
    matches!((fs::read(a), fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

fn bind(module: &Path) -> Result<Bound> {
    let (mut output, snippets) = run_bindgen(module, Mode::Dev)?;
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
pub(super) fn in_chunks(workspace: &Workspace) -> Result<Bound> {
    let folder = workspace.target.join("site-chunks");
    let chunks = chunks::split(&compiled(workspace, Mode::Release), &folder)?;
    let (mut output, snippets) = run_bindgen(&chunks.main, Mode::Release)?;
    if strip_unreachable::remove_dead_code(output.wasm_mut()) == 0 {
        bail!(
            "the module has nothing of what xtask/src/strip_unreachable.rs removes: names may have changed with the compiler"
        );
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
