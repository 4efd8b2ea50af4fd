//! Embeds the licenses of third-party packages (`STRONGROOM_LICENSES` names the file) into a release binary.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=../migrations");
    println!("cargo:rerun-if-env-changed=STRONGROOM_LICENSES");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let licenses = match env::var_os("STRONGROOM_LICENSES").map(PathBuf::from) {
        Some(file) => {
            println!("cargo:rerun-if-changed={}", file.display());
            format!("Some(include_bytes!({:?}))", file.to_string_lossy())
        }
        None => "None".to_owned(),
    };
    fs::write(out.join("licenses.rs"), licenses)
}
