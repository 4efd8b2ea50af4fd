//! What a browser downloads at the first visit of each page: the document and all files that it fetches at once.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::client::{Answer, Connection, get, get_compressed, post};
use crate::loader;
use crate::pages::{PAGES, Page, Visitor};
use crate::process::Process;
use crate::report::{Budget, Report};

/// The bytes of each page with everything that it fetches at once.
pub async fn bytes(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let empty = tempfile::tempdir().context("a temporary folder cannot be made")?;
    let (server, fresh) = (
        Process::strongroom(program, data).await?,
        Process::strongroom(program, empty.path()).await?,
    );
    let cookie = server.sign_in().await?;
    let mut known = Connection::open(server.address).await?;
    let mut new = Connection::open(fresh.address).await?;
    for page in PAGES {
        let bytes = match page.visitor {
            // A server that has an administrator answers with a redirect.
            Visitor::Stranger if page.path == "/set-up" => visit(&mut new, page, "").await?,
            Visitor::Stranger => visit(&mut known, page, "").await?,
            Visitor::Administrator => visit(&mut known, page, &cookie).await?,
        };
        #[expect(clippy::cast_precision_loss, reason = "a page is smaller than that")]
        let kilobytes = bytes as f64 / 1_000.0;
        let budget = if page.path == "/credentials" {
            Budget::AtMost(300.0)
        } else {
            Budget::None
        };
        report.number(&format!("first visit of {}", page.path), kilobytes, " kB", budget);
    }
    fresh.stop().await?;
    server.stop().await
}

/// The bytes of a page's document and files, compressed as they come.
async fn visit(connection: &mut Connection, page: &Page, cookie: &str) -> Result<usize> {
    let path = address(connection, page, cookie).await?;
    let mut bytes = expect(connection, &get_compressed(&path, cookie), 200)
        .await?
        .body
        .len();
    let document = text(connection, &path, cookie).await?;
    for file in files(connection, &document, page.chunk).await? {
        bytes += expect(connection, &get_compressed(&file, ""), 200).await?.body.len();
    }
    Ok(bytes)
}

/// Where the page is. One credential is there; a model binding is made.
async fn address(connection: &mut Connection, page: &Page, cookie: &str) -> Result<String> {
    let Some((kind, _)) = page.path.split_once("/:id") else {
        return Ok(page.path.to_owned());
    };
    let about: Value = if kind == "/model-bindings" {
        let settings =
            json!({"provider": "openai-compatible", "model_id": "small", "base_url": "http://127.0.0.1:9/v1"});
        let body = json!({"name": "Bench", "settings": settings}).to_string();
        let made = expect(connection, &post("/api/v1/model-bindings", cookie, &body), 201).await?;
        serde_json::from_slice(&made.body)?
    } else {
        let list = text(connection, &format!("/api/v1{kind}?limit=1"), cookie).await?;
        serde_json::from_str::<Value>(&list)?["items"][0].take()
    };
    let id = about["id"].as_str().with_context(|| format!("{about} has no id"))?;
    Ok(page.path.replace(":id", id))
}

/// The files that a browser fetches for a document, each once: those that it names, what their scripts import, and the
/// chunk that the module asks for by the page's path.
async fn files(connection: &mut Connection, document: &str, chunk: Option<&str>) -> Result<BTreeSet<String>> {
    let mut files = BTreeSet::new();
    // Names stand in attributes and in the script of the document, between quotes.
    let mut found: Vec<String> = document
        .split(['"', '\'', '<', '>'])
        .filter(|part| part.starts_with("/pkg/") || *part == "/favicon.svg")
        .map(str::to_owned)
        .collect();
    let mut chunk_is_found = chunk.is_none();
    while let Some(file) = found.pop() {
        let is_script = file.rsplit('.').next() == Some("js");
        if !files.insert(file.clone()) || !is_script {
            continue;
        }
        let script = text(connection, &file, "").await?;
        let (folder, name) = file.rsplit_once('/').context("a script has an absolute address")?;
        let mut beside: BTreeSet<&str> = script.lines().filter_map(imported).collect();
        if let ("chunks.js", Some(chunk)) = (name, chunk) {
            beside.extend(loader::files_of(&script, chunk)?);
            chunk_is_found = true;
        }
        found.extend(beside.iter().map(|name| format!("{folder}/{name}")));
    }
    ensure!(chunk_is_found, "the site is not cut into chunks: it is no release");
    Ok(files)
}

/// What a line of a script imports from beside it.
fn imported(line: &str) -> Option<&str> {
    let (_, from) = line.strip_prefix("import ")?.rsplit_once(" from ")?;
    from.trim_end_matches(';').trim_matches(['"', '\'']).strip_prefix("./")
}

async fn text(connection: &mut Connection, path: &str, cookie: &str) -> Result<String> {
    let answer = expect(connection, &get(path, cookie), 200).await?;
    String::from_utf8(answer.body).with_context(|| format!("{path} is no text"))
}

async fn expect(connection: &mut Connection, request: &[u8], status: u16) -> Result<Answer> {
    let answer = connection.send(request).await?;
    let asked = String::from_utf8_lossy(request);
    ensure!(
        answer.status() == status,
        "{} answers {}",
        asked.lines().next().unwrap_or_default(),
        answer.head
    );
    Ok(answer)
}
