//! One request to a model: its use is put on record, it is sent, and what comes back is scanned before it is read.

use contract::ai::ActionEvent;
use serde_json::Value;

use super::failure::{About, Failure, Retry, lower_words};
use super::sink::Sink;
use super::wire::{self, Completion, CompletionRequest, Delta, Fault, Fold, MAX_TEXT_BYTES};
use super::{Ai, Caller, Model};
use crate::outbound::redact::{Redactor, WordBuffer};
use crate::outbound::{Bearer, Outbound, OutboundError, Post, Reply};

impl Ai {
    /// Asks a model once. A streamed answer goes to the sink while it comes, and is given whole at the end.
    ///
    /// # Errors
    /// Why there is no answer, and whether asking again may help: never after something was streamed.
    pub async fn ask(
        &self,
        caller: &Caller,
        model: &Model,
        purpose: &str,
        ask: CompletionRequest<'_>,
        sink: &Sink,
    ) -> Result<Completion, Failure> {
        let mut body = wire::body(&ask);
        loop {
            // A setting that is left out is left out for good, and they are few.
            if let Some(answer) = self.once(caller, model, purpose, &ask, &mut body, sink).await? {
                return Ok(answer);
            }
        }
    }

    /// One request. Nothing where the model refuses a setting by its name, which is then no more in the body.
    async fn once(
        &self,
        caller: &Caller,
        model: &Model,
        purpose: &str,
        ask: &CompletionRequest<'_>,
        body: &mut Value,
        sink: &Sink,
    ) -> Result<Option<Completion>, Failure> {
        let url = wire::url(ask, &model.endpoint);
        let ready = self.ready(caller, model, &url, purpose).await?;
        let about = About {
            subject: &ready.subject,
            provider: model.settings.provider,
            model_id: &model.settings.model_id,
            now: self.base.clock.now(),
            sent_as: ready.bearer.as_ref().map(Bearer::sent_as),
            quotes: ready
                .bearer
                .as_ref()
                .map(|bearer| bearer.quotes().clone())
                .unwrap_or_default(),
        };
        let post = Post {
            url: &url,
            headers: wire::headers(model.settings.provider, model.settings.organization.as_deref()),
            body,
            bearer: ready.bearer.as_ref(),
        };
        let outbound = self.outbound.charged_to((&caller.principal).into());
        let reply = outbound.post(post).await.map_err(|error| about.outbound(error))?;
        if !reply.is_success() {
            let (status, wait) = (reply.status(), reply.retry_after());
            let document = reply.failure().await;
            let document = document.as_ref().map(|document| &document.value);
            let refused = || lower_words(document);
            if matches!(status, 400 | 422) && wire::leave_out(ask.provider, body, &refused()) {
                return Ok(None);
            }
            return Err(about.status(status, document, wait.as_deref()));
        }
        let format = ask.provider.wire_format();
        if reply.is_event_stream() {
            return Box::pin(streamed(&outbound, reply, Fold::new(format), &about, sink))
                .await
                .map(Some);
        }
        let redactor = reply.redactor();
        let document = reply.json().await.map_err(|error| about.outbound(error))?;
        let document = document.ok_or_else(|| about.fault(Fault::NotThisApi))?;
        let bytes = document.bytes();
        let (document, mut grant) = document.into_parts();
        let read = self.outbound.work(bytes, move || {
            let mut answer = match wire::read(format, &document) {
                Ok(answer) => answer,
                Err(fault) => return Ok(Err(fault)),
            };
            answer.read_arguments(&mut grant)?;
            // What the format hides in texts, it hides from the scan of the document.
            clean_calls(&redactor, &mut answer);
            answer.text = redactor.text(&answer.text).into_owned();
            answer.reasoning = redactor.text(&answer.reasoning).into_owned();
            Ok(Ok(answer))
        });
        let read = read.await.flatten().map_err(|error| about.outbound(error))?;
        let answer = read.map_err(|fault| about.fault(fault))?;
        // A server that does not stream answers at once.
        if !answer.text.is_empty() {
            let delta = answer.text.clone();
            sink.send(ActionEvent::Text { delta }).await;
        }
        Ok(Some(answer))
    }
}

/// Reads a stream to its end.
async fn streamed(
    outbound: &Outbound,
    reply: Reply,
    mut fold: Fold,
    about: &About<'_>,
    sink: &Sink,
) -> Result<Completion, Failure> {
    let redactor = reply.redactor();
    let mut text = RedactedTextStream::new(outbound, &redactor, |delta| ActionEvent::Text { delta });
    let mut reasoning = RedactedTextStream::new(outbound, &redactor, |delta| ActionEvent::Reasoning { delta });
    let mut events = reply.events();
    let mut call_bytes = 0;
    let outcome = loop {
        events.keep(text.kept_bytes() + reasoning.kept_bytes() + fold.kept_bytes());
        match events.next().await {
            Ok(None) => break fold.finish().map_err(|fault| about.fault(fault)),
            Err(error) => break Err(about.outbound(error)),
            Ok(Some(event)) => match fold.event(&event) {
                Err(fault) => break Err(about.fault(fault)),
                Ok(pieces) => {
                    call_bytes = fold.kept_bytes();
                    let mut added = Ok(());
                    for piece in pieces {
                        added = match piece {
                            Delta::Text(more) => text.add(more, sink).await,
                            Delta::Reasoning(more) => reasoning.add(more, sink).await,
                        };
                        if added.is_err() {
                            break;
                        }
                    }
                    if let Err(error) = added {
                        break Err(about.outbound(error));
                    }
                    if text.read_bytes.max(reasoning.read_bytes) > MAX_TEXT_BYTES {
                        break Err(about.fault(Fault::TooMuch));
                    }
                    if fold.is_over() {
                        break fold.finish().map_err(|fault| about.fault(fault));
                    }
                }
            },
        }
    };
    let mut ended = reasoning.end(sink).await;
    if ended.is_ok() {
        ended = text.end(sink).await;
    }
    match ended.map_err(|error| about.outbound(error)).and(outcome) {
        Ok(mut answer) => {
            events.keep(text.kept_bytes() + reasoning.kept_bytes() + call_bytes);
            let mut grant = events.into_grant().map_err(|error| about.outbound(error))?;
            let read = outbound.work(call_bytes, move || {
                answer.read_arguments(&mut grant)?;
                clean_calls(&redactor, &mut answer);
                Ok(answer)
            });
            let mut answer = read.await.flatten().map_err(|error| about.outbound(error))?;
            answer.text = text.whole;
            answer.reasoning = reasoning.whole;
            Ok(answer)
        }
        Err(failure) => {
            let nothing_told = text.whole.is_empty() && reasoning.whole.is_empty();
            let retry = if nothing_told { failure.retry } else { Retry::Never };
            Err(Failure { retry, ..failure })
        }
    }
}

fn clean_calls(redactor: &Redactor, answer: &mut Completion) {
    for call in &mut answer.calls {
        redactor.json(&mut call.arguments);
        call.name = redactor.text(&call.name).into_owned();
        call.id = redactor.text(&call.id).into_owned();
    }
}

/// A text that is sent in pieces. The scan of the bytes does not see a value that the format cut in two, so the text
/// itself is scanned, by [`WordBuffer`].
struct RedactedTextStream {
    outbound: Outbound,
    words: Option<Box<WordBuffer>>,
    event: fn(String) -> ActionEvent,
    whole: String,
    /// What came, of which `whole` holds what was passed on.
    read_bytes: usize,
}

impl RedactedTextStream {
    fn new(outbound: &Outbound, redactor: &Redactor, event: fn(String) -> ActionEvent) -> Self {
        Self {
            outbound: outbound.clone(),
            words: Some(Box::new(redactor.words())),
            event,
            whole: String::new(),
            read_bytes: 0,
        }
    }

    /// The memory that the text takes.
    fn kept_bytes(&self) -> usize {
        self.read_bytes.max(self.whole.len())
    }

    /// Scans one more piece, a large one away from the threads that serve requests.
    async fn add(&mut self, more: String, sink: &Sink) -> Result<(), OutboundError> {
        self.read_bytes += more.len();
        if let Some(mut words) = self.words.take() {
            let scanned = self.outbound.work(more.len(), move || {
                let clean = words.push(&more);
                (words, clean)
            });
            let (words, clean) = scanned.await?;
            self.words = Some(words);
            self.send(clean, sink).await;
        }
        Ok(())
    }

    async fn end(&mut self, sink: &Sink) -> Result<(), OutboundError> {
        if let Some(words) = self.words.take() {
            let unsent = self.read_bytes.saturating_sub(self.whole.len());
            let rest = self.outbound.work(unsent, move || words.finish()).await?;
            self.send(rest, sink).await;
        }
        Ok(())
    }

    async fn send(&mut self, delta: String, sink: &Sink) {
        if !delta.is_empty() {
            self.whole.push_str(&delta);
            sink.send((self.event)(delta)).await;
        }
    }
}
