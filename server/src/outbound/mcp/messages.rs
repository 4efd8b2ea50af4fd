//! Messages on their way in and out.

use std::borrow::Cow;
use std::collections::HashMap;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue};
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, ErrorData, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_client::StreamableHttpPostResponse;
use sse_stream::Sse;

use super::super::intake::{Data, Event};

/// The header that names a session.
pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// What a message asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    /// It is the probe of the newer lifecycle.
    Discover(RequestId),
    /// It is any other request.
    Other(RequestId),
    /// It wants no answer.
    Nothing,
}

impl Asked {
    pub fn of(message: &ClientJsonRpcMessage) -> Self {
        match message {
            JsonRpcMessage::Request(request) if matches!(request.request, ClientRequest::DiscoverRequest(_)) => {
                Self::Discover(request.id.clone())
            }
            JsonRpcMessage::Request(request) => Self::Other(request.id.clone()),
            _ => Self::Nothing,
        }
    }
}

/// Tells rmcp to go on with `initialize`, and keeps the server's own error, which may say that
/// another version is wanted.
pub(super) fn legacy(id: RequestId, error: Option<ErrorData>) -> StreamableHttpPostResponse {
    let error = error.unwrap_or_else(|| ErrorData::invalid_request(Cow::Borrowed("no server/discover"), None));
    StreamableHttpPostResponse::Json(ServerJsonRpcMessage::error(error, Some(id)), None)
}

/// The headers of the protocol, and no others, whatever a tool's schema asks for.
pub(super) fn protocol_headers(custom: HashMap<HeaderName, HeaderValue>, session_id: Option<&str>) -> HeaderMap {
    let mut headers: HeaderMap = custom
        .into_iter()
        .filter(|(name, _)| name.as_str().starts_with("mcp-"))
        .collect();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    if let Some(id) = session_id.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(SESSION_ID, id);
    }
    headers
}

/// An event as the library takes it. Its text is written anew where it was a document, so that every escape is undone.
pub(super) fn library_event(event: Event) -> Sse {
    Sse {
        event: event.name,
        id: event.id,
        retry: event.retry,
        data: match event.data {
            Data::Json(document) => Some(document.to_string()),
            // It is no message, and the library would parse it once more, outside of the budget.
            Data::Text(_) | Data::None => None,
        },
    }
}

/// Whether an event asks for something that has to be answered.
pub(super) fn is_request(event: &Event) -> bool {
    matches!(&event.data, Data::Json(document) if document.get("id").is_some() && document.get("method").is_some())
}

/// Whether an event answers a request. Its result is kept until the operation ends.
pub(super) fn is_response(event: &Event) -> bool {
    matches!(&event.data, Data::Json(document) if document.get("id").is_some() && document.get("method").is_none())
}
