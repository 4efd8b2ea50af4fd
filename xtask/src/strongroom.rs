//! A Strongroom that a command starts for itself: its administrator, its first answer, signing in.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::process::{Background, wait_if_interrupted};

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Adds an administrator. The password goes through standard input: arguments can be read by every user of the machine.
pub fn add_administrator(program: &Path, data: &Path, email: &str, name: &str, password: &str) -> Result<()> {
    let mut child = Command::new(program)
        .args([
            "user",
            "add",
            "--email",
            email,
            "--name",
            name,
            "--role",
            "administrator",
            "--password-stdin",
        ])
        .arg("--data-dir")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start the server program")?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{password}").context("the server program does not read the password")?;
    }
    let output = child.wait_with_output().context("cannot wait for the server program")?;
    if !output.status.success() {
        bail!(
            "the administrator cannot be added:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// Waits until the address answers with success.
pub fn wait_for_answer(url: &str, server: &mut Background) -> Result<()> {
    let since = Instant::now();
    while ureq::get(url).call().is_err() {
        wait_if_interrupted();
        if let Some(status) = server.ended() {
            bail!("it ended at once ({status})");
        }
        if since.elapsed() > ANSWER_WITHIN {
            bail!("no answer from {url} in {} seconds", ANSWER_WITHIN.as_secs());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// A client that takes refusals for answers.
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

/// Signs in, as any client would: the cookies of the session, as a header has them.
pub fn sign_in(agent: &ureq::Agent, api: &str, email: &str, password: &str) -> Result<String> {
    let mut signed_in = agent
        .post(format!("{api}/session"))
        .content_type("application/json")
        .send(json!({ "email": email, "password": password }).to_string())
        .context("Strongroom does not answer")?;
    if !signed_in.status().is_success() {
        bail!("the administrator cannot sign in: {}", problem(&mut signed_in));
    }
    let cookies: Vec<String> = signed_in
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|header| Some(header.to_str().ok()?.split(';').next()?.to_owned()))
        .collect();
    Ok(cookies.join("; "))
}

/// What a refused request says about itself.
pub fn problem(response: &mut ureq::http::Response<ureq::Body>) -> String {
    let status = response.status();
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let detail = body["detail"]
        .as_str()
        .or(body["title"].as_str())
        .unwrap_or("no reason given");
    format!("{detail} ({status})")
}
