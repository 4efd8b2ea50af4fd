//! The typed client's transport on the server: the API router itself, called in process.

use std::sync::Arc;

use app::api::{InProcess, RawAnswer};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Extensions, Method, Request, header};
use server::http::{ClientAddress, Principal, RequestId};
use tower::ServiceExt as _;

/// The largest answer that a page reads.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Reads the API as the visitor: the visit was authenticated once, each call is authorized again.
pub(crate) fn in_process(api: Router, visit: &Extensions) -> InProcess {
    let principal = visit.get::<Principal>().cloned();
    let request_id = visit.get::<RequestId>().cloned();
    let client = visit.get::<ClientAddress>().copied();
    InProcess(Arc::new(move |path| {
        let api = api.clone();
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(path)
            .header(header::ACCEPT, "application/json")
            .body(Body::empty());
        if let Ok(request) = &mut request {
            if let Some(principal) = principal.clone() {
                request.extensions_mut().insert(principal);
            }
            if let Some(id) = request_id.clone() {
                request.extensions_mut().insert(id);
            }
            if let Some(client) = client {
                request.extensions_mut().insert(client);
            }
        }
        Box::pin(async move {
            let failed = RawAnswer {
                status: 500,
                body: Vec::new(),
                date: None,
            };
            let Ok(request) = request else { return failed };
            let response = match api.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let status = response.status().as_u16();
            match to_bytes(response.into_body(), MAX_ANSWER_BYTES).await {
                Ok(body) => RawAnswer {
                    status,
                    body: body.to_vec(),
                    date: None,
                },
                Err(_) => failed,
            }
        })
    }))
}
