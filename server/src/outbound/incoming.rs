//! Responses of peers whose body has not been read, and classified errors.

use std::error::Error as StdError;
use std::time::Duration;

use futures::stream::{StreamExt as _, TryStreamExt as _};
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::address::AddressFault;
use super::intake::{Body, Charged, Document, Events, Grant, Message, Workers};
use super::quoting::QuoteFilter;
use super::redact::Redactor;
use super::{Limits, OutboundError, Unreachable};

/// An answer whose body has not been read.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) response: reqwest::Response,
    pub(super) redactor: Redactor,
    pub(super) quotes: QuoteFilter,
    pub(super) grant: Grant,
    pub(super) workers: Workers,
    pub(super) limits: Limits,
}

impl Incoming {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// What finds the secret of this exchange.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The filter for the words of this receiver.
    pub fn quotes(&self) -> &QuoteFilter {
        &self.quotes
    }

    /// A header as text; nothing where it holds the secret.
    pub fn header(&self, name: &str) -> Option<&str> {
        let text = self.response.headers().get(name)?.to_str().ok()?;
        (!self.redactor.finds(text)).then_some(text)
    }

    /// Whether the content type is this one, whatever its parameters.
    pub fn is(&self, media_type: &str) -> bool {
        self.header("content-type")
            .and_then(|text| text.split(';').next())
            .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }

    /// Whether the answer says that it has no body.
    pub fn is_empty(&self) -> bool {
        self.response.content_length() == Some(0)
    }

    /// Refuses answers that cannot be scanned as they are, although nothing else was asked for.
    pub(super) fn check(&self) -> Result<(), OutboundError> {
        let status = self.status();
        let in_parts = self.response.headers().get_all(CONTENT_TYPE).iter().any(|kind| {
            let kind = kind.as_bytes().trim_ascii_start();
            kind.get(..20)
                .is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/byteranges"))
        });
        if in_parts || matches!(status, StatusCode::PARTIAL_CONTENT | StatusCode::SWITCHING_PROTOCOLS) {
            return Err(OutboundError::Partial {
                status: status.as_u16(),
            });
        }
        if self.is_encoded() {
            return Err(OutboundError::Encoded);
        }
        Ok(())
    }

    /// Whether the body has a content encoding.
    pub fn is_encoded(&self) -> bool {
        let plain = |encoding: &[u8]| {
            encoding
                .split(|byte| *byte == b',')
                .all(|name| matches!(name.trim_ascii().to_ascii_lowercase().as_slice(), b"" | b"identity"))
        };
        let mut encodings = self.response.headers().get_all(CONTENT_ENCODING).iter();
        !encodings.all(|encoding| plain(encoding.as_bytes()))
    }

    /// The scanned body, whole.
    pub async fn bytes(self, limit: u64) -> Result<Charged, OutboundError> {
        if self.response.content_length().is_some_and(|length| length > limit) {
            return Err(OutboundError::TooLarge { limit });
        }
        self.body(limit).whole().await
    }

    /// The document of the body; `None` if it is not JSON.
    pub async fn document(self, limit: u64) -> Result<Option<Document>, OutboundError> {
        let (workers, redactor) = (self.workers.clone(), self.redactor.clone());
        let bytes = Box::pin(self.bytes(limit)).await?;
        bytes.document(&workers, &redactor).await
    }

    /// The message of MCP in the body; `None` if there is none.
    pub async fn message(self, limit: u64) -> Result<Option<Message>, OutboundError> {
        let (workers, redactor) = (self.workers.clone(), self.redactor.clone());
        let bytes = Box::pin(self.bytes(limit)).await?;
        bytes.message(&workers, &redactor).await
    }

    /// The document at the beginning of a body that says failure; `None` if that is not JSON, or anything else fails.
    pub async fn failure(self) -> Option<Document> {
        let (workers, redactor, limit) = (self.workers.clone(), self.redactor.clone(), self.limits.failure_bytes);
        let beginning = self.body(limit).beginning().await?;
        beginning.document(&workers, &redactor).await.ok()?
    }

    /// The same as a text.
    pub async fn failure_text(self) -> Option<String> {
        let (redactor, limit) = (self.redactor.clone(), self.limits.failure_bytes);
        let beginning = self.body(limit).beginning().await?;
        let text = String::from_utf8_lossy(&beginning.bytes);
        Some(redactor.text(&text).into_owned())
    }

    /// The events of the body.
    pub fn events(self, limit: u64) -> Events {
        let (workers, redactor) = (self.workers.clone(), self.redactor.clone());
        Events::new(self.body(limit), redactor, workers)
    }

    fn body(self, limit: u64) -> Body {
        let connect = self.limits.connect;
        let chunks = self.response.bytes_stream();
        Body::new(
            chunks.map_err(move |error| classify(&error, connect)).boxed(),
            self.redactor.scanner(),
            limit,
            self.limits.read,
            self.workers,
            self.grant,
        )
    }
}

/// Finds out what a failure was. reqwest's own text is not used: it holds the whole URL.
pub(super) fn classify(error: &reqwest::Error, connect: Duration) -> OutboundError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(fault) = current.downcast_ref::<AddressFault>() {
            return (*fault).into();
        }
        if current.is::<rustls::Error>() {
            return OutboundError::Unreachable(Unreachable::Tls);
        }
        cause = match current.downcast_ref::<std::io::Error>() {
            Some(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                return OutboundError::Unreachable(Unreachable::Closed);
            }
            // An io::Error's source is that of what it wraps: ask for the wrapped error itself.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => current.source(),
        };
    }
    if error.is_timeout() {
        OutboundError::TimedOut(connect)
    } else {
        OutboundError::Unreachable(Unreachable::Broken)
    }
}
