//! What an agent did before it failed. Its steps are lost with it, and what its tools changed is not.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::http::ApiError;

/// How many names of tools are told.
const MAX_NAMES: usize = 8;

/// The finished steps and the names of the tools that were called: never what was passed to them, or what they gave.
#[derive(Debug, Default)]
pub(super) struct AgentProgress(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    steps: usize,
    tools: Vec<String>,
}

impl AgentProgress {
    /// A step is finished.
    pub fn step(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).steps += 1;
    }

    pub fn call(&self, tool: &str) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !entries.tools.iter().any(|name| name == tool) {
            entries.tools.push(tool.to_owned());
        }
    }

    /// The error, which also tells what was done before it.
    pub fn told(&self, error: ApiError) -> ApiError {
        let Some(done) = self.words() else { return error };
        ApiError::After {
            done,
            error: Box::new(error),
        }
    }

    fn words(&self) -> Option<String> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Entries { steps, tools } = &*entries;
        if *steps == 0 && tools.is_empty() {
            return None;
        }
        let plural = if *steps == 1 { "" } else { "s" };
        let mut words = format!("Before that, the agent finished {steps} step{plural}");
        if !tools.is_empty() {
            let names: Vec<&str> = tools.iter().take(MAX_NAMES).map(String::as_str).collect();
            // Writing to a text cannot fail.
            let _ = write!(words, " and called {}", names.join(", "));
            if tools.len() > MAX_NAMES {
                let _ = write!(words, " and {} more tools", tools.len() - MAX_NAMES);
            }
        }
        words.push('.');
        Some(words)
    }
}

#[cfg(test)]
mod tests {
    use super::AgentProgress;

    #[test]
    fn steps_and_names_are_told_once_and_not_without_end() {
        let journal = AgentProgress::default();
        assert_eq!(journal.words(), None);
        journal.call("a__x");
        journal.call("a__x");
        journal.step();
        let told = journal.words().unwrap();
        assert_eq!(told, "Before that, the agent finished 1 step and called a__x.");
        for number in 0..10 {
            journal.step();
            journal.call(&format!("b__{number}"));
        }
        let told = journal.words().unwrap();
        assert!(told.contains("finished 11 steps and called a__x, b__0,"), "{told}");
        assert!(told.ends_with("b__6 and 3 more tools."), "{told}");
    }
}
