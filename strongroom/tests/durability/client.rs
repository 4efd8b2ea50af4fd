//! A client that notices when the server dies.

use serde_json::{Value, json};

use crate::process::{EMAIL, PASSWORD, Server};

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The id of the request, as the audit trail has it.
    pub request_id: String,
    pub text: String,
}

/// Somebody who speaks to a server.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    cookie: String,
}

impl Client {
    /// One that begins a new connection for each request, as many browsers do together.
    pub fn at(origin: &str) -> Self {
        // Only the first call installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            origin: origin.to_owned(),
            cookie: String::new(),
        }
    }

    /// The same person at another server.
    pub fn moved_to(&self, server: &Server) -> Self {
        self.at_origin(&format!("http://{}", server.address()))
    }

    /// The same person at another address.
    pub fn at_origin(&self, origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            ..self.clone()
        }
    }

    /// The status of signing in; the cookie is kept.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> u16 {
        self.try_to_sign_in(email, password).await.unwrap()
    }

    /// The same; `None` if the server died before it answered.
    pub async fn try_to_sign_in(&mut self, email: &str, password: &str) -> Option<u16> {
        let body = json!({"email": email, "password": password});
        let request = self.request("POST", "/api/v1/session", Some(body));
        let answer = request.send().await.ok()?;
        self.keep_cookie(&answer);
        Some(answer.status().as_u16())
    }

    /// The status of setting up; the cookie is kept.
    pub async fn set_up(&mut self, token: &str) -> u16 {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("token", token),
                ("email", EMAIL),
                ("name", "admin"),
                ("password", PASSWORD),
            ])
            .finish();
        let answer = self
            .http
            .post(format!("{}/set-up", self.origin))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        self.keep_cookie(&answer);
        answer.status().as_u16()
    }

    fn keep_cookie(&mut self, answer: &reqwest::Response) {
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            cookie.split(';').next().unwrap().clone_into(&mut self.cookie);
        }
    }

    /// The session cookie, as a header has it.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Status and text of another address.
    pub async fn text_of(&self, url: &str) -> (u16, String) {
        let answer = self.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Status and text of an address of the server, as the signed-in user.
    pub async fn signed_text_of(&self, path: &str) -> (u16, String) {
        let answer = self.request("GET", path, None).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Stores a credential and gives its id.
    pub async fn credential(&self, name: &str, value: &str) -> String {
        let body = json!({"name": name, "value": value});
        let (status, body) = self.send("POST", "/api/v1/credentials", Some(body)).await.unwrap();
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    fn request(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method.parse().unwrap(), format!("{}{path}", self.origin))
            .header("cookie", &self.cookie);
        match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(body.to_string()),
            None => request,
        }
    }

    /// Status and body; nothing where the server died before it answered in full.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Option<(u16, Value)> {
        let answer = self.request(method, path, body).send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or_default()))
    }

    /// A POST whose answer is of this type; `None` if the server died before it answered in full.
    pub async fn exchange(&self, path: &str, body: Value, accept: &str) -> Option<Answer> {
        let request = self.request("POST", path, Some(body)).header("accept", accept);
        let answer = request.send().await.ok()?;
        let id = answer.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        Some(Answer {
            status: answer.status().as_u16(),
            request_id: id.unwrap_or_default().to_owned(),
            text: answer.text().await.ok()?,
        })
    }
}
