//! A build after a change: only its parts, and the server again if it needs that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, bail};

use super::change::Part;
use super::server::Server;
use crate::build::{self, Built};
use crate::compiler::diagnostics;
use crate::process::run_showing;
use crate::progress::say;
use crate::site::{self, Mode};
use crate::workspace::Workspace;

/// Builds parts, and remembers those that did not build.
#[derive(Debug)]
pub struct Rebuild<'a> {
    workspace: &'a Workspace,
    server: Server,
    /// Parts that changed since the server was started.
    waiting: BTreeSet<Part>,
    /// Changes with each build after which open pages reload. A new style sheet is no reason: pages swap it.
    page: u64,
}

/// The end of a cargo command.
struct Compiled {
    name: &'static str,
    took: Duration,
    output: String,
    succeeded: bool,
}

impl<'a> Rebuild<'a> {
    /// Before the first build.
    pub fn new(workspace: &'a Workspace, server: Server) -> Self {
        // Pages of an earlier run reload, too.
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self {
            workspace,
            server,
            waiting: BTreeSet::new(),
            page: now.map_or(0, |now| now.as_secs()),
        }
    }

    /// Says that the server ended, unless it was stopped. It starts after the next change.
    pub fn note_end(&mut self, number: u32) {
        if self.server.has_ended(number) {
            say("The server ended by itself. It starts again after the next change.");
            self.waiting.insert(Part::Server);
        }
    }

    /// Builds these parts and those that wait, and says so in one line. A failure leaves the last good server running.
    pub fn run(&mut self, parts: BTreeSet<Part>, since: Instant) {
        if parts.is_empty() {
            return;
        }
        self.waiting.extend(parts);
        match self.build(since) {
            Ok(line) => {
                self.waiting.clear();
                say(line);
            }
            Err(error) => say(format!("{error:#}")),
        }
    }

    fn build(&mut self, since: Instant) -> Result<String> {
        let (module, program) = (
            site::module(self.workspace, Mode::Dev),
            build::dev_server(self.workspace),
        );
        let before = [written(&module), written(&program)];
        let compiled = self.compile();
        let output: String = compiled
            .iter()
            .map(|part| part.output.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        for diagnostic in diagnostics(&output) {
            say(format!("{diagnostic}\n"));
        }
        let mut done: Vec<(&str, Duration)> = compiled.iter().map(|part| (part.name, part.took)).collect();
        if compiled.iter().any(|part| !part.succeeded) {
            bail!(
                "{}: FAILED after {}, {}",
                list(&done),
                seconds(since.elapsed()),
                self.still()
            );
        }

        let rebuilt = before != [written(&module), written(&program)];
        let files = self.waiting.contains(&Part::Style) || self.waiting.contains(&Part::Public);
        let reloads = rebuilt || self.waiting.contains(&Part::Public);
        if !rebuilt && !files && self.server.runs() {
            return Ok(format!("{}: nothing has changed", list(&done)));
        }
        let begun = Instant::now();
        let site = site::assemble(self.workspace, Mode::Dev)?;
        done.push(("site", begun.elapsed()));
        self.page += u64::from(reloads);
        let built = Built { server: program, site };
        self.server.restart(&built, self.page)?;
        Ok(format!("{}, ready after {}", list(&done), seconds(since.elapsed())))
    }

    /// Front end and server side by side: each waits for its own longest crate most of the time.
    fn compile(&self) -> Vec<Compiled> {
        let commands = [
            (Part::FrontEnd, "front end", site::cargo(self.workspace, Mode::Dev)),
            (Part::Server, "server", build::server_cargo(self.workspace)),
        ];
        thread::scope(|scope| {
            let running: Vec<_> = commands
                .into_iter()
                .filter(|(part, ..)| self.waiting.contains(part))
                .map(|(_, name, cargo)| scope.spawn(move || compile(name, cargo)))
                .collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).collect()
        })
    }

    fn still(&self) -> &'static str {
        if self.server.runs() {
            "the last good server still runs"
        } else {
            "no server runs"
        }
    }
}

fn compile(name: &'static str, cargo: Command) -> Compiled {
    let since = Instant::now();
    let (output, succeeded) = match run_showing(cargo, |_| false) {
        Ok(finished) => (finished.output, finished.status.success()),
        Err(error) => (format!("{error:#}"), false),
    };
    Compiled {
        name,
        took: since.elapsed(),
        output,
        succeeded,
    }
}

fn written(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// `front end 12.1 s, server 9.8 s`.
fn list(parts: &[(&str, Duration)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, took)| format!("{name} {}", seconds(*took)))
        .collect();
    parts.join(", ")
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f32())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_listed_with_their_seconds() {
        let parts = [
            ("front end", Duration::from_millis(12_140)),
            ("server", Duration::from_millis(9_800)),
        ];
        assert_eq!(list(&parts), "front end 12.1 s, server 9.8 s");
    }
}
