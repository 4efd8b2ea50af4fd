//! rmcp's HTTP backend on the hardened client: sets the header, and gives rmcp nothing that was not
//! scanned. rmcp itself never holds the secret.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::{
    SseError, StreamableHttpClient, StreamableHttpError, StreamableHttpPostResponse, StreamableHttpResponseLimits,
};
use sse_stream::Sse;
use url::Url;

use super::super::client::Outgoing;
use super::super::incoming::Incoming;
use super::super::intake::{Events, Message};
use super::super::{Bearer, NotMcp, Outbound, OutboundError, QuoteFilter};
use super::messages::{Asked, SESSION_ID, is_request, is_response, legacy, library_event, protocol_headers};
use super::send_gate::SendGate;

const SSE: &str = "text/event-stream";
const JSON: &str = "application/json";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The most memory that the last messages of a session take, in bytes.
const MAX_EARLIER_BYTES: usize = 64 * 1024;

type Failed = StreamableHttpError<OutboundError>;

/// What one session sends with. Clones are the same session.
#[derive(Clone)]
pub(super) struct McpHttp(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    url: Url,
    bearer: Option<Bearer>,
    gate: SendGate,
    /// What went wrong last, for the failures that rmcp reports without their cause.
    failure: Mutex<Option<OutboundError>>,
    /// The last messages that were sent: a later answer of the session may repeat them.
    earlier: Mutex<VecDeque<Bytes>>,
}

impl McpHttp {
    pub fn new(outbound: Outbound, url: Url, bearer: Option<Bearer>) -> Self {
        Self(Arc::new(Inner {
            outbound,
            url,
            bearer,
            gate: SendGate::default(),
            failure: Mutex::new(None),
            earlier: Mutex::default(),
        }))
    }

    pub fn gate(&self) -> &SendGate {
        &self.0.gate
    }

    /// The filter for words of the server.
    pub fn quotes(&self) -> QuoteFilter {
        self.0
            .bearer
            .as_ref()
            .map(|bearer| bearer.quotes().clone())
            .unwrap_or_default()
    }

    /// What went wrong since this was asked last.
    pub fn take_failure(&self) -> Option<OutboundError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, error: &OutboundError) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
    }

    fn fail(&self, error: OutboundError) -> Failed {
        self.note(&error);
        StreamableHttpError::Client(error)
    }

    /// The last messages before this one, which is the last from here on.
    fn earlier(&self, body: Option<&Bytes>) -> Vec<Bytes> {
        let mut earlier = self.0.earlier.lock().unwrap_or_else(PoisonError::into_inner);
        let before = earlier.iter().cloned().collect();
        earlier.extend(body.cloned());
        while earlier.iter().map(Bytes::len).sum::<usize>() > MAX_EARLIER_BYTES {
            earlier.pop_front();
        }
        before
    }

    async fn send(&self, method: Method, headers: HeaderMap, body: Option<Bytes>) -> Result<Incoming, Failed> {
        let inner = &*self.0;
        // Without a secret, the polite end of a session may still be said.
        let harmless = method == Method::DELETE && inner.bearer.is_none();
        if !inner.gate.is_open() && !harmless {
            return Err(StreamableHttpError::Client(OutboundError::SessionOver));
        }
        let request = Outgoing {
            method,
            url: &inner.url,
            headers,
            earlier: self.earlier(body.as_ref()),
            body,
            bearer: inner.bearer.as_ref(),
            reads_forbidden: false,
        };
        Box::pin(inner.outbound.send(request))
            .await
            .map_err(|error| self.fail(error))
    }

    fn events(&self, answer: Incoming) -> BoxStream<'static, Result<Sse, SseError>> {
        let session = self.clone();
        let events = answer.events(self.0.outbound.limits().answer_bytes);
        stream::unfold(Some(events), move |events| {
            let session = session.clone();
            async move {
                let mut events = events?;
                match session.next_event(&mut events).await {
                    Ok(Some(event)) => Some((Ok(event), Some(events))),
                    Ok(None) => None,
                    Err(error) => {
                        session.note(&error);
                        Some((Err(SseError::Body(Box::new(error))), None))
                    }
                }
            }
        })
        .take_until(tokio::time::sleep(self.0.outbound.limits().call))
        .boxed()
    }

    async fn next_event(&self, events: &mut Events) -> Result<Option<Sse>, OutboundError> {
        let Some(event) = events.next().await? else {
            return Ok(None);
        };
        if is_response(&event)
            && let Some(grant) = events.split(&event)
        {
            self.0.gate.keep(grant);
        }
        if is_request(&event) && !self.0.gate.may_ask() {
            return Err(OutboundError::NotMcp(NotMcp::Answer));
        }
        Ok(Some(library_event(event)))
    }
}

impl StreamableHttpClient for McpHttp {
    type Error = OutboundError;

    async fn post_message(
        &self,
        _uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let mut headers = protocol_headers(custom_headers, session_id.as_deref());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        let body = serde_json::to_vec(&message)?;
        let answer = self.send(Method::POST, headers, Some(body.into())).await?;
        let status = answer.status();
        if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        if status == StatusCode::NOT_FOUND && session_id.is_some() {
            return Err(StreamableHttpError::SessionExpired);
        }
        let asked = Asked::of(&message);
        if !status.is_success() {
            return self.failure_answer(answer, asked, session_id.is_some()).await;
        }
        if asked == Asked::Nothing && (answer.is_empty() || !answer.is(SSE)) {
            return Ok(StreamableHttpPostResponse::Accepted);
        }
        let new_session = answer.header(SESSION_ID.as_str()).map(str::to_owned);
        if answer.is(SSE) {
            return Ok(StreamableHttpPostResponse::Sse(self.events(answer), new_session));
        }
        if answer.is(JSON) {
            let limit = self.0.outbound.limits().answer_bytes;
            let read = Box::pin(answer.message(limit))
                .await
                .map_err(|error| self.fail(error))?;
            if let Some(Message { message, grant }) = read {
                self.0.gate.keep(grant);
                return Ok(StreamableHttpPostResponse::Json(message, new_session));
            }
        }
        match asked {
            Asked::Discover(id) => Ok(legacy(id, None)),
            Asked::Other(_) | Asked::Nothing => Err(self.fail(OutboundError::NotMcp(NotMcp::Answer))),
        }
    }

    async fn post_message_with_response_limits(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session_id: Option<Arc<str>>,
        auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
        _limits: StreamableHttpResponseLimits,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        // The hardened client has its own limits, which hold for every answer.
        self.post_message(uri, message, session_id, auth_header, custom_headers)
            .await
    }

    async fn delete_session(
        &self,
        _uri: Arc<str>,
        session_id: Arc<str>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<(), Failed> {
        let headers = protocol_headers(custom_headers, Some(&session_id));
        match self.send(Method::DELETE, headers, None).await {
            // Servers may keep their sessions to themselves, and a session that is closed outside of
            // an operation is left to expire.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Resumes the answer to a request whose stream broke. The stream for messages that nobody asked
    /// for is not opened: it would outlive the operation.
    async fn get_stream(
        &self,
        _uri: Arc<str>,
        session_id: Option<Arc<str>>,
        last_event_id: Option<String>,
        _auth_header: Option<String>,
        custom_headers: HashMap<HeaderName, HeaderValue>,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failed> {
        let last = last_event_id.and_then(|id| HeaderValue::from_str(&id).ok());
        let Some(last) = last.filter(|_| self.0.gate.may_resume()) else {
            return Err(StreamableHttpError::ServerDoesNotSupportSse);
        };
        let mut headers = protocol_headers(custom_headers, session_id.as_deref());
        headers.insert(LAST_EVENT_ID, last);
        let answer = self.send(Method::GET, headers, None).await?;
        if answer.status().is_success() && answer.is(SSE) {
            Ok(self.events(answer))
        } else {
            Err(StreamableHttpError::ServerDoesNotSupportSse)
        }
    }
}

impl McpHttp {
    /// What an answer with a status that says failure means.
    async fn failure_answer(
        &self,
        answer: Incoming,
        asked: Asked,
        in_session: bool,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let status = answer.status();
        let error = if answer.is(JSON) {
            let document = Box::pin(answer.failure()).await.map(|document| document.value);
            match document.and_then(|document| serde_json::from_value(document).ok()) {
                Some(ServerJsonRpcMessage::Error(error)) => Some(error.error),
                _ => None,
            }
        } else {
            None
        };
        match (asked, error) {
            // Servers of the time before `server/discover` turn it down in many ways.
            (Asked::Discover(id), error) => Ok(legacy(id, error)),
            // Some servers answer 400 where the protocol wants 404 for a session that is gone.
            (_, Some(error)) if in_session && error.message.to_ascii_lowercase().contains("session id") => {
                Err(StreamableHttpError::SessionExpired)
            }
            // Errors that were found before the request was read carry no id, or one of their own.
            (Asked::Other(id), Some(error)) => Ok(StreamableHttpPostResponse::Json(
                ServerJsonRpcMessage::error(error, Some(id)),
                None,
            )),
            (Asked::Other(_) | Asked::Nothing, _) => Err(self.fail(match status {
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => OutboundError::NotMcp(NotMcp::Path),
                _ => OutboundError::Upstream {
                    status: status.as_u16(),
                },
            })),
        }
    }
}

impl fmt::Debug for McpHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("McpHttp")
            .field("bearer", &self.0.bearer)
            .finish_non_exhaustive()
    }
}
