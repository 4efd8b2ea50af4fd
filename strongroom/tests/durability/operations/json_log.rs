//! The lines about the start in a log of JSON.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::process::Options;

#[test]
fn a_json_log_has_the_lines_of_the_start_and_not_the_set_up_link() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(&folder, "data", None);
    let mut process = options
        .command()
        .args(["--log-format", "json", "--metrics-listen", "127.0.0.1:0", "serve"])
        .env("STRONGROOM_LOG", "info")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The metrics are the last line of the start.
    let mut events = Vec::new();
    for line in BufReader::new(process.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        let event: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line} is JSON"));
        events.push(event);
        if line.contains("Metrics are at") {
            break;
        }
    }
    kill(Pid::from_raw(process.id().cast_signed()), Signal::SIGKILL).unwrap();
    process.wait().unwrap();
    let mut out = String::new();
    process.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    let (_, token) = out
        .trim()
        .split_once("/set-up#")
        .expect("the link is on standard output");
    assert_eq!(out.lines().count(), 1, "and nothing else: {out}");
    let text = serde_json::to_string(&events).unwrap();
    assert!(!text.contains(token) && !text.contains("set-up#"), "{text}");
    let said = |words: &str| {
        let is = |event: &&Value| event["message"].as_str().is_some_and(|message| message.contains(words));
        let event = events
            .iter()
            .find(is)
            .unwrap_or_else(|| panic!("{words} is not in {text}"));
        assert_eq!(event["target"], "start", "{event}");
    };
    said("Strongroom listens on http://127.0.0.1:");
    said("The link to set up the first one is on standard output");
}
