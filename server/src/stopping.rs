//! The end of this server as its requests see it: first `/readyz` answers 503, so that balancers send no more; at the end
//! of the stop time, requests that still run are broken off with an answer that says why.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::watch;

use crate::http::ApiError;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Running,
    Draining,
    Cut,
}

/// The phase of the end; shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<watch::Sender<Phase>>);

impl Stopping {
    /// The server was asked to stop.
    pub fn drain(&self) {
        self.0.send_modify(|phase| *phase = (*phase).max(Phase::Draining));
    }

    /// The stop time is over: requests that still run end now.
    pub fn cut(&self) {
        self.0.send_replace(Phase::Cut);
    }

    /// `true` after the server was asked to stop.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() >= Phase::Draining
    }

    /// Waits until the server is asked to stop.
    pub async fn until_draining(&self) {
        self.reach(Phase::Draining).await;
    }

    /// Waits for the end of the stop time.
    pub async fn until_cut(&self) {
        self.reach(Phase::Cut).await;
    }

    async fn reach(&self, wanted: Phase) {
        // The sender is in `self`, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|phase| *phase >= wanted).await;
    }
}

/// Answers a request, or 503 `stopping` if it is not answered by the end of the stop time.
pub async fn break_off(State(stopping): State<Stopping>, request: Request, next: Next) -> Response {
    tokio::select! {
        response = next.run(request) => response,
        () = stopping.until_cut() => ApiError::Stopping.into_response(),
    }
}
