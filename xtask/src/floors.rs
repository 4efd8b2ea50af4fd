//! The crates and what they must not depend on: the contract and the API compile without the views.

use std::process::Command;

use crate::process::output_of;

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
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
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
