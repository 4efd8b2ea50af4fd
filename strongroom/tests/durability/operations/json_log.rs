//! The lines about the start in a log of JSON.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::process::Options;

/// A server that logs JSON, killed when dropped, and the events of its log.
pub(super) struct LoggedServer {
    process: Child,
    log: BufReader<ChildStderr>,
    pub events: Vec<Value>,
}

impl Drop for LoggedServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl LoggedServer {
    /// Starts it and reads its log until it listens.
    pub fn start(mut command: Command, level: &str) -> Self {
        let mut process = command
            .args(["--log-format", "json", "--metrics-listen", "127.0.0.1:0", "serve"])
            .env("STRONGROOM_LOG", level)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(process.stderr.take().unwrap());
        let mut server = Self {
            process,
            log,
            events: Vec::new(),
        };
        // The metrics are the last line of the start.
        while server.count("Metrics are at") == 0 {
            let mut line = String::new();
            server.log.read_line(&mut line).unwrap();
            assert!(!line.is_empty(), "the server starts: {:?}", server.events);
            server.keep(&line);
        }
        server
    }

    fn keep(&mut self, line: &str) {
        let event = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line} is JSON"));
        self.events.push(event);
    }

    /// Kills it, reads the rest of its log, and returns its standard output.
    pub fn end(&mut self) -> String {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        for line in rest.lines() {
            self.keep(line);
        }
        let mut out = String::new();
        self.process.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        out
    }

    /// The events whose message contains these words.
    pub fn with<'a>(&'a self, words: &'a str) -> impl Iterator<Item = &'a Value> {
        let has = move |event: &&Value| event["message"].as_str().is_some_and(|message| message.contains(words));
        self.events.iter().filter(has)
    }

    pub fn count(&self, words: &str) -> usize {
        self.with(words).count()
    }
}

#[test]
fn a_json_log_has_the_lines_of_the_start_and_not_the_set_up_link() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    let mut server = LoggedServer::start(options.command(), "info");
    let out = server.end();
    let (_, token) = out
        .trim()
        .split_once("/set-up#")
        .expect("the link is on standard output");
    assert_eq!(out.lines().count(), 1, "and nothing else: {out}");
    let text = serde_json::to_string(&server.events).unwrap();
    assert!(!text.contains(token) && !text.contains("set-up#"), "{text}");
    for words in [
        "Strongroom listens on http://127.0.0.1:",
        "The link to set up the first one is on standard output",
    ] {
        let event = server.with(words).next();
        let event = event.unwrap_or_else(|| panic!("{words} is not in {text}"));
        assert_eq!(event["target"], "start", "{event}");
    }
}
