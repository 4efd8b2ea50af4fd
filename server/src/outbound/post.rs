//! JSON sent to an API that is not MCP: what comes back is scanned as bytes before a parser reads it, and once more
//! inside the parsed document, where every escape is undone.

use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;
use url::Url;

use super::client::Outgoing;
use super::incoming::Incoming;
use super::intake::{Data, Document, Events, Grant};
use super::redact::Redactor;
use super::{Bearer, Outbound, OutboundError};

const SSE: &str = "text/event-stream";
const JSON: &str = "application/json";

/// How much larger a stream may be than a whole answer: around each word stands a document that says what it is.
const STREAM_FACTOR: u64 = 8;

/// What is sent.
#[derive(Debug)]
pub struct Post<'a> {
    /// Where to.
    pub url: &'a Url,
    /// Headers that are no secrets.
    pub headers: HeaderMap,
    /// The body.
    pub body: &'a Value,
    /// The secret.
    pub bearer: Option<&'a Bearer>,
}

/// An answer whose body has not been read.
#[derive(Debug)]
pub struct Reply {
    incoming: Incoming,
    answer_bytes: u64,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its data, where that is JSON.
    pub data: Option<Value>,
    /// Its data as a text, where it is no JSON.
    pub text: Option<String>,
}

impl Outbound {
    /// Sends JSON.
    ///
    /// # Errors
    /// As for every request: no connection, a destination that is refused, a redirect, or 401.
    pub async fn post(&self, post: Post<'_>) -> Result<Reply, OutboundError> {
        let mut headers = post.headers;
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json, text/event-stream"));
        let request = Outgoing {
            method: Method::POST,
            url: post.url,
            headers,
            body: Some(post.body.to_string().into()),
            earlier: Vec::new(),
            bearer: post.bearer,
            // Some providers answer so where the key is right and the model is not for it.
            reads_forbidden: true,
        };
        Ok(Reply {
            incoming: Box::pin(self.send(request)).await?,
            answer_bytes: self.limits().answer_bytes,
        })
    }
}

impl Reply {
    /// The status.
    pub fn status(&self) -> u16 {
        self.incoming.status().as_u16()
    }

    /// Whether the status says that it worked.
    pub fn is_success(&self) -> bool {
        self.incoming.status().is_success()
    }

    /// Whether a stream of events comes.
    pub fn is_event_stream(&self) -> bool {
        self.incoming.is(SSE)
    }

    /// When to come back, as the other server says it.
    pub fn retry_after(&self) -> Option<String> {
        self.incoming.header(RETRY_AFTER.as_str()).map(str::to_owned)
    }

    /// What finds the secret of this exchange.
    pub fn redactor(&self) -> Redactor {
        self.incoming.redactor().clone()
    }

    /// The document of an answer; `None` if it is no JSON.
    ///
    /// # Errors
    /// Where the answer is too large, or breaks off.
    pub async fn json(self) -> Result<Option<Document>, OutboundError> {
        Box::pin(self.incoming.document(self.answer_bytes)).await
    }

    /// The document of an answer that says failure; `None` if its beginning is no JSON.
    pub async fn failure(self) -> Option<Document> {
        Box::pin(self.incoming.failure()).await
    }

    /// The events of a stream, until it ends or breaks off.
    pub fn events(self) -> ReplyEvents {
        ReplyEvents(self.incoming.events(self.answer_bytes.saturating_mul(STREAM_FACTOR)))
    }
}

/// The events of a stream.
#[derive(Debug)]
pub struct ReplyEvents(Events);

impl ReplyEvents {
    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// Where the stream breaks off, or an event is too large.
    pub async fn next(&mut self) -> Result<Option<Event>, OutboundError> {
        let Some(event) = Box::pin(self.0.next()).await? else {
            return Ok(None);
        };
        let (data, text) = match event.data {
            Data::Json(document) => (Some(document), None),
            Data::Text(text) => (None, Some(text)),
            Data::None => (None, Some(String::new())),
        };
        Ok(Some(Event {
            name: event.name,
            data,
            text,
        }))
    }

    /// Ends the reading, and gives its grant, which holds what the caller keeps.
    ///
    /// # Errors
    /// Where the stream has failed before.
    pub fn into_grant(self) -> Result<Grant, OutboundError> {
        self.0.into_grant()
    }

    /// Charges the bytes that the caller keeps of the events so far.
    pub fn keep(&mut self, bytes: usize) {
        self.0.keep(bytes);
    }
}
