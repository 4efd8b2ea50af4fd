//! An answer, and what tests ask of it.

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Response, header};
use serde_json::Value;

/// An answer that was read to its end.
#[derive(Debug)]
pub struct Answer {
    line: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub async fn read(line: String, response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a whole body").to_vec();
        Self {
            line,
            status: parts.status.as_u16(),
            headers: parts.headers,
            bytes,
        }
    }

    /// The status must be this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}: {}",
            self.line,
            String::from_utf8_lossy(&self.bytes)
        );
        self
    }

    /// The answer must be a problem document of this type, with this status, and fit its own shape.
    #[track_caller]
    pub fn problem(self, status: u16, slug: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{}",
            answer.line
        );
        assert_eq!(
            answer.text("/type"),
            format!("urn:strongroom:problem:{slug}"),
            "{}",
            answer.line
        );
        assert_eq!(
            answer.json().pointer("/status"),
            Some(&Value::from(status)),
            "{}",
            answer.line
        );
        assert_eq!(
            answer.text("/request_id"),
            answer.header("x-request-id"),
            "{}",
            answer.line
        );
        assert!(
            !answer.text("/title").is_empty() && !answer.text("/detail").is_empty(),
            "{}",
            answer.line
        );
        answer
    }

    /// The pointers of a 422, in order.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        let errors = self
            .json()
            .pointer("/errors")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| error["pointer"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} answers JSON", self.line))
    }

    /// A text in the body.
    #[track_caller]
    pub fn text(&self, pointer: &str) -> String {
        let body = self.json();
        let text = body.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("{} has a text at {pointer}: {body}", self.line))
            .to_owned()
    }

    /// A number in the body.
    #[track_caller]
    pub fn number(&self, pointer: &str) -> i64 {
        let body = self.json();
        let number = body.pointer(pointer).and_then(Value::as_i64);
        number.unwrap_or_else(|| panic!("{} has a number at {pointer}: {body}", self.line))
    }

    /// The texts at a key of each item.
    #[track_caller]
    pub fn items(&self, key: &str) -> Vec<String> {
        let items = self.json()["items"].as_array().cloned().expect("a list");
        items
            .iter()
            .map(|item| item[key].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// A header, empty where absent.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }

    /// The session cookie that was set, as the browser would send it.
    #[track_caller]
    pub fn cookie(&self) -> String {
        let cookie = self.header(header::SET_COOKIE.as_str());
        cookie
            .split(';')
            .next()
            .filter(|cookie| cookie.contains('='))
            .expect("a cookie")
            .to_owned()
    }

    /// Everything that came, for searching.
    pub fn whole(&self) -> String {
        format!("{:?} {}", self.headers, String::from_utf8_lossy(&self.bytes))
    }
}
