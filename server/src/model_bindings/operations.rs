//! The operations on model bindings, for the documentation.

use contract::api::Page;
use contract::model_bindings::{ModelBinding, ModelBindingInput, ModelTestResult, NewModelSettings};
use serde_json::json;

use super::rows::SORTS;
use crate::openapi::Operation;

/// How attaching a credential can fail.
const ATTACH: &[&str] = &["host-not-allowed", "credential-deleted"];

/// How a test can fail where too many operations run.
const AT_ONCE: &[&str] = &["too-many-operations", "too-much-at-once"];

/// What `routes.rs` serves.
pub fn operations() -> Vec<Operation> {
    let example = json!({
        "name": "Local model",
        "settings": {"provider": "openai-compatible", "model_id": "small", "base_url": "http://127.0.0.1:9/v1"},
    });
    vec![
        Operation::get("/model-bindings", "model_bindings.list", "List model bindings")
            .list(SORTS, "name")
            .answers::<Page<ModelBinding>>("A page of model bindings."),
        Operation::post("/model-bindings", "model_bindings.create", "Add a model binding")
            .takes::<ModelBindingInput>(example.clone())
            .but(&["name", "settings"], &["id"])
            .with_field::<NewModelSettings>("settings")
            .creates::<ModelBinding>("The model binding.")
            .refuses(&["name-taken", "quota-reached"])
            .refuses(ATTACH),
        Operation::post(
            "/model-bindings/test",
            "model_bindings.test",
            "Test an unsaved model binding, or a saved one with changes",
        )
        .takes::<ModelBindingInput>(example)
        .answers::<ModelTestResult>("The test result. A failure of the provider is a result, not an error.")
        .refuses(&[
            "audit-unavailable",
            "credential-rolled-back",
            "session-ended",
            "not-found",
            "too-many-uses",
        ])
        .refuses(AT_ONCE),
        Operation::get("/model-bindings/{id}", "model_bindings.get", "Get a model binding")
            .answers_record::<ModelBinding>("The model binding."),
        Operation::patch(
            "/model-bindings/{id}",
            "model_bindings.update",
            "Change a model binding",
        )
        .if_match()
        .takes::<ModelBindingInput>(json!({"settings": {"model_id": "large"}}))
        .but(&[], &["id"])
        .answers_record::<ModelBinding>("The model binding.")
        .refuses(&["name-taken"])
        .refuses(ATTACH),
        Operation::delete(
            "/model-bindings/{id}",
            "model_bindings.delete",
            "Delete a model binding",
        )
        .if_match()
        .answers_nothing("The model binding is gone; its credential stays."),
        Operation::post(
            "/model-bindings/{id}/test",
            "model_bindings.test_saved",
            "Test a saved model binding",
        )
        .answers::<ModelTestResult>("The test result.")
        .refuses(&[
            "audit-unavailable",
            "credential-rolled-back",
            "session-ended",
            "too-many-uses",
        ])
        .refuses(AT_ONCE),
    ]
}
