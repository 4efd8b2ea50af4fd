//! The type of the example in `docs/forms.md`, which shows these lines: a test compares them.

// example: begin
/// Notifies another service about runs.
#[derive(Debug, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The address that receives the events.
    #[cfg_attr(feature = "schema", schemars(url, extend("x-ui" = {"widget": "url", "title": "URL", "order": 1})))]
    pub url: String,
    /// Leave blank to send unsigned requests.
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "credential", "title": "Key", "order": 2})))]
    pub key: Option<crate::credentials::CredentialId>,
    /// Send events only for failed runs.
    #[cfg_attr(feature = "schema", schemars(extend("x-ui" = {"widget": "switch", "title": "Failures only", "order": 3})))]
    pub failures_only: bool,
}
// example: end
