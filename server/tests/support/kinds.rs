//! Records of every kind, for tests that walk all routes.

use contract::kinds::KINDS;

use super::TestApp;

/// The body that creates a record, for each kind with an owner.
const BODIES: &[(&str, &str)] = &[
    ("credential", r#"{"name": "{name}", "value": "v"}"#),
    ("mcp_server", r#"{"name": "{name}", "url": "{url}"}"#),
    (
        "model_binding",
        r#"{"name": "{name}", "settings": {"provider": "openai-compatible", "model_id": "m", "base_url": "{url}"}}"#,
    ),
];

/// The path of the API and the body that creates a record, of each kind with an owner.
pub fn owned_kinds() -> Vec<(&'static str, &'static str)> {
    let owned = KINDS.iter().filter(|kind| kind.is_owned);
    let with_body = owned.map(|kind| {
        let body = BODIES.iter().find(|(name, _)| *name == kind.name);
        let (_, body) = body.unwrap_or_else(|| panic!("BODIES has no body for {}", kind.name));
        (kind.path, *body)
    });
    with_body.collect()
}

/// The path of a kind with an owner and `/{id}` below it is in this path: creates a record, and returns its id.
pub async fn create_for(app: &TestApp, who: &'static str, path: &str, name: &str, url: &str) -> Option<String> {
    let of_path = |(kind, _): &(&str, &str)| path.contains(&format!("{kind}/"));
    let (kind, body) = owned_kinds().into_iter().find(of_path)?;
    let body = body.replace("{name}", name).replace("{url}", url);
    let body = serde_json::from_str(&body).expect("a body is JSON");
    Some(app.post(who, kind, body).await.expect(201).text("/id"))
}
