//! Everything that is logged in this process, at trace level, as text and as JSON.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use server::config::LogFormat;
use server::log::lines;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// A place where logs gather.
#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

static LOGS: std::sync::LazyLock<Logs> = std::sync::LazyLock::new(|| {
    let logs = Logs::default();
    // In both formats, as the server writes them.
    tracing_subscriber::registry()
        .with(LevelFilter::TRACE)
        .with(lines(LogFormat::Text, false, logs.clone()))
        .with(lines(LogFormat::Json, false, logs.clone()))
        .init();
    logs
});

/// Begins to gather, from all threads.
pub fn capture() -> Logs {
    LOGS.clone()
}

/// Each request has a line of its own, which names the route and never the path, and every line that was
/// written for a request has its id.
#[track_caller]
pub fn assert_structured(logs: &[u8]) {
    let text = String::from_utf8_lossy(logs);
    let lines: Vec<Value> = text
        .lines()
        .filter(|line| line.starts_with("{\"timestamp\""))
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["target"] == "access").collect();
    for line in &answered {
        let id = line["spans"][0]["id"].as_str().unwrap_or_default();
        assert_eq!(
            (&line["spans"][0]["name"], id.len()),
            (&Value::from("request"), 32),
            "{line}"
        );
        assert_eq!(line["client"], "127.0.0.1", "{line}");
        assert!(line["ms"].is_u64() && line["status"].is_u64(), "{line}");
    }
    for (route, principal) in [
        ("/api/v1/credentials/{id}", "user"),
        ("/api/v1/credentials/{id}", "nobody"),
        ("/credentials/{id}", "user"),
        ("/healthz", "nobody"),
        ("none", "user"),
    ] {
        let known = answered
            .iter()
            .any(|line| line["route"] == route && line["principal"] == principal && line["method"] == "GET");
        assert!(known, "no line about {route} for {principal}");
    }
    assert!(
        text.contains(" request{id=\""),
        "the lines for people have the id of their request too"
    );
}

impl Logs {
    /// What was gathered so far.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
