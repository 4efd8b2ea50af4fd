//! A third form, made without touching the renderer.

use leptos::prelude::*;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

use super::{FormHandle, SchemaForm};
use crate::credentials::CredentialId;
use crate::schemas::{Content, Form};

// The example of `docs/forms.md`, which holds these lines as they are: a test compares them.
// example: begin
/// Tells another service what happened.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only its schema is used here")]
pub struct Webhook {
    /// Where events are sent.
    #[schemars(url, extend("x-ui" = {"widget": "url", "title": "URL", "order": 1}))]
    url: String,
    /// Without one, the request is not signed.
    #[schemars(extend("x-ui" = {"widget": "credential", "title": "Signing secret", "order": 2}))]
    secret: Option<CredentialId>,
    /// Which events are sent.
    #[schemars(extend("x-ui" = {"order": 3, "labels": {"all": "All", "failed": "Failed runs only"}}))]
    events: Events,
}

#[component]
fn WebhookForm(schema: Form, on_save: Callback<Value>) -> impl IntoView {
    let form = FormHandle::new(schema, "webhook");
    let save = move |_| form.submit().into_iter().for_each(|value| on_save.run(value));
    view! {
        <SchemaForm form/>
        <button type="button" on:click=save>"Save"</button>
    }
}
// example: end

/// Which events are sent.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "only its schema is used here")]
enum Events {
    All,
    Failed,
}

fn form() -> Form {
    Form::parse(&schema_for!(Webhook).to_value()).unwrap_or_else(|fault| panic!("{fault}"))
}

#[test]
fn a_form_with_a_credential_takes_an_author_less_than_30_lines() {
    let this = include_str!("webhook_tests.rs");
    let (_, rest) = this.split_once("// example: begin\n").unwrap();
    let (example, _) = rest.split_once("// example: end").unwrap();
    let lines = example.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 30, "{lines}");
    let docs = include_str!("../../../../docs/forms.md");
    assert!(docs.contains(example.trim()), "docs/forms.md shows another example");
}

#[test]
fn its_schema_is_understood_and_checked() {
    let form = form();
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["url", "secret", "events"]);
    assert_eq!(form.fields[1].content, Content::Credential);
    // Marked canary, made up here.
    let faults =
        form.check(&json!({"url": "https://example.com/", "events": "all", "secret": "sk-canary00000000000000"}));
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].code, "looks-like-secret");
}

#[test]
fn it_is_shown_with_its_labels_and_the_picker() {
    let owner = Owner::new();
    let html = owner.with(|| {
        crate::ui::provide_toasts();
        provide_context(crate::ui::SignInAgain::default());
        crate::accounts::provide_me(|| None);
        view! { <WebhookForm schema=form() on_save=Callback::new(|_| ())/> }.to_html()
    });
    for part in [
        "URL",
        "Signing secret",
        "role=\"combobox\"",
        "Failed runs only",
        "id=\"webhook-secret\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}
