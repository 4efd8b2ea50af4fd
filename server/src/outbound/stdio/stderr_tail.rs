//! The last words of a child. What it writes to its standard error may hold anything: it is read so that
//! the child never waits there, scanned, forgotten but for the end, and never logged.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;

use super::super::redact::{Redactor, Scanner};
use super::super::{QuoteFilter, UpstreamText};

/// How much of the end is kept, in bytes.
const TAIL_BYTES: usize = 2048;

/// The most that is held back until it is clear whether it is a value, in bytes.
const MAX_HELD_BYTES: usize = 256 * 1024;

/// The scanned end of a stream. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct StderrTail {
    redactor: Redactor,
    quotes: QuoteFilter,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug)]
struct Kept {
    scanner: Option<Scanner>,
    bytes: Vec<u8>,
}

impl StderrTail {
    pub fn new(redactor: &Redactor, quotes: &QuoteFilter) -> Self {
        let kept = Kept {
            scanner: Some(redactor.scanner()),
            bytes: Vec::new(),
        };
        Self {
            redactor: redactor.clone(),
            quotes: quotes.clone(),
            kept: Arc::new(Mutex::new(kept)),
        }
    }

    /// Reads a child's standard error to its end.
    pub async fn drain(self, mut error: ChildStderr) {
        let mut chunk = vec![0; 8 * 1024];
        while let Ok(count @ 1..) = error.read(&mut chunk).await {
            self.push(&chunk[..count]);
        }
    }

    fn push(&self, chunk: &[u8]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let clean = kept.scanner.as_mut().map(|scanner| scanner.push(chunk));
        // What follows could be the rest of a value, so nothing of it is shown.
        if kept
            .scanner
            .as_ref()
            .is_some_and(|scanner| scanner.held().len() > MAX_HELD_BYTES)
        {
            kept.scanner = None;
            kept.bytes.clear();
            return;
        }
        kept.bytes.extend(clean.unwrap_or_default());
        let surplus = kept.bytes.len().saturating_sub(TAIL_BYTES);
        kept.bytes.drain(..surplus);
    }

    /// What was written last, fit to be shown.
    pub fn read(&self) -> UpstreamText {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scanner) = kept.scanner.take() {
            kept.bytes.extend(scanner.finish());
        }
        let text = String::from_utf8_lossy(&kept.bytes);
        let text = self.redactor.text(text.trim());
        // A line with a part of a value is left out, and the others are of use.
        let lines: Vec<&str> = text.lines().filter(|line| self.quotes.permits(line)).collect();
        UpstreamText::of_scanned_end(&lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use contract::secret::SecretValue;

    use super::{QuoteFilter, Redactor, StderrTail, TAIL_BYTES};

    fn tail() -> StderrTail {
        let value = SecretValue::new("canary-7d1f".to_owned());
        StderrTail::new(&Redactor::of(&value), &QuoteFilter::of_all([&value]))
    }

    #[test]
    fn only_the_scanned_end_is_kept() {
        let tail = tail();
        for _ in 0..100 {
            tail.push(&[b'-'; 1000]);
        }
        // Across the border of two chunks, and at the very end.
        for chunk in ["the token is can", "ary-7d1f\nand canary-7d1f"] {
            tail.push(chunk.as_bytes());
        }
        assert!(tail.kept.lock().unwrap().bytes.len() <= TAIL_BYTES);
        let said = tail.read();
        assert!(said.as_str().starts_with("…---"), "{said}");
        assert!(
            said.as_str().ends_with("-the token is [redacted] and [redacted]"),
            "{said}"
        );
    }

    #[test]
    fn lines_with_a_part_of_a_value_are_left_out() {
        let tail = tail();
        tail.push(b"Starting\nkey cana...7d1f is wrong\nkey ****** is wrong\nGiving up\n");
        assert_eq!(tail.read().as_str(), "Starting Giving up");
    }
}
