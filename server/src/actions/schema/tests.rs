//! Which schemas are taken, and what is told of answers.

use serde_json::json;

use super::*;

/// The code of the fault that a schema is refused with.
#[track_caller]
fn refusal(schema: &Value) -> String {
    match Compiled::of(schema) {
        Err(ApiError::Invalid(faults)) => {
            let [fault] = &faults[..] else {
                panic!("one fault: {faults:?}");
            };
            assert_eq!(fault.pointer, POINTER);
            fault.code.clone()
        }
        other => panic!("{schema:.60} is refused: {other:?}"),
    }
}

#[test]
fn a_schema_that_leads_elsewhere_or_is_none_is_refused() {
    for (schema, code) in [
        (json!({"$ref": "https://example.com/schema.json"}), "remote-reference"),
        (
            json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}),
            "remote-reference",
        ),
        (json!({"properties": {"a": {"$id": "b.json"}}}), "remote-reference"),
        (json!({"type": "nothing"}), "bad-schema"),
        (json!({"$ref": "#/missing"}), "bad-schema"),
        (json!({"$ref": "#"}), "bad-schema"),
        (json!({"pattern": "(?=a)b"}), "bad-schema"),
        (json!({"description": "x".repeat(70_000)}), "too-long"),
    ] {
        assert_eq!(refusal(&schema), code, "{schema:.60}");
    }
    let own = json!({"$defs": {"a": {"type": "string"}}, "properties": {"b": {"$ref": "#/$defs/a"}}});
    let schema = Compiled::of(&own).unwrap();
    assert!(schema.faults(&json!({"b": "x"})).is_empty());
}

#[test]
fn a_schema_that_doubles_with_each_reference_is_refused_at_once() {
    let mut defs = serde_json::Map::new();
    for at in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        defs.insert(format!("d{at}"), json!({"allOf": [next, next]}));
    }
    defs.insert("d40".to_owned(), json!({"type": "string"}));
    assert_eq!(refusal(&json!({"$defs": defs, "$ref": "#/$defs/d0"})), "too-complex");
}

#[test]
fn many_patterns_and_large_ones_are_refused() {
    let properties: serde_json::Map<String, Value> = (0..2_000)
        .map(|at| (format!("p{at}"), json!({"pattern": "a"})))
        .collect();
    assert_eq!(refusal(&json!({"properties": properties})), "too-complex");
    let patterns: serde_json::Map<String, Value> = (0..2_000).map(|at| (format!("^{at}$"), json!({}))).collect();
    assert_eq!(refusal(&json!({"patternProperties": patterns})), "too-complex");
    assert_eq!(refusal(&json!({"pattern": "^(\\p{L}\\d){1000}$"})), "bad-schema");
    for usual in [
        r"^\w+$",
        r"^\d{4}-\d{2}-\d{2}$",
        r"^\S+@\S+$",
        "^[A-Za-z0-9_.-]{1,255}$",
        r"^\p{L}+$",
    ] {
        assert!(Compiled::of(&json!({"pattern": usual})).is_ok(), "{usual}");
    }
}

#[test]
fn a_tree_is_checked_to_its_leaves() {
    let schema = Compiled::of(&json!({"type": ["array", "null"], "items": {"$ref": "#"}})).unwrap();
    let tree = |leaf: Value| (0..100).fold(leaf, |inner, _| json!([inner, null]));
    assert!(schema.faults(&tree(json!(null))).is_empty());
    assert_eq!(schema.faults(&tree(json!("leaf"))).len(), 1);
}

#[test]
fn the_longest_way_that_is_taken_fits_on_the_stack() {
    let mut defs = serde_json::Map::new();
    for at in 0..240 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        defs.insert(format!("d{at}"), json!({"allOf": [next]}));
    }
    defs.insert("d240".to_owned(), json!({"items": {"$ref": "#"}, "type": "array"}));
    let schema = Compiled::of(&json!({"$defs": defs, "$ref": "#/$defs/d0"})).unwrap();
    assert_eq!(schema.faults(&json!([])), Vec::<String>::new());
    assert_eq!(schema.faults(&json!(1)).len(), 1);
    let deep = (0..50).fold(json!([]), |inner, _| json!([inner]));
    assert!(schema.faults(&deep).concat().contains("too deeply nested"));
}

#[test]
fn of_many_broken_rules_a_few_are_told() {
    let schema = Compiled::of(&json!({"items": {"type": "string"}})).unwrap();
    assert_eq!(schema.faults(&json!(vec![0; 100])).len(), MAX_FAULTS);
    // Each would take memory of its own.
    assert_eq!(schema.faults(&json!(vec![0; 50_000])).len(), 1);
}

#[test]
fn faults_name_the_place_and_not_what_stands_there() {
    let schema = Compiled::of(&json!({"properties": {"b": {"type": "string"}}})).unwrap();
    let found = schema.faults(&json!({"b": 8_642_097})).join(" ");
    assert!(found.contains("/b: ") && !found.contains("8642097"), "{found}");
}
