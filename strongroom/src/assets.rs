//! The files of the site: from the binary itself, or from a folder during development.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use app::SiteNames;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use server::http::ApiError;

/// The files that were there when the binary was built: nothing in development.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Files with a hash in their name never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const AN_HOUR: &str = "public, max-age=3600";

/// The site in memory.
#[derive(Clone, Debug)]
pub struct Assets {
    names: SiteNames,
    files: Arc<HashMap<String, Bytes>>,
}

#[derive(Deserialize)]
struct Manifest {
    build_id: String,
    js: String,
    wasm: String,
    css: String,
}

impl Assets {
    /// Loads the site from a folder, or from the binary.
    pub fn load(folder: Option<&Path>) -> anyhow::Result<Self> {
        let mut files = HashMap::new();
        match folder {
            Some(folder) => read_folder(folder, folder, &mut files).with_context(|| {
                format!(
                    "Cannot read the site in {}. Build it with: cargo xtask build",
                    folder.display()
                )
            })?,
            None => files.extend(
                EMBEDDED
                    .iter()
                    .map(|(name, bytes)| ((*name).to_owned(), Bytes::from_static(bytes))),
            ),
        }
        let manifest = files.get("site.json").context(
            "This binary was built without the site. Build it with: cargo xtask build --release, or set a folder with --site-dir.",
        )?;
        let manifest: Manifest =
            serde_json::from_slice(manifest).context("The site's site.json is damaged. Build it again.")?;
        let names = SiteNames {
            build_id: manifest.build_id,
            js: manifest.js,
            wasm: manifest.wasm,
            css: manifest.css,
            reload: None,
        };
        Ok(Self {
            names,
            files: Arc::new(files),
        })
    }

    /// A site without files, for tests of the API.
    pub fn none() -> Self {
        let names = SiteNames {
            build_id: "none".to_owned(),
            js: "/pkg/none.js".to_owned(),
            wasm: "/pkg/none.wasm".to_owned(),
            css: "/pkg/none.css".to_owned(),
            reload: None,
        };
        Self {
            names,
            files: Arc::default(),
        }
    }

    /// The same site, whose pages load this script to reload themselves during development.
    pub fn with_reload(mut self, script: Option<String>) -> Self {
        self.names.reload = script;
        self
    }

    /// The addresses of the page's files.
    pub fn names(&self) -> &SiteNames {
        &self.names
    }

    /// The name of the file at a path: the path without its one leading slash, letter by letter. Every other spelling
    /// (`//`, `/./`, `%2e`) has no file, and neither have the manifest and the compressed copies.
    fn name<'a>(&self, path: &'a str) -> Option<&'a str> {
        let name = path.strip_prefix('/')?;
        let is_copy = matches!(name.rsplit('.').next(), Some("br" | "gz"));
        let is_private = name.starts_with("site.json") || is_copy;
        (!is_private && self.files.contains_key(name)).then_some(name)
    }

    /// `true` if there is a file at this path.
    pub fn has(&self, path: &str) -> bool {
        self.name(path).is_some()
    }

    /// Answers with a file in the smallest encoding that the browser takes.
    pub fn serve(&self, request: &Request) -> Response {
        let Some(name) = self.name(request.uri().path()) else {
            return ApiError::NotFound.into_response();
        };
        let accepted = accepted(request.headers());
        let encodings = [("br", ".br"), ("gzip", ".gz"), ("", "")];
        for (encoding, suffix) in encodings {
            if !encoding.is_empty() && !accepted.iter().any(|accepted| accepted == encoding) {
                continue;
            }
            let Some(bytes) = self.files.get(&format!("{name}{suffix}")) else {
                continue;
            };
            let mut response = Response::new(Body::from(bytes.clone()));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
            let age = if name.starts_with("pkg/") { FOREVER } else { AN_HOUR };
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
            if !encoding.is_empty() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            return response;
        }
        StatusCode::NOT_FOUND.into_response()
    }
}

fn read_folder(root: &Path, folder: &Path, files: &mut HashMap<String, Bytes>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.insert(name.to_string_lossy().into_owned(), Bytes::from(std::fs::read(&path)?));
        }
    }
    Ok(())
}

/// Whether the browser takes an encoding.
pub(crate) fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    accepted(headers).iter().any(|accepted| accepted == encoding)
}

/// The encodings that the browser takes; one with `q=0` is refused.
fn accepted(headers: &HeaderMap) -> Vec<String> {
    let text = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(',')
        .filter_map(|part| {
            let (name, quality) = part.split_once(';').unwrap_or((part, ""));
            let refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            (!refused).then(|| name.trim().to_ascii_lowercase())
        })
        .collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_path() {
        let names = [
            "site.json",
            "site.json.br",
            "pkg/app.js",
            "pkg/app.js.br",
            "favicon.svg",
        ];
        let files = names.map(|name| (name.to_owned(), Bytes::from_static(b"x")));
        let assets = Assets {
            files: Arc::new(files.into()),
            ..Assets::none()
        };
        for path in ["/pkg/app.js", "/favicon.svg"] {
            assert!(assets.has(path), "{path}");
        }
        for path in [
            "/site.json",
            "//site.json",
            "/./site.json",
            "/site.json/",
            "/site.json.",
            "/site.json.br",
            "/%73ite.json",
            "/%2e/site.json",
            "/x/../site.json",
            "/pkg/app.js.br",
            "//pkg/app.js",
            "/pkg//app.js",
            "/pkg/./app.js",
            "/pkg/app.js/",
            "/pkg%2fapp.js",
            "/pkg/%2e/app.js",
            "pkg/app.js",
            "",
            "/",
        ] {
            assert!(!assets.has(path), "{path}");
        }
    }
}
