//! Pages over the wire. What a page holds is no secret and no token, so its length tells nothing worth guessing.

use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};

use crate::assets::accepts;

/// Quick, and still a fifth of the size: pages are compressed at each visit.
const QUALITY: i32 = 4;
/// The window that the browser keeps, as a power of two.
const WINDOW: i32 = 18;
/// A page is smaller than that.
const MAX_PAGE_BYTES: usize = 16 * 1024 * 1024;

/// Compresses a page for browsers that take it.
pub(crate) async fn compressed(asked: &HeaderMap, response: Response) -> Response {
    if !accepts(asked, "br") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, MAX_PAGE_BYTES).await else {
        return server::http::ApiError::Internal(anyhow::anyhow!("a page could not be rendered completely"))
            .into_response();
    };
    let params = brotli::enc::BrotliEncoderParams {
        quality: QUALITY,
        lgwin: WINDOW,
        size_hint: page.len(),
        ..Default::default()
    };
    let mut small = Vec::with_capacity(page.len() / 4);
    // Writing into memory does not fail; if it ever does, the page goes out as it is.
    if brotli::BrotliCompress(&mut &page[..], &mut small, &params).is_err() {
        return Response::from_parts(parts, Body::from(page));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    parts
        .headers
        .append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(small))
}
