//! `cargo xtask snapshot`: the visible behaviour of the server as one text, for commits that must not change it.
//!
//! `--save` keeps the text below the target folder. Without it, the command prints the difference to the kept text and
//! fails where there is one: a commit that moves or renames code has to have none, or the one that its message names.

pub mod source;

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::build;
use crate::process::{output_of, run_quietly};
use crate::progress::{Steps, say};
use crate::site::hex;
use crate::workspace::Workspace;

/// The options of `cargo xtask snapshot`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Keep the snapshot instead of comparing it with the kept one.
    #[arg(long)]
    save: bool,
}

/// Takes a snapshot, and keeps or compares it.
pub fn run(options: Options) -> Result<()> {
    let workspace = Workspace::find()?;
    let mut steps = Steps::new(2);
    let server = steps.run("Compile the server", || build::server(&workspace))?;
    let snapshot = steps.run("Take the snapshot", || take(&workspace, &server))?;
    let folder = workspace.target.join("snapshot");
    fs::create_dir_all(&folder).context("cannot make a folder for the snapshot")?;
    let (kept, new) = (folder.join("kept.txt"), folder.join("new.txt"));
    let file = if options.save { &kept } else { &new };
    fs::write(file, &snapshot).with_context(|| format!("cannot write {}", file.display()))?;
    if options.save {
        say(format!(
            "{} lines are kept in {}",
            snapshot.lines().count(),
            kept.display()
        ));
        return Ok(());
    }
    let before = fs::read_to_string(&kept)
        .context("no snapshot is kept: check out the commit before, and run `cargo xtask snapshot --save`")?;
    if before == snapshot {
        say("The snapshot is the kept one");
        return Ok(());
    }
    let mut diff = Command::new("git");
    diff.args(["diff", "--no-index", "--unified=0"]).arg(&kept).arg(&new);
    // git exits with 1 where the files differ.
    let difference = diff.output().context("cannot run git")?;
    say(String::from_utf8_lossy(&difference.stdout));
    bail!("the snapshot differs from the kept one, in {}", new.display())
}

fn take(workspace: &Workspace, server: &Path) -> Result<String> {
    let mut parts = Vec::new();
    let ask = |arguments: &[&str]| {
        let mut command = Command::new(server);
        command.args(arguments);
        run_quietly(command)
    };
    let openapi: serde_json::Value =
        serde_json::from_str(&ask(&["openapi"])?).context("`strongroom openapi` is not JSON")?;
    parts.push(("OpenAPI", serde_json::to_string_pretty(&openapi)?));
    parts.push(("Settings", ask(&["serve", "--help"])?));
    let files = source::Files::of(tracked(workspace)?, &workspace.root);
    parts.push((
        "Problems",
        files.literals("server/src/http/problem.rs", |_| true)?.join("\n"),
    ));
    parts.push(("Metrics", files.literals("server/src/metrics/", |_| true)?.join("\n")));
    parts.push(("SQL", files.literals("server/src/", source::is_sql)?.join("\n")));
    parts.push(("Migrations", migrations(&files)));
    parts.push(("Tests", files.tests().join("\n")));
    let parts = parts
        .into_iter()
        .map(|(name, text)| format!("# {name}\n{}\n", text.trim_end()));
    Ok(parts.collect::<Vec<_>>().join("\n"))
}

/// The files that git knows, new ones included.
pub fn tracked(workspace: &Workspace) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(&workspace.root);
    let files = output_of(&mut git).context("git lists no files: run this in a checkout")?;
    Ok(files.lines().map(str::to_owned).collect())
}

fn migrations(files: &source::Files) -> String {
    let lines = files
        .below("migrations/")
        .map(|(path, text)| format!("{path} {}", hex(&Sha256::digest(text))));
    lines.collect::<Vec<_>>().join("\n")
}
