//! The smallest real request to a model, to see whether it answers.

use contract::model_bindings::ModelTestResult;
use tokio::time::{Instant, timeout};

use super::failure::upstream;
use super::sink::Sink;
use super::wire::{ChatMessage, CompletionRequest, Sampling};
use super::{Ai, Caller, Model};
use crate::http::{ApiError, problem};

/// Enough for a model that reasons a little before it says ok; others need a few.
const TOKENS: i64 = 256;

impl Ai {
    /// Tries a model. What goes wrong with it is a result; what goes wrong here is an error.
    ///
    /// # Errors
    /// A use that is not allowed, or cannot be recorded.
    pub async fn test(&self, caller: &Caller, model: &Model) -> Result<ModelTestResult, ApiError> {
        let checked_at = self.base.clock.now();
        let started = Instant::now();
        let limit = self.outbound.limits().call;
        let asked = self.while_allowed(caller, Box::pin(self.smallest(caller, model)));
        let outcome = timeout(limit, asked).await.unwrap_or_else(|_| {
            let host = model.endpoint.destination.display();
            let detail = format!(
                "{host} didn't respond within {} seconds. Try again, or check its log.",
                limit.as_secs()
            );
            Err(upstream("timed-out", detail))
        });
        let mut result = ModelTestResult {
            ok: false,
            checked_at,
            latency_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
            model: None,
            error: None,
        };
        match outcome {
            Ok(reported) => {
                result.ok = true;
                result.model = reported;
            }
            Err(error) if is_about_the_model(&error) => {
                result.error = Some(Box::new(problem(error, &caller.request_id.0)));
            }
            Err(error) => return Err(error),
        }
        Ok(result)
    }

    async fn smallest(&self, caller: &Caller, model: &Model) -> Result<Option<String>, ApiError> {
        let sampling = Sampling {
            max_output_tokens: Some(TOKENS),
            ..Sampling::default()
        };
        let turns = [ChatMessage::User("Say ok.".to_owned())];
        let ask = CompletionRequest {
            provider: model.settings.provider,
            model_id: &model.settings.model_id,
            system: None,
            turns: &turns,
            tools: &[],
            schema: None,
            sampling: &sampling,
            stream: false,
        };
        match self.ask(caller, model, "test", ask, &Sink::none()).await {
            Ok(answer) => Ok(answer.model),
            // The key is right and the model is there: it thought too long for a test.
            Err(failure) if failure.spent => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }
}

fn is_about_the_model(error: &ApiError) -> bool {
    matches!(
        error.inner(),
        ApiError::Upstream { .. }
            | ApiError::RateLimited { .. }
            | ApiError::HostNotAllowed { .. }
            | ApiError::CredentialDeleted(_)
            | ApiError::ValueNotSendable(_)
    )
}
