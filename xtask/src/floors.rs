//! Checks the dependencies of crates and modules: the contract and the API compile without the views, and no module uses one
//! of a higher floor. The floors are in ARCHITECTURE.md.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::output_of;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Packages, and the packages that must not be among their dependencies.
const APART: [(&str, &[&str]); 2] = [
    (
        "server",
        &["app", "leptos", "leptos_axum", "leptos_router", "strongroom"],
    ),
    ("contract", &["app", "axum", "leptos", "server", "sqlx", "tokio"]),
];

/// All dependencies of a package on every platform, those of its tests and build scripts included.
fn dependencies(package: &str) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--package", package, "--all-features"]);
    cargo.args(["--edges", "normal,build,dev", "--prefix", "none", "--format", "{lib}"]);
    cargo.current_dir(ROOT);
    let tree = output_of(&mut cargo).expect("cargo tree runs");
    tree.lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .collect()
}

#[test]
fn the_contract_and_the_api_do_not_depend_on_views() {
    for (package, apart) in APART {
        let found = dependencies(package);
        assert!(
            found.len() > 10 && found.iter().any(|name| name == "serde"),
            "{package}: {found:?}"
        );
        for name in apart {
            assert!(!found.iter().any(|found| found == name), "{package} depends on {name}");
        }
    }
}

/// The lists of ARCHITECTURE.md: a folder, and its modules with the number of their line, the highest floor first.
fn floors(document: &str) -> Vec<(String, HashMap<String, usize>)> {
    let lists = document.split("```floors ").skip(1);
    let list = |list: &str| {
        let list = list.split_once("```").expect("a list ends").0;
        let (folder, lines) = list.split_once('\n').expect("a list has lines");
        let modules = lines
            .lines()
            .enumerate()
            .flat_map(|(floor, line)| line.split_whitespace().map(move |module| (module.to_owned(), floor)));
        (folder.trim().to_owned(), modules.collect())
    };
    lists.map(list).collect()
}

/// The modules of its own crate that a source names, outside of comments and of its test module.
fn named_modules(source: &str) -> Vec<String> {
    let code = source.split("\nmod tests {").next().unwrap_or_default();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let ident = |text: &str| {
        let end = text
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(text.len());
        text[..end].to_owned()
    };
    let mut used = Vec::new();
    for after in code.split("crate::").skip(1) {
        let Some(group) = after.strip_prefix('{') else {
            used.push(ident(after));
            continue;
        };
        // Of a group, what stands at its first level.
        let mut depth = 0_usize;
        let mut first_level = |c: &char| {
            depth += usize::from(*c == '{');
            let is_first = depth == 0;
            depth = depth.saturating_sub(usize::from(*c == '}'));
            is_first
        };
        let end = group.find("};").unwrap_or(group.len());
        let names: String = group[..end].chars().filter(&mut first_level).collect();
        used.extend(
            names
                .split(',')
                .map(|name| ident(name.trim()))
                .filter(|name| !name.is_empty()),
        );
    }
    used
}

/// The modules of the views in the table of the pages, which a macro names.
fn areas(root: &Path) -> Vec<String> {
    let table = fs::read_to_string(root.join("page_table.rs")).expect("the table is there");
    let rows = table.lines().filter(|line| !line.trim_start().starts_with("//"));
    rows.filter_map(|row| Some(row.split_once("::")?.0.rsplit_once(' ')?.1.to_owned()))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn no_module_uses_one_of_its_own_floor_or_a_higher_one() {
    let document = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).expect("the document is there");
    let lists = floors(&document);
    assert!(lists.len() > 1, "ARCHITECTURE.md has lists");
    for (folder, floors) in lists {
        let root = Path::new(ROOT).join(&folder);
        let mut arrows = 0;
        for path in sources(&root) {
            let inside = path.strip_prefix(&root).expect("it is inside");
            let module = inside
                .iter()
                .next()
                .and_then(|name| name.to_str())
                .expect("it has a name");
            let module = module.trim_end_matches(".rs");
            if ["lib", "main", "bin"].contains(&module) {
                continue;
            }
            let floor = floors.get(module);
            let floor =
                floor.unwrap_or_else(|| panic!("{folder}: give the module `{module}` its floor in ARCHITECTURE.md"));
            let source = fs::read_to_string(&path).expect("a source can be read");
            let mut names = named_modules(&source);
            if source.contains("crate::$area") {
                names.extend(areas(&root));
            }
            for used in names.iter().filter(|used| *used != module) {
                // A macro of the crate is no module.
                let Some(below) = floors.get(used) else { continue };
                arrows += 1;
                assert!(
                    below > floor,
                    "{} uses `{used}`, which does not stand below `{module}`",
                    path.display()
                );
            }
        }
        assert!(arrows > 3, "{folder}: {arrows} arrows");
    }
}

#[test]
fn modules_are_found_in_every_way_to_name_them() {
    let source = "use crate::db::{Db, Tx};\nuse crate::{\n    audit::{self, Event},\n    vault,\n};\n// crate::no\nfn f() { crate::text::hex(); }\n\n#[cfg(test)]\nmod tests {\n    use crate::state;\n}\n";
    assert_eq!(named_modules(source), ["db", "audit", "vault", "text"]);
}
