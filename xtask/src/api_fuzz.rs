//! Schemathesis reads the OpenAPI document of a running server and sends what it allows, and what it does
//! not: no answer may be a server error, and none may differ from the document.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use serde_json::{Map, Value, json};

use crate::process::{Background, TemporaryFolder, free_port, run_quietly, run_showing};
use crate::progress::say;
use crate::secrets::random_text;
use crate::strongroom::{add_administrator, agent, problem, sign_in, wait_for_answer};
use crate::workspace::{Workspace, programs_in_path};

/// The versions that were tried.
const PACKAGES: [&str; 2] = ["schemathesis==4.32.5", "openapi-spec-validator==0.9.0"];

const EMAIL: &str = "fuzz@example.com";

/// Where records lead: nothing listens there. `hooks.py` knows it too, and the names of both records of a kind.
const NOWHERE: &str = "127.0.0.1:9";
const KEPT: &str = "kept";
const DOOMED: &str = "doomed";

/// Makes a Python environment below the target folder, and gives its folder of programs.
pub fn ensure_installed(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace
        .target
        .join("schemathesis")
        .join(PACKAGES[0].replace("==", "-"));
    let programs = folder.join("bin");
    if programs.join("schemathesis").is_file() {
        return Ok(programs);
    }
    let python = programs_in_path("python3")
        .into_iter()
        .next()
        .context("python3 is missing: install Python 3.10 or newer with its venv module, then run this again")?;
    say(format!("      Installing {} with pip", PACKAGES.join(" and ")));
    let mut venv = Command::new(python);
    venv.args(["-m", "venv"]).arg(&folder);
    run_quietly(venv).context("a Python environment cannot be made")?;
    let mut pip = Command::new(programs.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PACKAGES);
    run_quietly(pip).context("Schemathesis cannot be installed")?;
    Ok(programs)
}

/// Starts a server with an administrator and a few records, and tries its API.
pub fn run(workspace: &Workspace, server: &Path, programs: &Path) -> Result<()> {
    let folder = TemporaryFolder::new("fuzz")?;
    let (data, site) = (folder.path().join("data"), folder.path().join("site"));
    fs::create_dir(&site).context("cannot make a folder")?;
    let manifest = r#"{"build_id":"none","js":"/pkg/none.js","wasm":"/pkg/none.wasm","css":"/pkg/none.css"}"#;
    fs::write(site.join("site.json"), manifest).context("cannot write a file")?;
    let password = random_text(24)?;
    add_administrator(server, &data, EMAIL, "Fuzz", &password)?;

    let origin = format!("http://127.0.0.1:{}", free_port()?);
    let mut serve = Command::new(server);
    serve
        .args([
            "serve",
            "--listen",
            origin.trim_start_matches("http://"),
            "--log",
            "warn",
        ])
        .arg("--data-dir")
        .arg(&data)
        .arg("--site-dir")
        .arg(&site);
    let mut running = Background::start(serve, Signal::SIGTERM, true)?;
    wait_for_answer(&format!("{origin}/readyz"), &mut running).context("Strongroom does not answer")?;

    let document = folder.path().join("openapi.json");
    let text = agent()
        .get(format!("{origin}/api/openapi.json"))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .context("the server gives no OpenAPI document")?;
    fs::write(&document, text).context("cannot write the document")?;
    let mut validator = Command::new(programs.join("openapi-spec-validator"));
    validator.args(["--schema", "3.1"]).arg(&document);
    run_quietly(validator).context("the document is not OpenAPI 3.1")?;

    let api = format!("{origin}/api/v1");
    let cookie = sign_in(&agent(), &api, EMAIL, &password)?;
    let records = add_records(&api, &cookie)?;
    let session = cookie
        .split("; ")
        .find_map(|cookie| cookie.strip_prefix("strongroom="))
        .context("signing in gives no session")?;
    // It keeps what it found in its working folder.
    for file in ["schemathesis.toml", "hooks.py"] {
        fs::copy(workspace.path("xtask/fuzz").join(file), folder.path().join(file)).context("cannot copy a file")?;
    }
    let mut fuzz = Command::new(programs.join("schemathesis"));
    fuzz.current_dir(folder.path())
        .args(["--config-file", "schemathesis.toml", "run"])
        .arg(format!("{origin}/api/openapi.json"))
        // The cookie goes through the environment: arguments can be read by every user of the machine.
        .env("STRONGROOM_FUZZ_SESSION", session)
        .env("STRONGROOM_FUZZ_RECORDS", records.to_string())
        .env("STRONGROOM_FUZZ_API", &api)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let finished = run_showing(fuzz, |_| false)?;
    if let Some(status) = running.ended() {
        bail!("the server ended while it was tried ({status}):\n{}", finished.output);
    }
    if !finished.status.success() {
        bail!("the API differs from its document:\n{}", finished.output);
    }
    check_records(&api, &cookie, &records)?;
    // The last lines have the figures.
    let figures: Vec<&str> = finished.output.lines().rev().take(12).collect();
    for line in figures
        .iter()
        .rev()
        .filter(|line| line.contains("generated") || line.contains("Tested:"))
    {
        say(format!("      {}", line.trim()));
    }
    Ok(())
}

/// Two records of each kind: one that is kept, and one that calls may delete. Gives their ids, and that of whoever calls.
fn add_records(api: &str, cookie: &str) -> Result<Value> {
    let (_, me) = get(api, cookie, "me")?;
    let mut records = json!({KEPT: {}, DOOMED: {}, "own": me["id"]});
    for which in [KEPT, DOOMED] {
        let name = format!("Seeded, {which}");
        let credential =
            json!({"name": name, "value": "marked-canary-value", "allowed_hosts": [format!("http://{NOWHERE}")]});
        let credential = add(api, cookie, "credentials", &credential)?;
        // Whatever is kept is referred to; what may be deleted is not.
        let referred = (which == KEPT).then_some(&credential);
        let server = json!({"name": name, "url": format!("http://{NOWHERE}/mcp"), "credential_id": referred});
        let settings = json!({
            "provider": "openai-compatible", "model_id": "m", "base_url": format!("http://{NOWHERE}/v1"), "api_key": referred,
        });
        let binding = json!({"name": name, "settings": settings});
        let user = json!({"email": format!("{which}@example.com"), "name": name, "role": "viewer"});
        let mut ids = Map::new();
        for (kind, body) in [("mcp-servers", server), ("model-bindings", binding), ("users", user)] {
            ids.insert(kind.to_owned(), add(api, cookie, kind, &body)?.into());
        }
        ids.insert("credentials".to_owned(), credential.into());
        records[which] = ids.into();
    }
    Ok(records)
}

/// Adds a record and gives its id.
fn add(api: &str, cookie: &str, kind: &str, body: &Value) -> Result<String> {
    let mut answer = agent()
        .post(format!("{api}/{kind}"))
        .header("cookie", cookie)
        .content_type("application/json")
        .send(body.to_string())
        .context("Strongroom does not answer")?;
    if !answer.status().is_success() {
        bail!("nothing can be added to {kind}: {}", problem(&mut answer));
    }
    let made = document(&mut answer)?;
    let id = made["id"].as_str().or(made["user"]["id"].as_str());
    id.map(str::to_owned)
        .with_context(|| format!("what was added to {kind} has no id"))
}

/// Status and document of an address.
fn get(api: &str, cookie: &str, path: &str) -> Result<(u16, Value)> {
    let answer = agent().get(format!("{api}/{path}")).header("cookie", cookie).call();
    let mut answer = answer.context("Strongroom does not answer")?;
    Ok((answer.status().as_u16(), document(&mut answer)?))
}

fn document(answer: &mut ureq::http::Response<ureq::Body>) -> Result<Value> {
    let text = answer.body_mut().read_to_string().context("an answer is not whole")?;
    serde_json::from_str(&text).context("an answer is not JSON")
}

/// The session still lives, and what was called was there: one record of each kind still is, the other was deleted.
fn check_records(api: &str, cookie: &str, records: &Value) -> Result<()> {
    let (status, me) = get(api, cookie, "me")?;
    if status != 200 || me["role"] != "administrator" {
        bail!("the session or its rights ended while the API was tried, so that most of it was not: {status} {me}");
    }
    for (which, expected) in [(KEPT, 200), (DOOMED, 404)] {
        for (kind, id) in records[which].as_object().into_iter().flatten() {
            let (found, _) = get(api, cookie, &format!("{kind}/{}", id.as_str().unwrap_or_default()))?;
            if found != expected {
                bail!("of {kind}, the record that was {which} answers {found} instead of {expected} at the end");
            }
        }
    }
    Ok(())
}
