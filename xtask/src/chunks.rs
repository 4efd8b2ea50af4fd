//! Cuts the compiled module into what every page needs and chunks that are fetched when they are needed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use walrus::Module;
use wasm_split_cli_support::{Options, transform};

use crate::strip_unreachable;

/// The name of the script that wasm-bindgen makes, which the loader of the chunks imports.
pub const MAIN_JS: &str = "strongroom.js";
/// The name of the loader of the chunks, which the module imports.
pub const LOADER: &str = "chunks.js";

/// How the names of chunks begin: of one that a page asks for, and of one that several of these share.
pub const CHUNK_PREFIXES: [&str; 2] = ["split_", "chunk_"];

/// A module in chunks.
#[derive(Debug)]
pub struct Chunks {
    /// What every page needs, for wasm-bindgen to process.
    pub main: PathBuf,
    /// The loader and the chunks, by their names.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Cuts a module at the functions that `chunk!` marks in the app. `folder` is emptied and filled.
pub fn split(module: &Path, folder: &Path) -> Result<Chunks> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let main = folder.join("main.wasm");
    let (main_js, loader) = (format!("./{MAIN_JS}"), format!("./{LOADER}"));
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = &main_js;
    options.link_name = &loader;
    options.emit_dwarf = false;
    let split = transform(options).map_err(|error| anyhow!("the module cannot be cut into chunks: {error:#}"))?;

    let mut files = vec![(LOADER.to_owned(), read(&folder.join(LOADER))?)];
    for path in split.split_modules {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut chunk = Module::from_buffer(&read(&path)?).with_context(|| format!("{name} cannot be read"))?;
        strip_unreachable::remove_dead_code(&mut chunk);
        files.push((name, without_custom_sections(&mut chunk)));
    }
    files.sort();
    Ok(Chunks { main, files })
}

/// A module without names and relocations.
fn without_custom_sections(module: &mut Module) -> Vec<u8> {
    let customs: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    for custom in customs {
        module.customs.delete(custom);
    }
    for function in module.funcs.iter_mut() {
        function.name = None;
    }
    module.emit_wasm()
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
