//! The events of a stream: assembled within a limit of size, parsed within the budget, redacted.

use serde_json::Value;
use sse_stream::Sse;

use super::super::OutboundError;
use super::super::redact::Redactor;
use super::sse::SseDecoder;
use super::{Body, Grant, Workers, parse};

/// The largest event, in bytes.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// The largest event that holds images, or the whole response at the end of its stream, in bytes.
const MAX_LARGE_EVENT_BYTES: usize = 8 * 1024 * 1024;

/// Words by which such an event is known.
const LARGE_EVENTS: &[&str] = &[
    "\"image",
    "\"audio",
    "\"blob\"",
    "\"inlineData\"",
    "\"response.completed\"",
    "\"response.incomplete\"",
    "\"response.failed\"",
];

/// A redacted event.
#[derive(Debug)]
pub(in super::super) struct Event {
    pub name: Option<String>,
    pub id: Option<String>,
    pub retry: Option<u64>,
    pub data: Data,
    /// The memory that is charged for it until the next event is asked for.
    pub memory: u64,
}

/// The data of an event.
#[derive(Debug)]
pub(in super::super) enum Data {
    None,
    Json(Value),
    Text(String),
}

/// The events of a body.
pub(in super::super) struct Events {
    body: Body,
    decoder: SseDecoder,
    /// The last chunk, and how far it is used up.
    chunk: Vec<u8>,
    used: usize,
    /// The bytes that the reader keeps of earlier events.
    kept: u64,
    redactor: Redactor,
    workers: Workers,
}

impl Events {
    pub fn new(body: Body, redactor: Redactor, workers: Workers) -> Self {
        Self {
            body,
            decoder: SseDecoder::new(MAX_LARGE_EVENT_BYTES),
            chunk: Vec::new(),
            used: 0,
            kept: 0,
            redactor,
            workers,
        }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Result<Option<Event>, OutboundError> {
        loop {
            let mut rest = &self.chunk[self.used..];
            let found = self.decoder.next(&mut rest);
            self.used = self.chunk.len() - rest.len();
            let found = found.map_err(|over| OutboundError::TooLarge {
                limit: over.limit as u64,
            })?;
            if let Some(event) = found {
                return self.read(event).await.map(Some);
            }
            self.charge(self.decoder.held())?;
            let is_inside = self.decoder.held() > 0;
            let Some(chunk) = self.body.next(is_inside).await? else {
                return Ok(None);
            };
            self.charge(self.decoder.held() + chunk.len())?;
            self.chunk = chunk;
            self.used = 0;
        }
    }

    /// Charges the bytes that the reader keeps of what it has read so far.
    pub fn keep(&mut self, bytes: usize) {
        self.kept = bytes as u64;
    }

    /// Moves the charge of an event into a grant of its own.
    pub fn split(&mut self, event: &Event) -> Option<Grant> {
        self.body.grant().map(|grant| grant.split(event.memory))
    }

    /// Ends the reading. The grant holds what the reader keeps.
    pub fn into_grant(mut self) -> Result<Grant, OutboundError> {
        let mut grant = self.body.take_grant().ok_or(OutboundError::Failed)?;
        grant.hold(self.kept)?;
        grant.hold_undecided(0)?;
        Ok(grant)
    }

    fn charge(&mut self, bytes: usize) -> Result<(), OutboundError> {
        let bytes = self.kept.saturating_add(bytes as u64);
        let grant = self.body.grant().ok_or(OutboundError::Failed)?;
        grant.hold(bytes)?;
        Ok(())
    }

    async fn read(&mut self, event: Sse) -> Result<Event, OutboundError> {
        let data = event.data.unwrap_or_default();
        if data.len() > MAX_EVENT_BYTES && !is_large(&data, event.event.as_deref()) {
            return Err(OutboundError::TooLarge {
                limit: MAX_EVENT_BYTES as u64,
            });
        }
        self.charge(self.chunk.len() + data.len())?;
        let size = data.len();
        let mut grant = self.body.take_grant().ok_or(OutboundError::Failed)?;
        let redactor = self.redactor.clone();
        let work = move || {
            let before = grant.held();
            let read = read_data(&redactor, data, &mut grant);
            let memory = grant.held().saturating_sub(before);
            read.map(|data| (data, memory, grant))
        };
        let (data, memory, grant) = self.workers.run(size, work).await.ok_or(OutboundError::Failed)??;
        self.body.put_grant(grant);
        let clean = |text: &String| !self.redactor.finds(text);
        Ok(Event {
            name: event.event.filter(clean),
            id: event.id.filter(clean),
            retry: event.retry,
            data,
            memory,
        })
    }
}

fn read_data(redactor: &Redactor, data: String, grant: &mut Grant) -> Result<Data, OutboundError> {
    if data.is_empty() {
        return Ok(Data::None);
    }
    Ok(match parse(redactor, data.as_bytes(), grant)? {
        Some(document) => Data::Json(document),
        None => Data::Text(redactor.text(&data).into_owned()),
    })
}

/// Whether an event may be larger than others: it holds images, or the whole response.
fn is_large(data: &str, name: Option<&str>) -> bool {
    name.is_some_and(|name| name.starts_with("response.")) || LARGE_EVENTS.iter().any(|word| data.contains(word))
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
