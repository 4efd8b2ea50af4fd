//! The type of the example in `docs/forms.md`, which shows these lines: a test compares them.

// example: begin
/// Tells another service what happened.
#[derive(Debug, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// Where events are sent.
    #[cfg_attr(feature = "schema", schemars(url, extend("x-ui" = {"widget": "url", "title": "URL", "order": 1})))]
    pub url: String,
    /// Without one, the request is not signed.
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "credential", "title": "Key", "order": 2})))]
    pub key: Option<crate::credentials::CredentialId>,
    /// Not about runs that succeeded.
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "switch", "title": "Failures only", "order": 3})))]
    pub failures_only: bool,
}
// example: end
