//! A server for tests: the real router on a real database of either engine, spoken to in process.

#![allow(dead_code, reason = "each test binary uses a part of it")]

mod answer;
mod database;
pub mod kinds;
pub mod program;
pub mod statements;
pub mod stdio;

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use chrono::{DateTime, TimeDelta, Utc};
use contract::accounts::Role;
use contract::secret::SecretValue;
use http::{Method, Request, header};
use serde_json::{Value, json};
use server::accounts::NewUser;
use server::cli::open_base;
use server::clock::Clock;
use server::config::{Options, Settings};
use server::http::HostRule;
use server::router::router;
use server::state::AppState;
use tower::ServiceExt as _;

pub use answer::Answer;
pub use database::Engine;

/// The password of every account that a test makes.
pub const PASSWORD: &str = "four words for tests";

/// Longer than any answer takes, even on a busy machine.
const MAX_WAIT: std::time::Duration = std::time::Duration::from_mins(2);

/// Runs a test on both engines: `both_engines! { async fn a_sentence(app: TestApp) { … } }`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)*) => {
        $(mod $name {
            #[allow(unused_imports, reason = "tests use what they need of their file")]
            use super::*;

            async fn check($app: TestApp) $body

            $(#[$meta])*
            #[tokio::test]
            async fn sqlite() {
                check(TestApp::start(Engine::Sqlite).await).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn postgres() {
                check(TestApp::start(Engine::Postgres).await).await;
            }
        })*
    };
}

/// A server with an administrator, two managers and a viewer.
pub struct TestApp {
    pub state: AppState,
    pub router: Router,
    pub engine: Engine,
    /// The database's address, as a setting takes it.
    pub database_url: Option<String>,
    folder: tempfile::TempDir,
    seconds: Arc<AtomicI64>,
    cookies: Mutex<Vec<(&'static str, String)>>,
}

/// The time at which tests begin.
pub fn start_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_460_300, 0).expect("a time")
}

/// A clock that moves a millisecond each time it is read, and how far it has moved.
fn ticking() -> (Clock, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(0));
    let moved = seconds.clone();
    let clock = Clock::from_fn(move || start_time() + TimeDelta::milliseconds(moved.fetch_add(1, Ordering::SeqCst)));
    (clock, seconds)
}

impl TestApp {
    /// A fresh server on a fresh database.
    pub async fn start(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database_url = engine.fresh_database().await;
        Self::start_in(engine, folder, database_url).await
    }

    /// A server on this folder and database.
    pub async fn start_in(engine: Engine, folder: tempfile::TempDir, database_url: Option<String>) -> Self {
        let settings = settings(&folder, database_url.as_deref());
        Self::start_with(engine, folder, settings, ticking()).await
    }

    /// A fresh server with settings of the caller's; folder and database are the test's.
    pub async fn start_configured(engine: Engine, options: Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = Options {
            data_dir: Some(folder.path().to_owned()),
            database_url: engine.fresh_database().await,
            ..options
        };
        let settings = options.complete(None).expect("settings");
        Self::start_with(engine, folder, settings, ticking()).await
    }

    async fn start_with(
        engine: Engine,
        folder: tempfile::TempDir,
        settings: Settings,
        (clock, seconds): (Clock, Arc<AtomicI64>),
    ) -> Self {
        let database_url = settings.database_url.clone();
        let base = open_base(&settings, clock).await.expect("the database opens");
        let state = AppState::start(base, &settings).expect("the server starts");
        let router = router(state.clone(), crate::pages(), HostRule::new(None));
        let app = Self {
            state,
            router,
            engine,
            database_url,
            folder,
            seconds,
            cookies: Mutex::default(),
        };
        for (name, role) in [
            ("admin", Role::Administrator),
            ("manager", Role::Manager),
            ("other", Role::Manager),
            ("viewer", Role::Viewer),
        ] {
            let user = NewUser {
                email: format!("{name}@example.com"),
                name: name.to_owned(),
                role,
                password: SecretValue::new(PASSWORD.to_owned()),
            };
            app.state.accounts.add_user(user).await.expect("the account is added");
        }
        app
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Moves the clock on.
    pub fn wait(&self, time: TimeDelta) {
        self.seconds.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    /// The session cookie of an account, signed in once.
    pub async fn cookie(&self, who: &'static str) -> String {
        if let Some((_, cookie)) = self
            .cookies
            .lock()
            .expect("cookies")
            .iter()
            .find(|(name, _)| *name == who)
        {
            return cookie.clone();
        }
        let body = json!({"email": format!("{who}@example.com"), "password": PASSWORD});
        let answer = self.call(None, Method::POST, "/api/v1/session", Some(body)).await;
        let cookie = answer.expect(200).cookie();
        self.cookies.lock().expect("cookies").push((who, cookie.clone()));
        cookie
    }

    /// Forgets the cookies, e.g. after a session ended.
    pub fn forget_cookies(&self) {
        self.cookies.lock().expect("cookies").clear();
    }

    /// One JSON request, as nobody or as an account.
    pub async fn call(&self, who: Option<&'static str>, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:3000");
        if let Some(who) = who {
            request = request.header(header::COOKIE, Box::pin(self.cookie(who)).await);
        }
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.expect("a request")).await
    }

    /// Any request.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let line = format!("{} {}", request.method(), request.uri().path());
        // A request that is never answered fails by its name, and not the whole run by its time.
        let answered = async {
            let Ok(response) = self.router.clone().oneshot(request).await;
            Answer::read(line.clone(), response).await
        };
        tokio::time::timeout(MAX_WAIT, answered)
            .await
            .unwrap_or_else(|_| panic!("{line} is answered"))
    }

    /// GET below `/api/v1`.
    pub async fn get(&self, who: &'static str, path: &str) -> Answer {
        self.call(Some(who), Method::GET, &format!("/api/v1{path}"), None).await
    }

    /// POST below `/api/v1`.
    pub async fn post(&self, who: &'static str, path: &str, body: Value) -> Answer {
        self.call(Some(who), Method::POST, &format!("/api/v1{path}"), Some(body))
            .await
    }

    /// PATCH below `/api/v1`.
    pub async fn patch(&self, who: &'static str, path: &str, body: Value) -> Answer {
        self.call(Some(who), Method::PATCH, &format!("/api/v1{path}"), Some(body))
            .await
    }

    /// DELETE below `/api/v1`.
    pub async fn delete(&self, who: &'static str, path: &str) -> Answer {
        self.call(Some(who), Method::DELETE, &format!("/api/v1{path}"), None)
            .await
    }

    /// A request with a header and maybe a body, below `/api/v1`.
    pub async fn with_header(
        &self,
        who: &'static str,
        method: Method,
        path: &str,
        (name, content): (&'static str, &str),
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::COOKIE, self.cookie(who).await)
            .header(name, content);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).expect("a request")).await
    }

    /// Stores a credential and gives its id.
    pub async fn credential(&self, who: &'static str, name: &str, value: &str) -> String {
        let answer = self
            .post(who, "/credentials", json!({"name": name, "value": value}))
            .await;
        answer.expect(201).text("/id")
    }

    /// Stores a server and gives its path.
    pub async fn server(&self, who: &'static str, name: &str, url: &str, credential: Option<&str>) -> String {
        let body = json!({"name": name, "url": url, "credential_id": credential});
        let created = self.post(who, "/mcp-servers", body).await.expect(201);
        format!("/mcp-servers/{}", created.text("/id"))
    }
}

/// Writes a file that only its owner may read, as a keyring has to be.
pub fn write_private(path: &std::path::Path, bytes: impl AsRef<[u8]>) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .expect("a file");
    file.write_all(bytes.as_ref()).expect("the file is written");
}

/// Runs a check as the server runs: pages are rendered on worker threads with a deep stack.
pub fn as_the_server_runs(check: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(8 << 20)
        .build()
        .expect("a runtime");
    let checked = runtime.spawn(check);
    runtime.block_on(checked).expect("the check passes");
}

/// The settings of a test's server.
pub fn settings(folder: &tempfile::TempDir, database_url: Option<&str>) -> Settings {
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        database_url: database_url.map(str::to_owned),
        ..Options::default()
    };
    options.complete(None).expect("settings")
}
