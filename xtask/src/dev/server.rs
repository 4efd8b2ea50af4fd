//! The server of `cargo xtask dev`, started again after each build on the same data.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;

use super::watch::Event;
use crate::build::Built;
use crate::process::Background;
use crate::progress::say;
use crate::serve::names;
use crate::workspace::Workspace;

/// Time limit of a start, which includes migrations.
const LISTENS_WITHIN: Duration = Duration::from_mins(1);
/// Its first words when it answers.
const LISTENS: &str = "Strongroom listens on ";

/// Starts servers, one at a time.
#[derive(Debug)]
pub struct Server {
    root: PathBuf,
    arguments: Vec<String>,
    events: Sender<Event>,
    running: Option<Background>,
    /// The number of the newest server.
    number: u32,
    /// Lines of earlier servers, which are not shown again.
    said: Arc<Mutex<BTreeSet<String>>>,
}

impl Server {
    /// Before the first start.
    pub fn new(workspace: &Workspace, arguments: Vec<String>, events: Sender<Event>) -> Result<Self> {
        if names(&arguments, "--log-format") {
            bail!("`cargo xtask dev` reads the server's lines: leave --log-format out");
        }
        Ok(Self {
            root: workspace.root.clone(),
            arguments,
            events,
            running: None,
            number: 0,
            said: Arc::default(),
        })
    }

    /// Stops the server that runs, starts the one that was built, and waits until it answers. A page that was loaded
    /// with another `page` reloads.
    pub fn restart(&mut self, built: &Built, page: u64) -> Result<()> {
        // Ends the old one, whose port and database the new one needs.
        self.running = None;
        self.number += 1;
        let (reader, writer) = io::pipe().context("cannot make a pipe")?;
        let mut command = crate::serve::command(&self.root, built, &self.arguments);
        command
            .stdout(writer)
            .env("STRONGROOM_DEV_RELOAD", page.to_string())
            .env("STRONGROOM_LOG_FORMAT", "text");
        quick_to_stop(&mut command, &self.arguments);
        // SIGINT: no balancer has to hear that the server stops.
        self.running = Some(Background::start(command, Signal::SIGINT, false)?);

        let (listens, heard) = mpsc::channel();
        let (number, events, said) = (self.number, self.events.clone(), self.said.clone());
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if said.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
                    say(&line);
                }
                if line.starts_with(LISTENS) {
                    let _ = listens.send(());
                }
            }
            // Both receivers are gone when nobody waits.
            drop(listens);
            let _ = events.send(Event::ServerEnded(number));
        });
        let listening = heard.recv_timeout(LISTENS_WITHIN);
        if listening.is_err() {
            self.running = None;
        }
        listening.context("the server does not start; it is started again after the next change")
    }

    /// `true` if a server was started and has not ended.
    pub fn runs(&self) -> bool {
        self.running.is_some()
    }

    /// `true` if the server with this number is the newest, and ended by itself.
    pub fn has_ended(&mut self, number: u32) -> bool {
        number == self.number && self.running.take_if(|server| server.ended().is_some()).is_some()
    }
}

/// Open requests do not keep a restart waiting.
fn quick_to_stop(command: &mut Command, arguments: &[String]) {
    if !names(arguments, "--stop-time") && std::env::var_os("STRONGROOM_STOP_TIME").is_none() {
        command.env("STRONGROOM_STOP_TIME", "1");
    }
}
