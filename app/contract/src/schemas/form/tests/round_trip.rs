//! Every schema that is accepted gives every value back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{Content, Draft, Entry, Form, JsonShape, Lines, Shown};
use super::cases::{form, model};
use super::generate::{Numbers, schema, value};

/// What a schema makes of a form, and what values of it are tried: one word for each kind.
fn kinds(form: &Form, value: &Value, found: &mut BTreeSet<&'static str>) {
    for field in &form.fields {
        let has_value = value.get(&field.name).is_some();
        match form.field(field.show_when.as_ref().map_or("", |condition| &condition.field)) {
            Some(other) if has_value && other.content == Content::Switch => found.insert("if switched"),
            Some(_) if has_value => found.insert("if chosen"),
            _ => false,
        };
        if field.default.is_some() {
            found.insert(if has_value { "default replaced" } else { "default" });
        }
        if !has_value {
            continue;
        }
        found.insert(match &field.content {
            Content::Text { unbroken: true, .. } => "word",
            Content::Text {
                lines: Lines::Single, ..
            } => "line",
            Content::Text { .. } => "lines",
            Content::Url => "url",
            Content::Number { whole: true, .. } => "whole",
            Content::Number { .. } => "number",
            Content::Switch => "switch",
            Content::Choice(_) => "choice",
            Content::Texts { min_items: Some(_), .. } => "some texts",
            Content::Texts { unique: true, .. } => "different texts",
            Content::Texts { .. } => "texts",
            Content::Object(_) => "object",
            Content::Credential => "credential",
            Content::McpServer => "mcp server",
            Content::ToolNames { .. } => "tools",
            Content::Json(JsonShape::Any) => "any json",
            Content::Json(JsonShape::Object) => "json object",
            Content::Json(JsonShape::Array) => "json list",
        });
        if let Content::Object(inner) = &field.content {
            kinds(inner, &value[&field.name], found);
        }
    }
}

#[test]
fn every_value_that_fits_comes_back_out_of_the_form() {
    let (mut fields, mut found) = (0, BTreeSet::new());
    for seed in 1..=3000 {
        let mut numbers = Numbers::of(seed);
        let schema = schema(&mut numbers);
        let form = Form::parse(&schema).unwrap_or_else(|fault| panic!("{schema}: {fault}"));
        let value = value(&form, &mut numbers);
        assert_eq!(form.check(&value), [], "{schema}\n{value}");
        let draft = Draft::of(&form, &value);
        let (back, faults) = draft.check(&form);
        assert_eq!(faults, [], "{schema}\n{value}");
        assert_eq!(back, form.tidy(&value), "{schema}\n{value}");
        assert_eq!(Draft::of(&form, &back), draft, "{schema}\n{value}");
        fields += back.as_object().unwrap().len();
        kinds(&form, &back, &mut found);
    }
    assert_eq!(found.len(), 22, "not every kind was tried: {found:?}");
    assert!(fields > 3000, "hardly anything was tried: {fields}");
}

#[test]
fn a_value_with_a_fault_never_comes_out_as_another_one() {
    for seed in 1..=1000 {
        let mut numbers = Numbers::of(seed);
        let schema = schema(&mut numbers);
        let form = Form::parse(&schema).unwrap();
        let mut value = value(&form, &mut numbers);
        let Some(name) = value.as_object().and_then(|map| map.keys().next().cloned()) else {
            continue;
        };
        // Marked canary, made up here.
        value[&name] = json!({"sk-canary0000000000000000": "sk-canary0000000000000000"});
        let field = form.field(&name).unwrap();
        let faults = form.check(&value);
        if !matches!(field.content, Content::Json(_)) {
            assert!(!faults.is_empty(), "{schema}\n{value}");
        }
        let words = serde_json::to_string(&faults).unwrap();
        assert!(!words.contains("canary"), "{words}");
    }
}

fn typed(draft: &mut Draft, pointer: &str, text: &str) {
    draft.set(pointer, Entry::Text(text.to_owned()));
}

#[test]
fn what_is_typed_outlasts_being_hidden() {
    let form = form(&model());
    let mut draft = Draft::of(
        &form,
        &json!({"provider": "openai", "model_id": "m", "organization": "o"}),
    );
    let organization = form.field("organization").unwrap();
    assert_eq!(draft.shown(&form, "", organization), Shown::ByItself);
    typed(&mut draft, "/provider", "xai");
    assert_eq!(draft.shown(&form, "", organization), Shown::No);
    assert_eq!(draft.value(&form).0, json!({"provider": "xai", "model_id": "m"}));
    typed(&mut draft, "/provider", "openai");
    assert_eq!(draft.value(&form).0["organization"], "o");
}

#[test]
fn a_hidden_field_is_added_and_removed_with_what_was_typed() {
    let form = form(&model());
    let base = form.field("base_url").unwrap();
    let mut draft = Draft::of(&form, &json!({"provider": "xai", "model_id": "m"}));
    assert_eq!(draft.shown(&form, "", base), Shown::Offered);
    draft.add(base, "/base_url");
    typed(&mut draft, "/base_url", "https://proxy.example.com");
    assert_eq!(draft.shown(&form, "", base), Shown::Added);
    draft.remove("/base_url");
    assert_eq!(draft.value(&form).0.get("base_url"), None);
    // This provider shows it by itself, with what was typed before.
    typed(&mut draft, "/provider", "ollama");
    assert_eq!(draft.shown(&form, "", base), Shown::ByItself);
    assert_eq!(draft.value(&form).0["base_url"], "https://proxy.example.com");
    // A switch says no from the moment it is there.
    draft.add(form.field("structured").unwrap(), "/structured");
    assert_eq!(draft.value(&form).0["structured"], false);
}

#[test]
fn what_cannot_be_read_is_a_fault_and_not_missing() {
    let form = form(&model());
    let mut draft = Draft::of(
        &form,
        &json!({"provider": "openai", "model_id": "m", "retries": {"enabled": true}}),
    );
    typed(&mut draft, "/retries/max_attempts", "three");
    let (value, faults) = draft.check(&form);
    assert_eq!(value["retries"], json!({"enabled": true}));
    assert_eq!(faults.len(), 1);
    assert_eq!(
        (faults[0].pointer.as_str(), faults[0].code.as_str()),
        ("/retries/max_attempts", "wrong-type")
    );
    for (text, fits) in [
        ("0x10", false),
        ("1e1", false),
        ("NaN", false),
        (" 7 ", true),
        ("", true),
    ] {
        typed(&mut draft, "/retries/max_attempts", text);
        assert_eq!(draft.check(&form).1.is_empty(), fits, "{text}");
    }
}

#[test]
fn an_entry_of_a_list_stands_in_its_row() {
    let mut draft = Draft::default();
    let rows = ["", "a", "", "b"].map(str::to_owned).to_vec();
    draft.set("/stop", Entry::Texts(rows));
    assert_eq!(
        [0, 1, 2].map(|entry| draft.row_of("/stop", entry)),
        [Some(1), Some(3), None]
    );
    assert_eq!(draft.row_of("/other", 0), None);
}

#[test]
fn a_word_is_read_without_the_spaces_around_it() {
    let form = form(&model());
    let mut draft = Draft::of(&form, &json!({"provider": "openai", "model_id": "m"}));
    typed(&mut draft, "/model_id", " gpt-test ");
    assert_eq!(
        draft.check(&form),
        (json!({"provider": "openai", "model_id": "gpt-test"}), vec![])
    );
    typed(&mut draft, "/model_id", "gpt test");
    assert_eq!(draft.check(&form).1[0].code, "has-spaces");
    typed(&mut draft, "/model_id", "  ");
    assert_eq!(draft.check(&form).1[0].code, "required");
}

#[test]
fn json_says_where_it_breaks_off() {
    let form = Form::parse(&json!({"type": "object", "properties": {
        "schema": {"type": "object", "additionalProperties": true, "x-ui": {"widget": "json"}}}}))
    .unwrap();
    let mut draft = Draft::default();
    typed(&mut draft, "/schema", "{\"a\": \n canary}");
    let (_, faults) = draft.check(&form);
    assert_eq!(faults[0].detail, "This isn't valid JSON. Check line 2, column 2.");
    typed(&mut draft, "/schema", "[]");
    assert_eq!(draft.check(&form).1[0].code, "wrong-type");
    typed(&mut draft, "/schema", "{}");
    assert_eq!(draft.check(&form), (json!({"schema": {}}), vec![]));
    assert_eq!(
        draft.value(&form).0.pointer("/schema"),
        Some(&Value::Object(serde_json::Map::new()))
    );
}
