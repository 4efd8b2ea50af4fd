//! The programs that are measured, as processes.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::client::{Connection, get, post};
use crate::report::{Budget, Report};
use crate::seed::{EMAIL, PASSWORD};

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub ready_after: Duration,
}

impl Process {
    /// Strongroom itself, in an empty working folder with nothing of the checkout near.
    pub async fn strongroom(program: &Path, data: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(data)
            .args(["--listen", "127.0.0.1:0"])
            // The quota of uses in a second is for users; the bench has one user.
            .args(["--quota-uses-per-second", "0"])
            .current_dir(data);
        Self::start(command).await
    }

    /// The floor.
    pub async fn bare(data: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--bare").arg(data).current_dir(data);
        Self::start(command).await
    }

    async fn start(mut command: Command) -> Result<Self> {
        let began = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the server does not start")?;
        let out = child.stdout.take().context("the server has no output")?;
        let mut lines = BufReader::new(out).lines();
        let greeting = lines.next_line().await?.context("the server ended at once")?;
        let (_, address) = greeting.rsplit_once("http://").context("the server names no address")?;
        let address = address.trim().parse().context("the server names no address")?;
        let answer = Connection::open(address).await?.send(&get("/readyz", "")).await?;
        ensure!(answer.status() == 200, "the server is not ready: {}", answer.head);
        Ok(Self {
            child,
            address,
            ready_after: began.elapsed(),
        })
    }

    /// Signs the administrator in: the cookie.
    pub async fn sign_in(&self) -> Result<String> {
        let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
        let answer = Connection::open(self.address)
            .await?
            .send(&post("/api/v1/session", "", &body))
            .await?;
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        Ok(cookie.context("signing in sets no cookie")?.to_owned())
    }

    /// Resident memory in MB.
    pub fn resident(&self) -> Result<f64> {
        let id = self.child.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).context("memory is read from /proc")?;
        let kilobytes: f64 = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next())
            .context("no VmRSS in /proc")?
            .parse()?;
        Ok(kilobytes * 1_024.0 / 1_000_000.0)
    }

    /// Ends it and waits for its end.
    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await.context("the server does not end")
    }
}

/// How soon the server answers on an existing database, and what it holds when idle.
pub async fn starting(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let (mut ready, mut floor, mut resident) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..5 {
        let process = Process::bare(data).await?;
        floor.push(process.ready_after.as_secs_f64() * 1_000.0);
        process.stop().await?;
        let process = Process::strongroom(program, data).await?;
        ready.push(process.ready_after.as_secs_f64() * 1_000.0);
        tokio::time::sleep(Duration::from_secs(1)).await;
        resident.push(process.resident()?);
        process.stop().await?;
    }
    let ratios = ready.iter().zip(&floor).map(|(ready, floor)| ready / floor).collect();
    report.rounds("start to ready, against the bare server", ratios, "", Budget::None);
    report.rounds(
        "start to ready on an existing database",
        ready,
        " ms",
        Budget::AtMost(100.0),
    );
    report.rounds("memory when idle", resident, " MB", Budget::AtMost(30.0));
    Ok(())
}
