//! `cargo xtask serve --demo`: a Strongroom with something in it, an MCP server and a provider of models to connect it to.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use serde_json::json;

use crate::build::{self, Built};
use crate::node;
use crate::process::{Background, free_port_from, wait_if_interrupted};
use crate::progress::{Steps, say};
use crate::secrets::{kept_text, random_text};
use crate::serve::names;
use crate::strongroom::{add_administrator, agent, problem, sign_in, wait_for_answer};
use crate::workspace::Workspace;

const EMAIL: &str = "demo@example.com";
const PORT: u16 = 3000;
const MCP_PORT: u16 = 3100;
const MODELS_PORT: u16 = 3200;

/// Names and values of the sample credentials; the values say themselves that they are none.
const SAMPLES: [(&str, &str); 3] = [
    ("DEMO_CRM_TOKEN", "strongroom-demo-not-a-secret-1"),
    ("DEMO_OPENAI_API_KEY", "strongroom-demo-not-a-secret-2"),
    ("DEMO_SLACK_SECRET", "strongroom-demo-not-a-secret-3"),
];

/// The demo's folder and its private files.
#[derive(Debug)]
struct Folder {
    data: PathBuf,
    password_file: PathBuf,
    token_file: PathBuf,
    key_file: PathBuf,
    ready_file: PathBuf,
}

impl Folder {
    fn open(workspace: &Workspace, fresh: bool) -> Result<Self> {
        let data = workspace.path("data-demo");
        if fresh && data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("cannot empty {}", data.display()))?;
        }
        if !data.exists() {
            fs::DirBuilder::new()
                .mode(0o700)
                .create(&data)
                .with_context(|| format!("cannot make {}", data.display()))?;
        }
        Ok(Self {
            password_file: data.join("password.txt"),
            token_file: data.join("mcp-token.txt"),
            key_file: data.join("model-key.txt"),
            ready_file: data.join("demo-is-set-up"),
            data,
        })
    }

    fn is_set_up(&self) -> bool {
        self.ready_file.exists()
    }
}

/// Builds, starts the servers, fills the demo at its first start, and serves until Ctrl-C.
pub fn run(workspace: &Workspace, fresh: bool, server_arguments: &[String]) -> Result<()> {
    if let Some(option) = ["--listen", "--data-dir", "--database-url"]
        .into_iter()
        .find(|name| names(server_arguments, name))
    {
        bail!("the demo chooses {option} itself: remove it, or use `cargo xtask serve` without --demo");
    }
    let mut steps = Steps::new(8);
    let built = build::dev(workspace, &mut steps)?;
    let modules = steps.run("Node.js and the other servers for the demo", || {
        node::ensure_installed()?;
        node::ensure_packages(workspace)
    })?;
    let folder = Folder::open(workspace, fresh)?;
    let token = kept_text(&folder.token_file, || Ok(format!("demo-{}", random_text(30)?)))?;
    let key = kept_text(&folder.key_file, || Ok(format!("demo-{}", random_text(30)?)))?;
    let password = kept_text(&folder.password_file, || random_text(24))?;
    let (port, mcp_port) = (free_port_from(PORT)?, free_port_from(MCP_PORT)?);
    let models_port = free_port_from(MODELS_PORT)?;

    let mut mcp = steps.run("Start the MCP server", || {
        start_mcp(workspace, &modules, &folder, mcp_port, &token)
    })?;
    let mut models = steps.run("Start the model provider", || {
        start_models(workspace, &modules, &folder, models_port, &key)
    })?;
    let mut server = steps.run("Start Strongroom", || {
        if !folder.is_set_up() {
            add_administrator(&built.server, &folder.data, EMAIL, "Demo Administrator", &password)
                .context("`cargo xtask serve --demo --fresh` starts over")?;
        }
        let server = start_server(workspace, &built, &folder, port, server_arguments)?;
        if !folder.is_set_up() {
            add_samples(port, &password)?;
            fs::write(&folder.ready_file, "").context("cannot write into data-demo/")?;
        }
        Ok(server)
    })?;
    print_card(workspace, &folder, port, mcp_port, models_port);

    // Whichever ends first ends the demo; Ctrl-C ends all.
    loop {
        thread::sleep(Duration::from_millis(300));
        wait_if_interrupted();
        if let Some(status) = server.ended() {
            bail!("the server stopped ({status})");
        }
        for (what, log, server) in [
            ("MCP server", "mcp.log", &mut mcp),
            ("model provider", "models.log", &mut models),
        ] {
            if let Some(status) = server.ended() {
                let log = folder.data.join(log);
                bail!("the {what} stopped ({status}): see {}", log.display());
            }
        }
    }
}

/// A server that is not ours: the token goes to it through its environment, where other users cannot read it.
fn start_mcp(workspace: &Workspace, modules: &Path, folder: &Folder, port: u16, token: &str) -> Result<Background> {
    let log_path = folder.data.join("mcp.log");
    let log = fs::File::create(&log_path).with_context(|| format!("cannot make {}", log_path.display()))?;
    let mut node = Command::new("node");
    node.current_dir(workspace.path("end2end"))
        .arg(modules.join("@copilotkit/aimock/dist/aimock-cli.js"))
        .args([
            "--config",
            "demo/mcp-server.json",
            "--host",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ])
        .env("AIMOCK_API_KEYS", token)
        .stdout(log.try_clone().context("cannot share a file")?)
        .stderr(log);
    let mut server = Background::start(node, Signal::SIGTERM, true)?;
    wait_for_answer(&format!("http://127.0.0.1:{port}/ready"), &mut server)
        .with_context(|| format!("the MCP server does not respond: see {}", log_path.display()))?;
    Ok(server)
}

/// Another server that is not ours: it speaks the API of OpenAI and of others, and checks the key.
fn start_models(workspace: &Workspace, modules: &Path, folder: &Folder, port: u16, key: &str) -> Result<Background> {
    let log_path = folder.data.join("models.log");
    let log = fs::File::create(&log_path).with_context(|| format!("cannot make {}", log_path.display()))?;
    let mut node = Command::new("node");
    node.current_dir(workspace.path("end2end"))
        .arg(modules.join("@copilotkit/aimock/dist/cli.js"))
        .args(["--strict", "--chunk-size", "8", "--fixtures", "demo/models.json"])
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .env("AIMOCK_API_KEYS", key)
        .stdout(log.try_clone().context("cannot share a file")?)
        .stderr(log);
    let mut server = Background::start(node, Signal::SIGTERM, true)?;
    wait_for_answer(&format!("http://127.0.0.1:{port}/ready"), &mut server)
        .with_context(|| format!("the model provider does not respond: see {}", log_path.display()))?;
    Ok(server)
}

fn start_server(
    workspace: &Workspace,
    built: &Built,
    folder: &Folder,
    port: u16,
    arguments: &[String],
) -> Result<Background> {
    let mut command = Command::new(&built.server);
    command
        .current_dir(&workspace.root)
        .arg("serve")
        .arg("--site-dir")
        .arg(&built.site)
        .arg("--data-dir")
        .arg(&folder.data)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(arguments);
    let mut server = Background::start(command, Signal::SIGTERM, true)?;
    wait_for_answer(&format!("http://127.0.0.1:{port}/readyz"), &mut server).context("Strongroom does not respond")?;
    Ok(server)
}

/// Signs in and creates the samples through the API, as any client would.
fn add_samples(port: u16, password: &str) -> Result<()> {
    let api = format!("http://127.0.0.1:{port}/api/v1");
    let agent = agent();
    let cookies = sign_in(&agent, &api, EMAIL, password)?;
    for (name, value) in SAMPLES {
        let mut created = agent
            .post(format!("{api}/credentials"))
            .header("cookie", &cookies)
            .content_type("application/json")
            .send(json!({ "name": name, "value": value }).to_string())
            .context("Strongroom does not respond")?;
        // 409: an earlier first start was interrupted after this sample.
        if !created.status().is_success() && created.status() != 409 {
            bail!("the sample {name} cannot be created: {}", problem(&mut created));
        }
    }
    Ok(())
}

fn print_card(workspace: &Workspace, folder: &Folder, port: u16, mcp_port: u16, models_port: u16) {
    let shown = |path: &Path| path.strip_prefix(&workspace.root).unwrap_or(path).display().to_string();
    let mut lines = vec![
        format!("Strongroom demo     http://127.0.0.1:{port}"),
        format!("  email             {EMAIL}"),
        format!("  password          in {}", shown(&folder.password_file)),
        String::new(),
        format!("MCP server          http://127.0.0.1:{mcp_port}/mcp"),
        format!("  its token         in {}", shown(&folder.token_file)),
        String::new(),
        format!("Models              http://127.0.0.1:{models_port}/v1"),
        "  provider          OpenAI-compatible server, model demo".to_owned(),
        format!("  its key           in {}", shown(&folder.key_file)),
        String::new(),
        "The main job, in five steps:".to_owned(),
        "  1. Open the address above and sign in.".to_owned(),
        "  2. Open MCP servers and choose Add MCP server.".to_owned(),
        "  3. Name it CRM and paste the URL.".to_owned(),
        "  4. Create its credential there; its value is the token.".to_owned(),
        "  5. Choose Test connection: the server offers 3 tools. Save.".to_owned(),
        "  Then the same under Model bindings, with the base URL of the models; Try".to_owned(),
        "  in its row asks for a haiku, or runs an agent with the tools of the CRM.".to_owned(),
        String::new(),
        "Ctrl-C stops all servers. --fresh starts over.".to_owned(),
    ];
    if port != PORT {
        lines.insert(1, format!("  (port {PORT} is taken, so this run uses {port})"));
    }
    if mcp_port != MCP_PORT {
        lines.push(format!(
            "Port {MCP_PORT} is taken: an MCP server saved earlier has another URL."
        ));
    }
    if models_port != MODELS_PORT {
        lines.push(format!(
            "Port {MODELS_PORT} is taken: a model binding saved earlier has another URL."
        ));
    }
    say(boxed(&lines));
}

/// The lines in a frame.
fn boxed(lines: &[String]) -> String {
    let width = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let bar = "─".repeat(width + 2);
    let framed: Vec<String> = lines.iter().map(|line| format!("│ {line:<width$} │\n")).collect();
    format!("\n┌{bar}┐\n{}└{bar}┘\n", framed.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_as_wide_as_its_longest_line() {
        let text = boxed(&["a".to_owned(), "abc".to_owned()]);
        assert_eq!(text, "\n┌─────┐\n│ a   │\n│ abc │\n└─────┘\n");
    }
}
