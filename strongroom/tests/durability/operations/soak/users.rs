//! The users of the soak: their operations, and their sessions that end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::Scene;
use super::peers::{Kind, arguments, encoded, model_path};
use crate::client::{Answer, Client};
use crate::hostile::Peer;
use crate::process::{self, Options, PASSWORD, Server};

/// Longer than any operation takes, even on a busy machine.
const ANSWERED_WITHIN: Duration = Duration::from_mins(2);
/// The limit of an operation whose answer has no end.
const STUCK: u64 = 1500;
const BETWEEN_SESSIONS: Duration = Duration::from_secs(2);
/// After a request that no server answered.
const PAUSE: Duration = Duration::from_millis(200);

/// The answers of the soak, by kind and status; 0 for those that were lost.
pub type Counts = BTreeMap<(String, u16), u32>;

/// A user with a credential, an MCP server, and a peer for both.
pub struct User {
    email: String,
    value: String,
    credential: String,
    server: String,
    peer: Peer,
    /// Of the newest session.
    client: Mutex<Client>,
}

impl User {
    pub async fn new(options: &Options, server: &Server, number: usize, peer: Peer) -> Self {
        let email = format!("user{number}@example.com");
        process::add_user(options, &email, &email);
        let mut client = server.client();
        assert_eq!(client.sign_in(&email, PASSWORD).await, 200);
        let value = format!("canary-of-user-{number}-in-the-soak");
        let credential = client.credential(&format!("USED {number}"), &value).await;
        let body = json!({"name": format!("S {number}"), "url": peer.url(), "credential_id": credential});
        let (status, saved) = client.send("POST", "/api/v1/mcp-servers", Some(body)).await.unwrap();
        assert_eq!(status, 201, "{saved}");
        let path = format!("/api/v1/credentials/{credential}");
        let allowed = json!({"allowed_hosts": [peer.url(), models(&peer)]});
        let (status, allowed) = client.send("PATCH", &path, Some(allowed)).await.unwrap();
        assert_eq!(status, 200, "{allowed}");
        Self {
            email,
            value,
            credential,
            server: saved["id"].as_str().unwrap().to_owned(),
            peer,
            client: Mutex::new(client),
        }
    }

    fn client(&self) -> Client {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn request(&self, kind: Kind, operation: u64) -> (String, Value) {
        if kind.calls_a_tool() {
            let path = format!("/api/v1/mcp-servers/{}/tools/echo/call", self.server);
            return (path, json!({"arguments": arguments(kind, operation)}));
        }
        let base_url = format!("{}/{}", models(&self.peer), model_path(kind, operation));
        let settings = json!({"provider": "openai", "model_id": "m", "base_url": base_url, "api_key": self.credential});
        let mut body = json!({"model": {"settings": settings}, "inputs": {"prompt": "x"}});
        if kind == Kind::Stuck {
            body["settings"] = json!({"timeout_ms": STUCK});
        }
        if kind == Kind::Agent {
            body["mcp"] = json!([{"server_id": self.server}]);
            return ("/api/v1/actions/ai_agent".to_owned(), body);
        }
        ("/api/v1/actions/ai_generate_text".to_owned(), body)
    }

    /// One operation. Its status, checked and counted; `None` if there was no answer.
    pub async fn operate(&self, scene: &Scene, kind: Kind) -> Option<u16> {
        let operation = scene.ledger.begin();
        let (path, body) = self.request(kind, operation);
        let accept = if kind.is_streamed() {
            "text/event-stream"
        } else {
            "application/json"
        };
        let client = self.client();
        let calm = scene.calm();
        let asked = client.at_origin(&scene.origin());
        let answer = timeout(ANSWERED_WITHIN, asked.exchange(&path, body, accept)).await;
        let answer = answer.unwrap_or_else(|_| panic!("{kind:?} is answered"));
        let status = answer.as_ref().map(status);
        scene.count(kind, status);
        let is_calm = calm.is_some() && calm == scene.calm();
        if let Some(answer) = answer {
            let status = status.unwrap_or_default();
            self.check(kind, status, &answer);
            let ended = status == 401 && client.cookie() != self.client().cookie();
            let is_faulty = !is_calm && matches!(status, 502..=504);
            let is_right = kind.is_answered_by(status) || kind.may_be_refused_by(status) || ended || is_faulty;
            assert!(is_right, "{kind:?} is answered by {status}: {}", answer.text);
            // An agent is done although the use of its tool was refused: the model gets an error as the tool's result.
            let is_done = status == 200 && !answer.text.contains(r#""is_error":true"#);
            scene.ledger.answered(operation, kind, answer.request_id, is_done);
        } else {
            assert!(!is_calm, "{kind:?} is answered while no fault lasts");
            sleep(PAUSE).await;
        }
        status
    }

    /// No answer holds the value.
    fn check(&self, kind: Kind, status: u16, answer: &Answer) {
        assert!(
            !answer.request_id.is_empty(),
            "{kind:?}: {status} has the id of its request"
        );
        for form in [&*self.value, &*encoded(&self.value)] {
            assert!(!answer.text.contains(form), "{kind:?}: an answer holds a value");
        }
    }

    /// Operations of these kinds, one after another, until the soak ends.
    pub async fn work(self: Arc<Self>, scene: Arc<Scene>, kinds: &'static [Kind], first: usize, pause: Duration) {
        for kind in kinds.iter().cycle().skip(first) {
            if !scene.goes_on() {
                return;
            }
            self.operate(&scene, *kind).await;
            sleep(pause).await;
        }
    }

    /// New sessions, each of which ends the one before it while that one is in use, until the soak ends.
    pub async fn change_sessions(self: Arc<Self>, scene: Arc<Scene>) {
        while scene.goes_on() {
            sleep(BETWEEN_SESSIONS).await;
            let mut fresh = Client::at(&scene.origin());
            if fresh.try_to_sign_in(&self.email, PASSWORD).await != Some(200) {
                continue;
            }
            let running = self.operate(&scene, Kind::Slow);
            let ending = async {
                sleep(PAUSE).await;
                let before = std::mem::replace(&mut *self.client.lock().unwrap_or_else(PoisonError::into_inner), fresh);
                let before = before.at_origin(&scene.origin());
                before.send("DELETE", "/api/v1/session", None).await
            };
            let (status, ended) = tokio::join!(running, ending);
            if status == Some(401) && ended.is_some_and(|(status, _)| status == 204) {
                scene.session_ended();
            }
        }
    }
}

/// The address of all models of a peer.
fn models(peer: &Peer) -> String {
    peer.url().replace("/mcp", "/soak")
}

/// The status of an answer; of a stream, that of the error at its end.
fn status(answer: &Answer) -> u16 {
    let mut events = answer.text.split("\n\n");
    let error = events.find_map(|event| event.strip_prefix("event: error\ndata: "));
    error.map_or(answer.status, |data| {
        let event: Value = serde_json::from_str(data).unwrap();
        let status = event["error"]["status"].as_u64().unwrap();
        u16::try_from(status).unwrap()
    })
}
