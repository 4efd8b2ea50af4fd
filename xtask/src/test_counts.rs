//! How many tests ran, read from what the test runners say at their end.

use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that are marked to be left out.
    pub skipped: u64,
}

impl Counts {
    /// Sums the lines `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    pub fn of_cargo_test(output: &str) -> Self {
        let mut counts = Self::default();
        for line in output.lines().filter(|line| is_cargo_result(line)) {
            let number = |word: &str| {
                line.split([';', '.'])
                    .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
                    .unwrap_or(0)
            };
            counts += Self {
                passed: number("passed"),
                failed: number("failed"),
                skipped: number("ignored"),
            };
        }
        counts
    }

    /// Reads the statistics of Playwright's JSON report.
    pub fn of_playwright(report: &serde_json::Value) -> Self {
        let number = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
        Self {
            passed: number("expected"),
            failed: number("unexpected") + number("flaky"),
            skipped: number("skipped"),
        }
    }

    /// Whether no test ran at all.
    pub fn is_empty(self) -> bool {
        self.passed + self.failed == 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Whether the line closes one test program of `cargo test`.
pub fn is_cargo_result(line: &str) -> bool {
    line.starts_with("test result: ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_closing_lines_of_cargo_test_are_summed() {
        let output = "running 2 tests\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 1.20s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(
            Counts::of_cargo_test(output),
            Counts {
                passed: 15,
                failed: 2,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_test_that_passes_at_the_second_try_has_failed() {
        let report = json!({ "stats": { "expected": 4, "unexpected": 1, "flaky": 1, "skipped": 2 } });
        assert_eq!(
            Counts::of_playwright(&report),
            Counts {
                passed: 4,
                failed: 2,
                skipped: 2
            }
        );
    }
}
