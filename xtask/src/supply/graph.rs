//! The packages that a release contains: normal dependencies of the server on this host and of the front end on WebAssembly.
//! Dependencies of tests and build scripts are not part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::process::output_of;
use crate::site::WASM_TARGET;
use crate::workspace::Workspace;

/// One package of the graph.
#[derive(Clone, Debug)]
pub struct Package {
    /// Name in the registry.
    pub name: String,
    /// Version.
    pub version: String,
    /// SPDX expression; empty for a package that names none.
    pub license: String,
    /// Where its source is published.
    pub repository: String,
    /// Folder with its source on this machine.
    pub folder: PathBuf,
    /// SHA-256 of its archive, from `Cargo.lock`; `None` for the members of this workspace.
    pub sha256: Option<String>,
    /// Ids of the packages that it uses.
    pub uses: BTreeSet<String>,
}

/// Packages by cargo's id.
pub type Packages = BTreeMap<String, Package>;

/// Reads the packages of a release.
pub fn packages(workspace: &Workspace) -> Result<Packages> {
    let checksums = checksums(workspace)?;
    let mut packages = Packages::new();
    for (root, platform) in [("strongroom", host()?), ("frontend", WASM_TARGET.to_owned())] {
        collect(
            &metadata(workspace, &platform)?,
            root,
            &platform,
            &checksums,
            &mut packages,
        )?;
    }
    Ok(packages)
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Described>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Described {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

fn metadata(workspace: &Workspace, platform: &str) -> Result<Metadata> {
    let output = workspace
        .cargo()
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--filter-platform",
            platform,
        ])
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!("`cargo metadata` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    serde_json::from_slice(&output.stdout).context("cargo metadata has another shape than expected")
}

/// Walks normal dependencies from the member `root`.
fn collect(
    metadata: &Metadata,
    root: &str,
    platform: &str,
    checksums: &BTreeMap<(String, String), String>,
    packages: &mut Packages,
) -> Result<()> {
    let described: BTreeMap<&str, &Described> = metadata
        .packages
        .iter()
        .map(|package| (package.id.as_str(), package))
        .collect();
    let nodes: BTreeMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let root = described
        .values()
        .find(|package| package.name == root)
        .with_context(|| format!("the workspace has no package {root} for {platform}"))?;
    let mut open = vec![root.id.as_str()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        let (Some(package), Some(node)) = (described.get(id), nodes.get(id)) else {
            bail!("cargo metadata does not describe a package that it names");
        };
        let uses: BTreeSet<String> = node
            .deps
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind.is_none()))
            .map(|dependency| dependency.pkg.clone())
            .collect();
        open.extend(
            node.deps
                .iter()
                .filter(|dependency| uses.contains(&dependency.pkg))
                .map(|dependency| dependency.pkg.as_str()),
        );
        packages
            .entry(id.to_owned())
            .or_insert_with(|| Package {
                name: package.name.clone(),
                version: package.version.clone(),
                license: package.license.clone().unwrap_or_default().replace('/', " OR "),
                repository: package.repository.clone().unwrap_or_default(),
                folder: package.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
                sha256: checksums.get(&(package.name.clone(), package.version.clone())).cloned(),
                uses: BTreeSet::new(),
            })
            .uses
            .extend(uses);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Lockfile {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

fn checksums(workspace: &Workspace) -> Result<BTreeMap<(String, String), String>> {
    let text = std::fs::read_to_string(workspace.path("Cargo.lock")).context("cannot read Cargo.lock")?;
    let lockfile: Lockfile = toml::from_str(&text).context("Cargo.lock has another shape than expected")?;
    Ok(lockfile
        .package
        .into_iter()
        .filter_map(|package| Some(((package.name, package.version), package.checksum?)))
        .collect())
}

/// The target triple of this machine.
fn host() -> Result<String> {
    let version = output_of(std::process::Command::new("rustc").arg("-vV")).context("rustc does not answer")?;
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .context("rustc does not name its host")
}
