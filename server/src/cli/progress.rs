//! How far a long command is: one line that changes at a terminal, a line now and then in a log.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Tells on standard error, so that standard output holds results only.
#[derive(Debug)]
pub(super) struct Progress {
    terminal: bool,
    told: Instant,
    drawn: bool,
}

impl Progress {
    /// Nothing is told before the first while has passed.
    pub fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            told: Instant::now(),
            drawn: false,
        }
    }

    /// Tells, unless it told just now.
    pub fn tell(&mut self, text: impl FnOnce() -> String) {
        let every = if self.terminal {
            Duration::from_millis(100)
        } else {
            Duration::from_secs(5)
        };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        let mut out = std::io::stderr().lock();
        // Where nobody reads it any more, the work goes on all the same.
        let _ = if self.terminal {
            self.drawn = true;
            write!(out, "\r{}\x1b[K", text()).and_then(|()| out.flush())
        } else {
            writeln!(out, "{}", text())
        };
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
