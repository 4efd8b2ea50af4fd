//! What the terminal shows while steps run: a number, a name, how long it took.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::process;

/// Without a terminal, a long wait is reported this often.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// Prints a line. A closed standard output is no reason to stop a build.
pub fn say(line: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// Numbered steps, each of which is announced, timed and remembered.
#[derive(Debug)]
pub struct Steps {
    total: usize,
    started: usize,
    since: Instant,
    results: Vec<StepResult>,
}

#[derive(Debug)]
struct StepResult {
    name: String,
    outcome: Outcome,
    took: Duration,
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    NotRun(String),
}

impl Steps {
    /// Announces `total` steps.
    pub fn new(total: usize) -> Self {
        Self {
            total,
            started: 0,
            since: Instant::now(),
            results: Vec::new(),
        }
    }

    /// Runs a step; its error ends the command.
    pub fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        self.started += 1;
        let label = format!("[{}/{}] {name}", self.started, self.total);
        say(format!("{label} …"));
        let since = Instant::now();
        let result = step();
        let took = since.elapsed();
        process::wait_if_interrupted();
        let outcome = if result.is_ok() {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        let word = if result.is_ok() { "done" } else { "FAILED" };
        say(format!("{label}: {word} in {}", describe(took)));
        self.results.push(StepResult {
            name: name.to_owned(),
            outcome,
            took,
        });
        result
    }

    /// Runs a step; a failure is printed and remembered, and the command goes on. Returns whether it passed.
    pub fn attempt(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        let result = self.run(name, step);
        if let Err(error) = &result {
            say(format!("{error:#}"));
        }
        result.is_ok()
    }

    /// Says that a step cannot run, and counts it as a failure.
    pub fn not_run(&mut self, name: &str, reason: &str) {
        self.started += 1;
        say(format!("[{}/{}] {name}: NOT RUN, {reason}", self.started, self.total));
        self.results.push(StepResult {
            name: name.to_owned(),
            outcome: Outcome::NotRun(reason.to_owned()),
            took: Duration::ZERO,
        });
    }

    /// Prints one line for each step, and returns whether all passed.
    pub fn report(&self) -> bool {
        say("");
        for result in &self.results {
            let word = match &result.outcome {
                Outcome::Passed => "ok".to_owned(),
                Outcome::Failed => "FAILED".to_owned(),
                Outcome::NotRun(reason) => format!("NOT RUN ({reason})"),
            };
            say(format!("  {:<44} {:>9}  {word}", result.name, describe(result.took)));
        }
        say(format!("  {:<44} {:>9}", "all", describe(self.since.elapsed())));
        self.results.iter().all(|result| result.outcome == Outcome::Passed)
    }
}

/// A duration for people: `0.4 s`, `41 s`, `12 min 05 s`.
pub fn describe(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 10 {
        format!("{:.1} s", duration.as_secs_f32())
    } else if seconds < 60 {
        format!("{seconds} s")
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Shows that a silent command is alive: one changing line on a terminal, a line a minute elsewhere.
#[derive(Debug)]
pub struct Waiting {
    since: Instant,
    last_report: Instant,
    terminal: bool,
    shown: bool,
}

impl Waiting {
    /// Starts the clock.
    pub fn start() -> Self {
        let now = Instant::now();
        Self {
            since: now,
            last_report: now,
            terminal: io::stdout().is_terminal(),
            shown: false,
        }
    }

    /// Called about once a second with the newest line of the command's output.
    pub fn tick(&mut self, newest: &str) {
        if self.terminal {
            let text: String = newest.trim().chars().filter(|c| !c.is_control()).take(60).collect();
            let mut out = io::stdout().lock();
            let _ = write!(out, "\r\x1b[2K      {}  {text}", describe(self.since.elapsed()));
            let _ = out.flush();
            self.shown = true;
        } else if self.last_report.elapsed() >= HEARTBEAT {
            self.last_report = Instant::now();
            say(format!(
                "      {} so far: {}",
                describe(self.since.elapsed()),
                newest.trim()
            ));
        }
    }

    /// Removes the changing line before other output.
    pub fn clear(&mut self) {
        if self.shown {
            let mut out = io::stdout().lock();
            let _ = write!(out, "\r\x1b[2K");
            let _ = out.flush();
            self.shown = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(describe(Duration::from_millis(412)), "0.4 s");
        assert_eq!(describe(Duration::from_secs(41)), "41 s");
        assert_eq!(describe(Duration::from_secs(725)), "12 min 05 s");
    }
}
