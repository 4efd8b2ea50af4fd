//! Embeds the built site (`STRONGROOM_SITE` names its folder) and the licenses of third-party packages
//! (`STRONGROOM_LICENSES` names the file) into a release binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-env-changed=STRONGROOM_SITE");
    println!("cargo:rerun-if-changed=../migrations");
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
    fs::write(out.join("site.rs"), text)?;

    println!("cargo:rerun-if-env-changed=STRONGROOM_LICENSES");
    let licenses = match env::var_os("STRONGROOM_LICENSES").map(PathBuf::from) {
        Some(file) => {
            println!("cargo:rerun-if-changed={}", file.display());
            format!("Some(include_bytes!({:?}))", file.to_string_lossy())
        }
        None => "None".to_owned(),
    };
    fs::write(out.join("licenses.rs"), licenses)
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
