//! The settings of a stop.

use std::time::Duration;

use anyhow::ensure;

use super::Options;

/// The longest time that a setting takes.
const MOST: u32 = 3600;

/// How long a stop takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopTimes {
    /// `/readyz` answers 503 and requests are still taken.
    pub drain: Duration,
    /// Running requests are finished and no new ones are taken.
    pub stop: Duration,
}

impl StopTimes {
    /// # Errors
    /// A sentence that names a setting out of its range.
    pub(super) fn of(given: &Options, file: &Options) -> anyhow::Result<Self> {
        let seconds = |name: &str, number: Option<u32>, default: u32| {
            let number = number.unwrap_or(default);
            ensure!(
                number <= MOST,
                "The setting {name} is out of range. Use a number from 0 to {MOST}."
            );
            Ok(Duration::from_secs(number.into()))
        };
        Ok(Self {
            drain: seconds("drain_time", given.drain_time.or(file.drain_time), 2)?,
            stop: seconds("stop_time", given.stop_time.or(file.stop_time), 10)?,
        })
    }
}
