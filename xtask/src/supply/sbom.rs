//! The software bill of materials of a release, as `CycloneDX` 1.6 in JSON (ECMA-424).

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::graph::{Package, Packages};
use crate::site::hex;

/// Makes the document. It has no time stamp, so that one source gives one document.
pub fn document(packages: &Packages) -> Result<Value> {
    let (_, program) = packages
        .iter()
        .find(|(_, package)| package.name == "strongroom" && package.sha256.is_none())
        .context("the graph has no strongroom")?;
    let components: Vec<Value> = packages
        .values()
        .filter(|package| package.name != "strongroom")
        .map(component)
        .collect();
    let dependencies: Vec<Value> = packages
        .values()
        .map(|package| {
            let uses: Vec<String> = package
                .uses
                .iter()
                .filter_map(|id| packages.get(id))
                .map(purl)
                .collect();
            json!({ "ref": purl(package), "dependsOn": uses })
        })
        .collect();
    let mut document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": purl(program),
                "name": "strongroom",
                "version": program.version,
                "purl": purl(program),
                "licenses": [{ "expression": program.license }],
            }
        },
        "components": components,
        "dependencies": dependencies,
    });
    document["serialNumber"] = json!(serial_number(&document));
    Ok(document)
}

fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "purl": purl(package),
    });
    if !package.license.is_empty() {
        component["licenses"] = json!([{ "expression": package.license }]);
    }
    if let Some(sha256) = &package.sha256 {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]);
    }
    if !package.repository.is_empty() {
        component["externalReferences"] = json!([{ "type": "vcs", "url": package.repository }]);
    }
    component
}

/// The package URL, which is its name in the document too.
fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// A UUID that depends on the content alone (version 8, RFC 9562).
fn serial_number(document: &Value) -> String {
    let mut digits = hex(&Sha256::digest(document.to_string().as_bytes()));
    digits.replace_range(12..13, "8");
    digits.replace_range(16..17, "8");
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..32]
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::*;

    fn package(name: &str, sha256: Option<&str>, uses: &[&str]) -> (String, Package) {
        let package = Package {
            name: name.to_owned(),
            version: "1.0.0+build".to_owned(),
            license: "MIT OR Apache-2.0".to_owned(),
            repository: "https://example.com/a".to_owned(),
            folder: PathBuf::new(),
            sha256: sha256.map(str::to_owned),
            uses: uses.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
        };
        (name.to_owned(), package)
    }

    #[test]
    fn each_package_is_a_component_and_each_dependency_names_one() {
        let packages: Packages = [package("strongroom", None, &["a"]), package("a", Some("ab"), &[])].into();
        let document = document(&packages).unwrap();
        assert_eq!(document["metadata"]["component"]["name"], "strongroom");
        assert_eq!(document["components"][0]["purl"], "pkg:cargo/a@1.0.0%2Bbuild");
        assert_eq!(document["components"][0]["hashes"][0]["content"], "ab");
        let program = &document["dependencies"][1];
        assert_eq!(program["dependsOn"][0], document["components"][0]["bom-ref"]);
        let serial = document["serialNumber"].as_str().unwrap();
        assert_eq!(serial.len(), "urn:uuid:".len() + 36);
    }
}
