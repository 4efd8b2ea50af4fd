//! The table at the end.

use std::io::Write as _;

use anyhow::{Result, bail};

/// What a measurement must keep to.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// At least.
    AtLeast(f64),
    /// At most.
    AtMost(f64),
    /// Only shown.
    None,
}

#[derive(Debug)]
struct Line {
    what: String,
    middle: f64,
    spread: Option<(f64, f64)>,
    unit: &'static str,
    budget: Budget,
}

/// Gathers measurements.
#[derive(Debug)]
pub struct Report {
    only: Option<String>,
    lines: Vec<Line>,
}

impl Report {
    /// A report of the steps whose name contains this text.
    pub fn of(only: Option<String>) -> Self {
        Self {
            only,
            lines: Vec::new(),
        }
    }

    /// `true` if this step is wanted; it then prints its name.
    pub fn begins(&self, step: &str) -> bool {
        let wanted = self.only.as_deref().is_none_or(|only| step.contains(only));
        if wanted {
            self.say(step);
        }
        wanted
    }

    /// Prints what is done now.
    #[expect(clippy::unused_self, reason = "the report speaks")]
    pub fn say(&self, what: &str) {
        say(&format!("  measuring: {what} …"));
    }

    /// Prints a time of this machine, which explains a ratio.
    #[expect(clippy::unused_self, reason = "the report speaks")]
    pub fn detail(&self, what: &str) {
        say(&format!("    {what}"));
    }

    /// One number for each round; the median counts.
    pub fn rounds(&mut self, what: &str, mut numbers: Vec<f64>, unit: &'static str, budget: Budget) {
        numbers.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (numbers.first(), numbers.last()) else {
            return;
        };
        self.lines.push(Line {
            what: what.to_owned(),
            middle: numbers[numbers.len() / 2],
            spread: Some((*least, *most)),
            unit,
            budget,
        });
    }

    /// One number.
    pub fn number(&mut self, what: &str, number: f64, unit: &'static str, budget: Budget) {
        self.lines.push(Line {
            what: what.to_owned(),
            middle: number,
            spread: None,
            unit,
            budget,
        });
    }

    /// Prints the table; fails where a budget is not kept.
    pub fn finish(self) -> Result<()> {
        say(&format!("\n  {:<66} {:>10} {:>18}   budget", "", "median", "spread"));
        let mut missed = 0;
        for line in &self.lines {
            let spread = line.spread.map_or_else(String::new, |(least, most)| {
                format!("{} to {}", number(least), number(most))
            });
            let (kept, budget) = match line.budget {
                Budget::AtLeast(least) => (Some(line.middle >= least), format!("at least {}", number(least))),
                Budget::AtMost(most) => (Some(line.middle <= most), format!("at most {}", number(most))),
                Budget::None => (None, String::new()),
            };
            missed += usize::from(kept == Some(false));
            let mark = match kept {
                Some(true) => "ok    ",
                Some(false) => "MISSED",
                None => "      ",
            };
            let middle = format!("{}{}", number(line.middle), line.unit);
            say(&format!(
                "  {:<66} {middle:>10} {spread:>18}   {mark} {budget}",
                line.what
            ));
        }
        if missed > 0 {
            bail!("{missed} of the budgets were missed");
        }
        Ok(())
    }
}

fn number(number: f64) -> String {
    if number >= 100.0 {
        format!("{number:.0}")
    } else {
        format!("{number:.2}")
    }
}

/// Prints a line.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
