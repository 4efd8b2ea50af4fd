//! What carries the messages of a session, and what its failures mean.

use std::time::Duration;

use rmcp::model::{ErrorCode, ErrorData};
use rmcp::service::ClientInitializeError;
use rmcp::transport::DynamicTransportError;
use rmcp::transport::streamable_http_client::StreamableHttpError;
use tokio::time::timeout;

use super::super::stdio::Running;
use super::super::{NotMcp, OutboundError, QuoteFilter, Unreachable, UpstreamText};
use super::send_gate::{SendGate, SendPermit};
use super::transport::McpHttp;

/// How long the end of a child is waited for, to tell how it was.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// What carries the messages.
#[derive(Debug)]
pub(super) enum Carrier {
    Http(McpHttp),
    Stdio(Running, SendGate),
}

impl Carrier {
    /// Allows sending until the permit is dropped. Pipes are always open: no secret goes through them that
    /// the child was not started with.
    pub fn permit(&self) -> SendPermit {
        match self {
            Self::Http(http) => http.gate().open(),
            Self::Stdio(_, gate) => gate.open(),
        }
    }

    /// The filter for words of the server.
    fn quotes(&self) -> QuoteFilter {
        match self {
            Self::Http(http) => http.quotes(),
            Self::Stdio(running, _) => running.quotes().clone(),
        }
    }

    /// An error of the protocol.
    pub fn rejected(&self, data: &ErrorData) -> OutboundError {
        OutboundError::Rejected {
            code: data.code.0,
            message: self.quotes().quote(UpstreamText::of_scanned(&data.message)),
        }
    }

    /// What went wrong below the protocol. A child that closed its output is waited for: it tells more.
    pub async fn failure(&self) -> Option<OutboundError> {
        match self {
            Self::Http(http) => http.take_failure(),
            Self::Stdio(running, _) => timeout(LAST_WORDS, running.ended()).await.ok(),
        }
    }

    pub async fn transport_error(&self, error: &DynamicTransportError) -> OutboundError {
        if let Some(error) = error.error.downcast_ref::<OutboundError>() {
            return error.clone();
        }
        match error.error.downcast_ref::<StreamableHttpError<OutboundError>>() {
            Some(StreamableHttpError::Client(error)) => error.clone(),
            Some(StreamableHttpError::SessionExpired | StreamableHttpError::TransportChannelClosed) => {
                self.failure().await.unwrap_or(OutboundError::SessionOver)
            }
            Some(StreamableHttpError::ReinitializationFailed(data)) => self.rejected(data),
            Some(StreamableHttpError::SessionRecoveryTimeout | StreamableHttpError::ControlRequestTimeout) => {
                OutboundError::Unreachable(Unreachable::Broken)
            }
            _ => self.failure().await.unwrap_or(OutboundError::NotMcp(NotMcp::Answer)),
        }
    }

    pub async fn initialize_error(&self, mut error: &ClientInitializeError) -> OutboundError {
        while let ClientInitializeError::LegacyFallbackFailed { fallback, .. } = error {
            error = fallback;
        }
        match error {
            ClientInitializeError::TransportError { error, .. } => self.transport_error(error).await,
            ClientInitializeError::JsonRpcError(data) if data.code == ErrorCode::METHOD_NOT_FOUND => {
                OutboundError::NotMcp(NotMcp::Answer)
            }
            ClientInitializeError::JsonRpcError(data) => self.rejected(data),
            ClientInitializeError::NoCompatibleProtocolVersion { .. } => OutboundError::NotMcp(NotMcp::Version),
            _ => self.failure().await.unwrap_or(OutboundError::NotMcp(NotMcp::Answer)),
        }
    }
}
