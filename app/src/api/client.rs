//! The one typed client: the only file of the app that knows HTTP.
//!
//! Reading works in both places: in the browser through fetch, and on the server through the API
//! router itself, called in process with the visitor's identity. Writing works in the browser only;
//! on the server it has the same signatures and answers [`ClientError::Offline`].

use chrono::{DateTime, Utc};
use contract::api::PREFIX;
use contract::problem::Problem;
use serde::de::DeserializeOwned;

/// Why a call gave no result.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, thiserror::Error)]
pub enum ClientError {
    /// No answer came. A read can be repeated; of a write it is not known whether it happened.
    #[error("The server could not be reached.")]
    Offline,
    /// The server refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// Somebody else signed in over this page, so nothing was sent.
    #[error("Another person signed in. Reload the page.")]
    OtherPerson,
    /// An answer came that this build does not understand.
    #[error("The answer could not be read. Reload the page.")]
    Unreadable,
}

impl ClientError {
    /// The problem's code, e.g. `name-taken`; nothing where no answer came.
    pub fn slug(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(problem.slug()),
            Self::Offline | Self::OtherPerson | Self::Unreadable => None,
        }
    }

    /// Whether the session has ended.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Problem(problem) if problem.status == 401)
    }
}

/// A bound for what may be sent: serializable in the browser, anything on the server (where nothing is sent).
#[cfg(target_arch = "wasm32")]
pub trait Input: serde::Serialize {}
#[cfg(target_arch = "wasm32")]
impl<T: serde::Serialize> Input for T {}

/// A bound for what may be sent: serializable in the browser, anything on the server (where nothing is sent).
#[cfg(not(target_arch = "wasm32"))]
pub trait Input {}
#[cfg(not(target_arch = "wasm32"))]
impl<T> Input for T {}

/// An answer before it is understood.
#[derive(Clone, Debug)]
pub struct RawAnswer {
    pub status: u16,
    /// The body as it came.
    pub body: Vec<u8>,
    /// The server's clock, where the answer tells it: to the second.
    pub date: Option<DateTime<Utc>>,
}

impl RawAnswer {
    fn read<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        // Read as text, as the data in a page is: a second reader would double what the module holds of serde.
        let body = std::str::from_utf8(&self.body).map_err(|_| ClientError::Unreadable)?;
        if (200..300).contains(&self.status) {
            // 204 has no body; `null` is how a unit reads.
            let body = if body.is_empty() { "null" } else { body };
            serde_json::from_str(body).map_err(|_| ClientError::Unreadable)
        } else {
            Err(serde_json::from_str(body).map_or(ClientError::Unreadable, |problem| {
                ClientError::Problem(Box::new(problem))
            }))
        }
    }
}

/// The future of an in-process call.
#[cfg(feature = "ssr")]
pub type BoxedAnswer = std::pin::Pin<Box<dyn Future<Output = RawAnswer> + Send>>;

/// The server's transport: a GET on the API router, in process, as the visitor. Put into Leptos context.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct InProcess(pub std::sync::Arc<dyn Fn(String) -> BoxedAnswer + Send + Sync>);

#[cfg(feature = "ssr")]
impl std::fmt::Debug for InProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InProcess")
    }
}

/// Reads from the API, on the server and in the browser alike.
#[derive(Clone, Debug)]
pub struct ReadClient {
    #[cfg(feature = "ssr")]
    transport: Option<InProcess>,
}

impl ReadClient {
    /// The client of the current page. Call it while the component is built, not inside a future.
    pub fn from_context() -> Self {
        Self {
            #[cfg(feature = "ssr")]
            transport: leptos::prelude::use_context(),
        }
    }

    /// GET of a path below `/api/v1`.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.answer(format!("{PREFIX}{path}")).await?.read()
    }

    /// GET of a path below `/api/v1`, with the time at which the server answered.
    pub async fn get_dated<T: DeserializeOwned>(&self, path: &str) -> Result<(T, Option<DateTime<Utc>>), ClientError> {
        let answer = self.answer(format!("{PREFIX}{path}")).await?;
        Ok((answer.read()?, answer.date))
    }

    #[cfg(feature = "ssr")]
    async fn answer(&self, path: String) -> Result<RawAnswer, ClientError> {
        match &self.transport {
            Some(InProcess(call)) => Ok(call(path).await),
            None => Err(ClientError::Offline),
        }
    }

    #[cfg(all(target_arch = "wasm32", not(feature = "ssr")))]
    async fn answer(&self, path: String) -> Result<RawAnswer, ClientError> {
        send_wrapper::SendWrapper::new(browser::fetch("GET", &path, None, None)).await
    }

    #[cfg(not(any(target_arch = "wasm32", feature = "ssr")))]
    async fn answer(&self, _path: String) -> Result<RawAnswer, ClientError> {
        Err(ClientError::Offline)
    }
}

/// Writes through the API, in the browser.
#[derive(Clone, Copy, Debug, Default)]
pub struct WriteClient;

impl WriteClient {
    /// Sends an input with a method to a path below `/api/v1`. `if_match` is the revision that the
    /// person saw.
    #[cfg(target_arch = "wasm32")]
    pub async fn send<I: Input, T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        input: Option<&I>,
        if_match: Option<i64>,
    ) -> Result<T, ClientError> {
        let body = match input {
            Some(input) => Some(serde_json::to_string(input).map_err(|_| ClientError::Unreadable)?),
            None => None,
        };
        let path = format!("{PREFIX}{path}");
        send_wrapper::SendWrapper::new(browser::fetch(method, &path, body, if_match))
            .await?
            .read()
    }

    /// Answers `Offline`: nothing is written while a page is rendered on the server.
    ///
    /// # Errors
    /// Always [`ClientError::Offline`].
    #[cfg(not(target_arch = "wasm32"))]
    #[allow(clippy::unused_async, reason = "the same signature as in the browser")]
    pub async fn send<I: Input, T: DeserializeOwned>(
        &self,
        _method: &str,
        _path: &str,
        _input: Option<&I>,
        _if_match: Option<i64>,
    ) -> Result<T, ClientError> {
        Err(ClientError::Offline)
    }
}

impl WriteClient {
    /// Sends nothing more from this page, but what ends the session: somebody else signed in over it, and what was typed
    /// into it is not theirs. A page that is loaded anew sends again.
    pub fn refuse_from_now_on() {
        #[cfg(target_arch = "wasm32")]
        browser::REFUSES.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Sends an input and hands the events of the answer on as they come. The request is broken off with its future.
    ///
    /// # Errors
    /// A refusal before the first event; `Offline` where the answer breaks off.
    #[cfg(target_arch = "wasm32")]
    pub async fn stream<I: Input>(
        &self,
        path: &str,
        input: &I,
        on_event: impl FnMut(super::ServerEvent),
    ) -> Result<(), ClientError> {
        let body = serde_json::to_string(input).map_err(|_| ClientError::Unreadable)?;
        let path = format!("{PREFIX}{path}");
        send_wrapper::SendWrapper::new(browser::stream(&path, body, on_event)).await
    }

    /// Answers `Offline`: nothing is asked for while a page is rendered on the server.
    ///
    /// # Errors
    /// Always [`ClientError::Offline`].
    #[cfg(not(target_arch = "wasm32"))]
    #[allow(clippy::unused_async, reason = "the same signature as in the browser")]
    pub async fn stream<I: Input>(
        &self,
        _path: &str,
        _input: &I,
        _on_event: impl FnMut(super::ServerEvent),
    ) -> Result<(), ClientError> {
        Err(ClientError::Offline)
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use std::sync::atomic::{AtomicBool, Ordering};

    use chrono::{DateTime, Utc};
    use gloo_net::http::{Method, RequestBuilder};
    use js_sys::{Function, Promise, Reflect, Uint8Array};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use zeroize::Zeroize;

    use super::{ClientError, RawAnswer};
    use crate::api::{EventReader, ServerEvent};

    /// Whether somebody else signed in over the page.
    pub static REFUSES: AtomicBool = AtomicBool::new(false);

    fn refuses(method: &str, path: &str) -> bool {
        REFUSES.load(Ordering::Relaxed) && method != "GET" && !path.ends_with("/session")
    }

    /// One request with the page's cookie. The body is wiped on this side of the border; what the
    /// browser copies is out of reach.
    pub async fn fetch(
        method: &str,
        path: &str,
        mut body: Option<String>,
        if_match: Option<i64>,
    ) -> Result<RawAnswer, ClientError> {
        if refuses(method, path) {
            body.zeroize();
            return Err(ClientError::OtherPerson);
        }
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| ClientError::Unreadable)?;
        let abort = AbortOnDrop::new();
        let mut builder = RequestBuilder::new(path)
            .method(method)
            .abort_signal(abort.signal().as_ref())
            .header("accept", "application/json")
            // The server lets a GET without Fetch-Metadata use a credential only with this: over plain http.
            .header("x-requested-with", "strongroom");
        if let Some(revision) = if_match {
            builder = builder.header("if-match", &format!("\"{revision}\""));
        }
        let request = match body {
            Some(mut text) => {
                let request = builder.header("content-type", "application/json").body(text.as_str());
                text.zeroize();
                request
            }
            None => builder.build(),
        }
        .map_err(|_| ClientError::Unreadable)?;
        let answer = request.send().await.map_err(|_| ClientError::Offline)?;
        notice_new_build(answer.headers().get(contract::api::BUILD_HEADER));
        let status = answer.status();
        let date = answer.headers().get("date").and_then(|text| read_date(&text));
        let body = answer.binary().await.map_err(|_| ClientError::Offline)?;
        Ok(RawAnswer { status, body, date })
    }

    /// One request whose answer is read while it comes.
    pub async fn stream(path: &str, body: String, mut on_event: impl FnMut(ServerEvent)) -> Result<(), ClientError> {
        if refuses("POST", path) {
            return Err(ClientError::OtherPerson);
        }
        let abort = AbortOnDrop::new();
        let request = RequestBuilder::new(path)
            .method(Method::POST)
            .abort_signal(abort.signal().as_ref())
            .header("accept", "text/event-stream")
            .header("content-type", "application/json")
            .body(body)
            .map_err(|_| ClientError::Unreadable)?;
        let answer = request.send().await.map_err(|_| ClientError::Offline)?;
        notice_new_build(answer.headers().get(contract::api::BUILD_HEADER));
        let status = answer.status();
        if status != 200 {
            let body = answer.binary().await.map_err(|_| ClientError::Offline)?;
            let refused = RawAnswer {
                status,
                body,
                date: None,
            };
            return refused.read::<()>();
        }
        let body = answer.body().ok_or(ClientError::Unreadable)?;
        let reader = call(&body, "getReader").map_err(|_| ClientError::Unreadable)?;
        let mut events = EventReader::default();
        loop {
            let read = call(&reader, "read").map_err(|_| ClientError::Offline)?;
            let promise = read.dyn_into::<Promise>().map_err(|_| ClientError::Unreadable)?;
            let part = JsFuture::from(promise).await.map_err(|_| ClientError::Offline)?;
            let is_done = Reflect::get(&part, &JsValue::from_str("done")).is_ok_and(|done| done.is_truthy());
            if is_done {
                return Ok(());
            }
            let bytes = Reflect::get(&part, &JsValue::from_str("value")).map_err(|_| ClientError::Unreadable)?;
            for event in events.take(&Uint8Array::new(&bytes).to_vec()) {
                on_event(event);
            }
        }
    }

    /// Calls a method without arguments.
    fn call(of: &JsValue, method: &str) -> Result<JsValue, JsValue> {
        let method = Reflect::get(of, &JsValue::from_str(method))?;
        method.dyn_into::<Function>()?.call0(of)
    }

    /// A date as HTTP writes it.
    fn read_date(text: &str) -> Option<DateTime<Utc>> {
        let millis = js_sys::Date::parse(text);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole milliseconds, far below the limits of i64"
        )]
        millis
            .is_finite()
            .then(|| DateTime::from_timestamp_millis(millis as i64))
            .flatten()
    }

    /// Breaks a request off when nobody waits for its answer any more.
    struct AbortOnDrop(Option<web_sys::AbortController>);

    impl AbortOnDrop {
        fn new() -> Self {
            Self(web_sys::AbortController::new().ok())
        }

        fn signal(&self) -> Option<web_sys::AbortSignal> {
            self.0.as_ref().map(web_sys::AbortController::signal)
        }
    }

    impl Drop for AbortOnDrop {
        fn drop(&mut self) {
            // After the answer there is nothing to break off.
            if let Some(controller) = &self.0 {
                controller.abort();
            }
        }
    }

    /// Shows the bar that offers a reload, once another build answers than the one that rendered the page.
    fn notice_new_build(answered_by: Option<String>) {
        let document = leptos::prelude::document();
        let page = document
            .document_element()
            .and_then(|root| root.get_attribute("data-build"));
        if let (Some(answered_by), Some(page)) = (answered_by, page)
            && answered_by != page
            && let Some(bar) = document.get_element_by_id("new-build")
        {
            // Fails only for a name that is not valid.
            let _ = bar.remove_attribute("hidden");
        }
    }
}
