//! A third form, made without touching the renderer.

use contract::schemas::example::Webhook;
use contract::schemas::{Content, Form};
use leptos::prelude::*;
use schemars::schema_for;
use serde_json::json;

use super::WebhookForm;
use crate::schemas::{FormHandle, SchemaForm};

fn form() -> Form {
    Form::parse(&schema_for!(Webhook).to_value()).unwrap_or_else(|fault| panic!("{fault}"))
}

/// A section of `docs/forms.md`, up to the next heading.
fn section(heading: &str) -> &'static str {
    let docs = include_str!("../../../../docs/forms.md");
    let (_, rest) = docs.split_once(heading).unwrap();
    rest.split("\n## ").next().unwrap()
}

#[test]
fn a_form_with_a_credential_takes_an_author_less_than_30_lines() {
    let section = section("\n## A form with a credential field\n");
    let code: Vec<&str> = section
        .split("```rust\n")
        .skip(1)
        .filter_map(|part| part.split("```").next())
        .collect();
    let sources = [
        include_str!("../../../contract/src/schemas/example.rs"),
        include_str!("mod.rs"),
    ];
    for (shown, source) in code.iter().zip(sources) {
        let (_, rest) = source.split_once("// example: begin\n").unwrap();
        let (example, _) = rest.split_once("// example: end").unwrap();
        assert_eq!(*shown, example, "docs/forms.md shows another example");
    }
    let lines = code.iter().flat_map(|code| code.lines());
    let lines = lines.filter(|line| !line.trim().is_empty()).count();
    assert!(lines < 30, "{lines}");
}

#[test]
fn its_schema_is_understood_and_checked() {
    let form = form();
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["url", "key", "failures_only"]);
    assert_eq!(form.fields[1].content, Content::Credential);
    // Marked canary, made up here.
    let value = json!({"url": "https://example.com/", "failures_only": true, "key": "sk-canary00000000000000"});
    let faults = form.check(&value);
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
        // Until the schema is there, it says that it waits.
        let waiting = view! { <WebhookForm on_save=Callback::new(|_| ()) /> }.to_html();
        assert!(waiting.contains("role=\"status\""), "{waiting}");
        view! { <SchemaForm form=FormHandle::new(form(), "webhook") /> }.to_html()
    });
    for part in [
        "URL",
        "Failures only",
        "Send events only for failed runs.",
        "role=\"combobox\"",
        "id=\"webhook-key\"",
    ] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
}
