//! What is wrong with a value.

use serde_json::{Value, json};

use super::cases::{ID, form, model, tools};

/// The faults of a value, as pointer and code.
fn faults(schema: &Value, value: &Value) -> Vec<(String, String)> {
    let faults = form(schema).check(value);
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn one(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[test]
fn a_value_that_fits_has_no_fault() {
    let value = json!({"provider": "ollama", "model_id": "m", "api_key": ID, "base_url": "http://127.0.0.1:1/v1/",
        "structured": false, "organization": null, "retries": {"enabled": true, "max_attempts": 10, "jitter": 0.5}});
    assert_eq!(faults(&model(), &value), []);
    // It can be added, whatever the provider.
    let value = json!({"provider": "xai", "model_id": "m", "base_url": "https://proxy.example.com/"});
    assert_eq!(faults(&model(), &value), []);
}

#[test]
fn all_broken_rules_are_listed() {
    let value = json!({"provider": "acme", "model_id": " ", "api_key": 7, "base_url": "ftp://a", "structured": "yes",
        "retries": {"max_attempts": 2, "jitter": 1.5}});
    let found = faults(&model(), &value);
    let expected = [
        ("/provider", "unknown-choice"),
        ("/model_id", "required"),
        ("/api_key", "wrong-type"),
        ("/base_url", "bad-scheme"),
        ("/retries/enabled", "required"),
        // Only where retries are enabled.
        ("/retries/max_attempts", "not-applicable"),
        ("/retries/jitter", "out-of-range"),
        ("/structured", "wrong-type"),
    ];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn single_rules_are_told_by_their_codes() {
    let with = |field: &str, value: Value| {
        let mut whole = json!({"provider": "openai", "model_id": "m"});
        whole[field] = value;
        faults(&model(), &whole)
    };
    assert_eq!(with("model_id", json!("x".repeat(41))), one("/model_id", "too-long"));
    assert_eq!(with("model_id", json!("é".repeat(40))), []);
    assert_eq!(with("model_id", json!("a\nb")), one("/model_id", "invisible-character"));
    assert_eq!(with("model_id", json!("a b")), one("/model_id", "has-spaces"));
    assert_eq!(with("model_id", json!("a\0b")), one("/model_id", "nul-character"));
    assert_eq!(with("model_id", Value::Null), one("/model_id", "required"));
    assert_eq!(with("api_key", json!("abc")), one("/api_key", "bad-id"));
    assert_eq!(
        with("base_url", json!("https://user:word@example.com")),
        one("/base_url", "user-info")
    );
    assert_eq!(
        with("retries", json!({"enabled": true, "max_attempts": 2.5})),
        one("/retries/max_attempts", "not-whole")
    );
    assert_eq!(with("retries", json!([])), one("/retries", "wrong-type"));
    assert_eq!(with("retries", json!({})), one("/retries/enabled", "required"));
    assert_eq!(faults(&model(), &json!([])), one("", "wrong-type"));
}

#[test]
fn lists_and_json_have_their_rules() {
    let with = |field: &str, value: Value| {
        let mut whole = json!({"server_id": ID, "stop": ["a"]});
        whole[field] = value;
        faults(&tools(), &whole)
    };
    assert_eq!(with("stop", json!(["a", "b"])), []);
    assert_eq!(with("stop", json!(["a", "b", "c"])), one("/stop", "too-many"));
    assert_eq!(with("stop", json!(["a", "a"])), one("/stop/1", "duplicate"));
    assert_eq!(
        with("stop", json!(["", "abcdef"])),
        [one("/stop/0", "required"), one("/stop/1", "too-long")].concat()
    );
    assert_eq!(with("stop", json!([1])), one("/stop/0", "wrong-type"));
    assert_eq!(with("stop", Value::Null), one("/stop", "required"));
    assert_eq!(with("tool_names", json!([])), []);
    assert_eq!(
        with("tool_names", json!(["a", "b", "c", "d"])),
        one("/tool_names", "too-many")
    );
    assert_eq!(with("output_schema", json!({"type": "object"})), []);
    assert_eq!(
        with("output_schema", json!("text")),
        one("/output_schema", "wrong-type")
    );
    assert_eq!(
        with("anything", json!({"deep": {"nul": "\0"}})),
        one("/anything", "nul-character")
    );
}

#[test]
fn a_pasted_secret_is_told_what_to_do_and_never_repeated() {
    // Marked canaries, made up here. The second has no known beginning.
    for secret in [
        "sk-proj-canary00000000000000",
        "canary7f3a9c1e5b2d4860canary7f3a9c1e5b2d",
    ] {
        let value = json!({"provider": secret, "model_id": "m", "api_key": secret, secret: secret,
            "retries": {"enabled": secret, secret: 1}});
        let faults = form(&model()).check(&value);
        let key = faults.iter().find(|fault| fault.pointer == "/api_key").unwrap();
        assert_eq!(key.code, "looks-like-secret");
        assert_eq!(
            key.detail,
            "This looks like a secret. Create a credential and choose it here."
        );
        assert!(
            !serde_json::to_string(&faults).unwrap().contains("canary"),
            "{faults:?}"
        );
    }
    let value = json!({"provider": "openai", "model_id": "sk-proj-canary00000000000000"});
    assert_eq!(faults(&model(), &value), one("/model_id", "looks-like-secret"));
}

#[test]
fn only_names_of_the_form_are_named() {
    let value = json!({"provider": "openai", "model_id": "m", "canary_a": 1, "canary_b": 2, "jitter": 1});
    let expected = [("", "unknown-field"), ("/jitter", "unknown-field")];
    assert_eq!(
        faults(&model(), &value),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
}

#[test]
fn a_field_that_does_not_apply_may_not_be_sent() {
    let value = json!({"provider": "xai", "model_id": "m", "organization": "o"});
    assert_eq!(faults(&model(), &value), one("/organization", "not-applicable"));
}
