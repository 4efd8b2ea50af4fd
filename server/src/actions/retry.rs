//! When a failed request is repeated.

use std::time::Duration;

use contract::ai::Retries;

use super::{Actions, Task};
use crate::ai::wire::{Completion, CompletionRequest};
use crate::ai::{Caller, Failure, Retry, Sink};
use crate::clock::chance;

const ATTEMPTS: u32 = 3;
const BACKOFF_MS: u64 = 500;
const MAX_DELAY_MS: u64 = 10_000;
const JITTER: f64 = 0.2;
const MULTIPLIER: f64 = 2.0;

/// The delay before the next attempt; `None` if there is no further attempt.
fn wait(retries: Option<Retries>, attempt: u32, retry: Retry, chance: f64) -> Option<Duration> {
    let retries = retries.filter(|retries| retries.enabled)?;
    if attempt >= retries.max_attempts.unwrap_or(ATTEMPTS) {
        return None;
    }
    let most = Duration::from_millis(retries.max_delay_ms.unwrap_or(MAX_DELAY_MS));
    match retry {
        Retry::Never => None,
        // A longer delay than the maximum ends the retries.
        Retry::After(wait) => (wait <= most).then_some(wait),
        Retry::Backoff => {
            let first = Duration::from_millis(retries.backoff_ms.unwrap_or(BACKOFF_MS)).as_secs_f64();
            let power = i32::try_from(attempt).unwrap_or(1) - 1;
            let longer = first * retries.multiplier.unwrap_or(MULTIPLIER).powi(power);
            let spread = 1.0 + retries.jitter.unwrap_or(JITTER) * (chance * 2.0 - 1.0);
            Some(Duration::try_from_secs_f64(longer * spread).unwrap_or(most).min(most))
        }
    }
}

impl Actions {
    /// Asks the model of a task, again and again as its settings allow. Each time is a use of its own, on record.
    pub(super) async fn ask(
        &self,
        caller: &Caller,
        task: &Task,
        purpose: &str,
        ask: CompletionRequest<'_>,
        sink: &Sink,
    ) -> Result<Completion, Failure> {
        let mut attempt = 1;
        loop {
            let failure = match self.bindings.ai().ask(caller, &task.model, purpose, ask, sink).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match wait(task.settings.retries, attempt, failure.retry, chance()) {
                Some(time) => tokio::time::sleep(time).await,
                None => return Err(failure),
            }
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use contract::ai::Retries;

    use super::wait;
    use crate::ai::Retry;

    #[test]
    fn waits_grow_up_to_their_limit_and_a_providers_own_time_is_kept_or_told() {
        let retries = Some(Retries {
            enabled: true,
            max_attempts: Some(9),
            max_delay_ms: Some(3000),
            ..Retries::default()
        });
        let millis = |attempt, chance| wait(retries, attempt, Retry::Backoff, chance).map(|wait| wait.as_millis());
        assert_eq!(millis(1, 0.5), Some(500));
        assert_eq!(millis(1, 0.0), Some(400));
        assert_eq!(millis(2, 0.5), Some(1000));
        assert_eq!(millis(8, 0.5), Some(3000));
        assert_eq!(millis(9, 0.5), None);
        let after = |seconds| wait(retries, 1, Retry::After(Duration::from_secs(seconds)), 0.5);
        assert_eq!(after(2), Some(Duration::from_secs(2)));
        assert_eq!(after(4), None);
        assert_eq!(wait(retries, 1, Retry::Never, 0.5), None);
        assert_eq!(wait(None, 1, Retry::Backoff, 0.5), None);
        let off = Some(Retries {
            max_attempts: Some(9),
            ..Retries::default()
        });
        assert_eq!(wait(off, 1, Retry::Backoff, 0.5), None);
    }
}
