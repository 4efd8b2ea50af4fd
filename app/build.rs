//! Makes the functions of `app/src/**/messages.rs` from the Fluent files in `app/locales`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "build/messages.rs"]
mod messages;

use messages::{Locales, generate};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=locales");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    match generate(&read(Path::new("locales"))?) {
        Ok(files) => {
            fs::create_dir_all(out.join("messages"))?;
            for (name, text) in files {
                fs::write(out.join(name), text)?;
            }
        }
        Err(faults) => faults.iter().for_each(|fault| println!("cargo::error={fault}")),
    }
    Ok(())
}

fn read(folder: &Path) -> io::Result<Locales> {
    let mut locales = Locales::new();
    for locale in fs::read_dir(folder)? {
        let locale = locale?;
        let files = locales.entry(name(&locale.path())).or_default();
        for file in fs::read_dir(locale.path())? {
            let path = file?.path();
            files.insert(name(&path), fs::read_to_string(&path)?);
        }
    }
    Ok(locales)
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
