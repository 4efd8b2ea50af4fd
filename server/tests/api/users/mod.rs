//! Users as administrators manage them: accounts, links, what becomes of what somebody owned.

mod deleting;
mod links;
mod managing;
mod racing;

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// The id of an account that the tests begin with.
async fn id_of(app: &TestApp, name: &str) -> String {
    let users = app.get("admin", "/users?limit=100").await.expect(200).json();
    let found = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is there"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Makes an account; gives its id and the token of its link.
async fn invite(app: &TestApp, name: &str, role: &str) -> (String, String) {
    let body = json!({"email": format!("{name}@example.com"), "name": name, "role": role});
    let answer = app.post("admin", "/users", body).await.expect(201);
    (answer.text("/user/id"), token(&answer.text("/link/path")))
}

fn token(path: &str) -> String {
    path.strip_prefix("/welcome#").expect("a link to the page").to_owned()
}

/// Sends the form of a link, as a program does.
pub(crate) async fn choose(app: &TestApp, token: &str, password: &str) -> Answer {
    choose_as(app, None, token, password).await
}

/// The same with the session of somebody.
async fn choose_as(app: &TestApp, cookie: Option<&str>, token: &str, password: &str) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("token", token), ("password", password)])
        .finish();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/welcome")
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    app.send(request.body(Body::from(body)).unwrap()).await
}

/// Signs in by JSON, without any cookie.
async fn sign_in(app: &TestApp, name: &str, password: &str) -> Answer {
    let body = json!({"email": format!("{name}@example.com"), "password": password});
    app.call(None, Method::POST, "/api/v1/session", Some(body)).await
}

/// What a session sees of itself.
pub(crate) async fn me(app: &TestApp, cookie: &str) -> Answer {
    with_cookie(app, cookie, Method::GET, "/me", None).await
}

/// A request with this cookie, below `/api/v1`.
async fn with_cookie(app: &TestApp, cookie: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.send(request.body(body).unwrap()).await
}
