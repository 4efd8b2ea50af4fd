//! Embeds the built site (`STRONGROOM_SITE` names its folder) into a release binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=STRONGROOM_SITE");
    let mut text = String::from("&[\n");
    if let Some(site) = env::var_os("STRONGROOM_SITE").map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", site.display());
        let mut files = Vec::new();
        collect(&site, &mut files)?;
        files.sort();
        for file in files {
            let name = file
                .strip_prefix(&site)
                .unwrap_or(&file)
                .to_string_lossy()
                .replace('\\', "/");
            let _ = writeln!(text, "    ({name:?}, include_bytes!({:?})),", file.to_string_lossy());
        }
    }
    text.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("site.rs"), text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
