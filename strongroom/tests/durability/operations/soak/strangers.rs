//! Strangers: floods of sign-ins and of half-sent requests, from other addresses of the loopback network.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::sleep;

use super::super::flood::{HALF, connect, guess};
use super::Scene;

/// Stranger's connections that are open at once: more than one address may have.
const OPEN: usize = 80;

/// Guesses passwords, one after another, until the soak ends.
pub async fn sign_in(scene: Arc<Scene>, last: u8) {
    while scene.goes_on() {
        match guess([127, 0, 4, last], &scene.address()).await {
            Some(status) => {
                assert!(matches!(status, 401 | 429 | 503), "a stranger is answered by {status}");
                scene.stranger_refused();
            }
            None => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Begins requests and does not end them, until the soak ends.
pub async fn half_send(scene: Arc<Scene>, last: u8) {
    let mut open = VecDeque::new();
    while scene.goes_on() {
        if let Some(mut stream) = connect([127, 0, 5, last], &scene.address()).await {
            // The server may have closed it already.
            let _ = stream.write_all(HALF).await;
            open.push_back(stream);
        }
        if open.len() > OPEN {
            open.pop_front();
        }
        sleep(Duration::from_millis(25)).await;
    }
}
