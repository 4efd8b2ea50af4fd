//! A credential in use while a fault lasts: each value that a peer saw must be recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use crate::client::Client;
use crate::hostile::{Peer, Seen};
use crate::process::Options;
use crate::tables::Tables;

const RECORDED: &str = "SELECT count(*) FROM audit_events WHERE action = 'credential.use' AND outcome = 'allowed'";

/// A credential, and a model that takes it.
pub struct Used {
    request: Value,
    sent: Arc<AtomicI64>,
    _peer: Peer,
}

impl Used {
    /// Stores the credential.
    pub async fn new(client: &Client) -> Self {
        let sent = Arc::<AtomicI64>::default();
        let counter = sent.clone();
        let peer = Peer::forgetful(move |seen: &Seen| {
            counter.fetch_add(i64::from(seen.authorization.is_some()), Ordering::SeqCst);
            seen.decently()
        })
        .await;
        let id = client.credential("USED BY A MODEL", "canary-of-a-model").await;
        let path = format!("/api/v1/credentials/{id}");
        let allowed = json!({"allowed_hosts": [peer.url()]});
        let (status, answer) = client.send("PATCH", &path, Some(allowed)).await.unwrap();
        assert_eq!(status, 200, "{answer}");
        let settings = json!({"provider": "openai", "model_id": "m", "base_url": peer.url(), "api_key": id});
        Self {
            request: json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}}),
            sent,
            _peer: peer,
        }
    }

    /// Uses the credential once: `true` if the value was sent, `false` for a 503. No other answer is right.
    pub async fn once(&self, client: &Client) -> bool {
        let before = self.sent();
        let request = Some(self.request.clone());
        let path = "/api/v1/actions/ai_generate_text";
        let (status, answer) = client.send("POST", path, request).await.unwrap();
        assert!(matches!(status, 200 | 503), "{status} {answer}");
        assert_eq!(self.sent() > before, status == 200, "{status} {answer}");
        status == 200
    }

    /// How often the peer saw the value.
    pub fn sent(&self) -> i64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Each time that the peer saw the value is recorded.
    pub async fn assert_recorded(&self, options: &Options) {
        let recorded = Tables::open(options).await.number(RECORDED).await;
        let sent = self.sent();
        assert!(sent > 0 && sent <= recorded, "{sent} sent, {recorded} recorded");
    }
}
