//! What a browser downloads at the first visit of each page.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::client::{Connection, get, get_compressed};
use crate::process::Process;
use crate::report::{Budget, Report};

/// The pages, and whether one signs in for them. The list of credentials has the budget.
const PAGES: [(&str, bool); 3] = [
    ("/credentials?limit=10", true),
    ("/mcp-servers", true),
    ("/sign-in", false),
];

/// The bytes of each page with everything that it fetches at once.
pub async fn bytes(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let server = Process::strongroom(program, data).await?;
    let cookie = server.sign_in().await?;
    let mut connection = Connection::open(server.address).await?;
    for (path, signed_in) in PAGES {
        let cookie = if signed_in { cookie.as_str() } else { "" };
        let mut bytes = connection.send(&get_compressed(path, cookie)).await?.body.len();
        let page = connection.send(&get(path, cookie)).await?;
        ensure!(page.status() == 200, "{path} answers {}", page.head);
        for file in files(&page.body) {
            let answer = connection.send(&get_compressed(&file, "")).await?;
            ensure!(answer.status() == 200, "{file} answers {}", answer.head);
            bytes += answer.body.len();
        }
        #[expect(clippy::cast_precision_loss, reason = "a page is smaller than that")]
        let kilobytes = bytes as f64 / 1_000.0;
        let budget = if path.starts_with("/credentials") {
            Budget::AtMost(300.0)
        } else {
            Budget::None
        };
        report.number(
            &format!("first visit of {}", path.split('?').next().context("a path")?),
            kilobytes,
            " kB",
            budget,
        );
    }
    server.stop().await
}

/// The site's files that a page names, each once, and the loader of chunks, which its module names. Names stand in
/// attributes and in the script of the page, between quotes.
fn files(page: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(page);
    let mut files: Vec<String> = text
        .split(['"', '\'', '<', '>'])
        .filter(|part| part.starts_with("/pkg/") || *part == "/favicon.svg")
        .map(str::to_owned)
        .collect();
    if let Some(module) = files.iter().find_map(|file| file.strip_suffix("/strongroom_bg.wasm")) {
        files.push(format!("{module}/chunks.js"));
    }
    files.sort();
    files.dedup();
    files
}
