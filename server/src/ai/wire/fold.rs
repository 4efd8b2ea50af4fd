//! Folds the events of a stream into an answer.

use contract::model_bindings::WireFormat;

use super::arguments::Nesting;
use super::{Call, Completion, Delta, Fault, anthropic, gemini, openai_chat, openai_responses};
use crate::outbound::Event;
use crate::outbound::intake::json::memory;

/// The most calls of tools in one answer.
pub(super) const MAX_CALLS: usize = 64;

/// The longest text, the longest reasoning, and the most that is passed to tools, in one answer, in bytes.
pub const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;

/// The longest id or name of a call, in bytes.
const MAX_ID_BYTES: usize = 1024;

/// Refuses an answer with more calls, or with more in them, than is read.
pub(super) fn check_calls(answer: &Completion) -> Result<(), Fault> {
    let is_large = answer.calls.iter().map(size).sum::<usize>() > MAX_TEXT_BYTES;
    if answer.calls.len() > MAX_CALLS || answer.calls.iter().any(|call| is_long(&call.id, &call.name)) || is_large {
        return Err(Fault::TooMuch);
    }
    Ok(())
}

/// `true` if an id or a name exceeds [`MAX_ID_BYTES`].
fn is_long(id: &str, name: &str) -> bool {
    id.len() > MAX_ID_BYTES || name.len() > MAX_ID_BYTES
}

/// The memory of a call, about.
fn size(call: &Call) -> usize {
    let signature = call.signature.as_ref().map_or(0, String::len);
    let arguments = usize::try_from(memory(&call.arguments)).unwrap_or(usize::MAX);
    arguments.saturating_add(signature)
}

/// An answer on its way. Its text and its reasoning go to whoever folds it, piece by piece, and are not kept here.
#[derive(Debug)]
pub struct Fold {
    format: WireFormat,
    pub(super) answer: Completion,
    pub(super) parts: Vec<Part>,
    /// Whether anything came that is in this format.
    pub(super) known: bool,
    /// Whether the provider said that it is done.
    pub(super) done: bool,
    /// Whether nothing comes any more.
    pub(super) over: bool,
    /// How much is passed to tools, in calls that came whole.
    called: usize,
}

/// A call of a tool on its way.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub index: u64,
    pub id: String,
    pub name: String,
    arguments: String,
    nesting: Nesting,
}

impl Part {
    /// Adds to the arguments.
    pub fn add(&mut self, more: &str) {
        self.arguments.push_str(more);
        self.nesting.add(more);
    }

    /// `true` once the arguments are a whole document.
    pub fn is_whole(&self) -> bool {
        self.nesting.is_whole()
    }
}

impl Fold {
    /// Nothing yet.
    pub fn new(format: WireFormat) -> Self {
        Self {
            format,
            answer: Completion::default(),
            parts: Vec::new(),
            known: false,
            done: false,
            over: false,
            called: 0,
        }
    }

    /// Takes the next event, and gives what it adds to the text and the reasoning.
    ///
    /// # Errors
    /// Where the provider ends its answer with an error, or calls tools with more than is read.
    pub fn event(&mut self, event: &Event) -> Result<Vec<Delta>, Fault> {
        let before = self.answer.calls.len();
        let mut pieces = match self.format {
            WireFormat::OpenaiChat => openai_chat::event(self, event),
            WireFormat::OpenaiResponses => openai_responses::event(self, event),
            WireFormat::Anthropic => anthropic::event(self, event),
            WireFormat::Gemini => gemini::event(self, event),
        }?;
        pieces.retain(|piece| match piece {
            Delta::Text(more) | Delta::Reasoning(more) => !more.is_empty(),
        });
        let whole = self.answer.calls.iter().skip(before);
        self.called += whole.map(size).sum::<usize>();
        let has_long_id = |part: &Part| is_long(&part.id, &part.name);
        let many = self.answer.calls.len() + self.parts.len() > MAX_CALLS;
        if many || self.parts.iter().any(has_long_id) || self.kept_bytes() > MAX_TEXT_BYTES {
            return Err(Fault::TooMuch);
        }
        Ok(pieces)
    }

    /// How much is passed to tools so far, in bytes.
    pub fn kept_bytes(&self) -> usize {
        let on_their_way: usize = self.parts.iter().map(|part| part.arguments.len()).sum();
        self.called + on_their_way
    }

    /// Whether the provider said its last word: whoever waits for the end of the connection may wait for long.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The answer without its text and its reasoning, at the end of the stream.
    ///
    /// # Errors
    /// Where the stream ended before the answer did.
    pub fn finish(mut self) -> Result<Completion, Fault> {
        if !self.done {
            return Err(if self.known { Fault::Cut } else { Fault::NotThisApi });
        }
        self.answer.text.clear();
        self.answer.reasoning.clear();
        let calls = self.parts.into_iter().map(|part| Call {
            id: part.id,
            name: part.name,
            arguments: part.arguments.into(),
            signature: None,
        });
        self.answer.calls.extend(calls);
        Ok(self.answer)
    }

    /// The call with this index; nothing where there are too many.
    pub(super) fn part(&mut self, index: u64) -> Option<&mut Part> {
        match self.parts.iter().position(|part| part.index == index) {
            Some(at) => self.parts.get_mut(at),
            None => self.open(index),
        }
    }

    /// Another call; nothing where there are too many.
    pub(super) fn open(&mut self, index: u64) -> Option<&mut Part> {
        if self.parts.len() >= MAX_CALLS {
            return None;
        }
        self.parts.push(Part {
            index,
            ..Part::default()
        });
        self.parts.last_mut()
    }
}
