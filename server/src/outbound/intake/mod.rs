//! All bytes that come from peers pass here: bodies of HTTP answers, events of streams, lines of programs.
//!
//! Each read has a grant of the process's byte budget, which is charged before memory is taken. Documents are parsed
//! with a limit of nodes, events and lines are assembled with a limit of size, and each read has limits of time.

mod body;
pub mod budget;
mod events;
pub mod json;
pub mod sse;
mod workers;

use rmcp::model::ServerJsonRpcMessage;
use serde_json::Value;

use super::OutboundError;
use super::redact::Redactor;

pub(super) use body::Body;
pub use body::ReadLimits;
use budget::OverBudget;
pub use budget::{Account, Grant, ReadBudget};
pub(super) use events::{Data, Event, Events};
use json::JsonFault;
pub use workers::Workers;

impl From<OverBudget> for OutboundError {
    fn from(over: OverBudget) -> Self {
        match over {
            OverBudget::Own { share } => Self::TooComplex { limit: share },
            OverBudget::Others => Self::Busy,
        }
    }
}

/// A redacted document. Its memory stays charged while this lives.
#[derive(Debug)]
pub struct Document {
    /// The document.
    pub value: Value,
    grant: Grant,
}

impl Document {
    /// The memory that it takes, in bytes.
    pub fn bytes(&self) -> usize {
        usize::try_from(self.grant.held()).unwrap_or(usize::MAX)
    }

    /// The document, and the grant that is charged with its memory.
    pub fn into_parts(self) -> (Value, Grant) {
        (self.value, self.grant)
    }
}

/// A message of MCP, and the grant that is charged with its memory.
#[derive(Debug)]
pub(super) struct Message {
    pub message: ServerJsonRpcMessage,
    pub grant: Grant,
}

/// Bytes of a peer, charged to their grant.
#[derive(Debug)]
pub(super) struct Charged {
    pub bytes: Vec<u8>,
    pub grant: Grant,
}

impl Charged {
    /// Parses and redacts a document; `None` if the bytes are not JSON.
    pub async fn document(self, workers: &Workers, redactor: &Redactor) -> Result<Option<Document>, OutboundError> {
        let redactor = redactor.clone();
        workers
            .run(self.bytes.len(), move || {
                let Self { bytes, mut grant } = self;
                let before = grant.held();
                let Some(value) = parse(&redactor, &bytes, &mut grant)? else {
                    return Ok(None);
                };
                let memory = grant.held().saturating_sub(before);
                drop(bytes);
                grant.hold(memory)?;
                Ok(Some(Document { value, grant }))
            })
            .await
            .ok_or(OutboundError::Failed)?
    }

    /// Reads and redacts a message of MCP from scanned bytes; `None` if they are none.
    pub async fn message(self, workers: &Workers, redactor: &Redactor) -> Result<Option<Message>, OutboundError> {
        let redactor = redactor.clone();
        workers
            .run(self.bytes.len(), move || self.into_message(&redactor))
            .await
            .ok_or(OutboundError::Failed)?
    }

    /// The same from bytes that were not scanned.
    pub async fn scanned_message(
        mut self,
        workers: &Workers,
        redactor: &Redactor,
    ) -> Result<Option<Message>, OutboundError> {
        let redactor = redactor.clone();
        workers
            .run(self.bytes.len(), move || {
                let mut scanner = redactor.scanner();
                let mut clean = scanner.push(&self.bytes);
                clean.extend(scanner.finish());
                self.bytes = clean;
                self.into_message(&redactor)
            })
            .await
            .ok_or(OutboundError::Failed)?
    }

    fn into_message(self, redactor: &Redactor) -> Result<Option<Message>, OutboundError> {
        let Self { bytes, mut grant } = self;
        let before = grant.held();
        let Some(value) = parse(redactor, &bytes, &mut grant)? else {
            return Ok(None);
        };
        let memory = grant.held().saturating_sub(before);
        drop(bytes);
        // The types of the library are made from a copy.
        grant.hold(memory.saturating_mul(2))?;
        let Ok(message) = serde_json::from_value(value) else {
            return Ok(None);
        };
        grant.hold(memory)?;
        Ok(Some(Message { message, grant }))
    }
}

/// Parses a document, charged on top of what the grant holds, and redacts it; `None` if the bytes are not JSON.
fn parse(redactor: &Redactor, bytes: &[u8], grant: &mut Grant) -> Result<Option<Value>, OutboundError> {
    let before = grant.held();
    match json::parse(bytes, &mut |memory| grant.hold(before.saturating_add(memory))) {
        Ok(mut document) => {
            redactor.json(&mut document);
            Ok(Some(document))
        }
        Err(JsonFault::Syntax) => Ok(None),
        Err(JsonFault::TooManyNodes) => Err(OutboundError::TooManyNodes),
        Err(JsonFault::Budget(over)) => Err(over.into()),
    }
}
