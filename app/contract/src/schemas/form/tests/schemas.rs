//! What is understood of a schema, and what its author is told.

use serde_json::{Value, json};

use super::super::{Content, Form, Lines};
use super::cases::{form, model, tools};

#[test]
fn fields_come_in_their_order_with_their_words() {
    let form = form(&model());
    let names: Vec<&str> = form.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "provider",
            "model_id",
            "api_key",
            "base_url",
            "organization",
            "retries",
            "structured"
        ]
    );
    let titles: Vec<&str> = form.fields.iter().map(|field| field.title.as_str()).collect();
    assert_eq!(
        titles[..5],
        ["Provider", "Model", "Api key", "Base url", "Organization"]
    );
    assert_eq!(form.fields[0].help.as_deref(), Some("Who serves the model."));
    // An empty help takes the description away.
    assert_eq!(form.fields[2].help, None);
    let required: Vec<bool> = form.fields.iter().map(|field| field.required).collect();
    assert_eq!(required, [true, true, false, false, false, false, false]);
}

#[test]
fn options_choices_and_references_are_understood() {
    let form = form(&model());
    let Content::Choice(choices) = &form.fields[0].content else {
        panic!("not a choice")
    };
    let labels: Vec<(&str, &str)> = choices
        .iter()
        .map(|one| (one.value.as_str(), one.label.as_str()))
        .collect();
    assert_eq!(labels, [("openai", "OpenAI"), ("ollama", "Ollama"), ("xai", "Xai")]);
    assert_eq!(
        form.fields[1].content,
        Content::Text {
            lines: Lines::Single,
            min: Some(1),
            max: Some(40),
            unbroken: true
        }
    );
    assert_eq!(form.fields[2].content, Content::Credential);
    assert_eq!(form.fields[3].content, Content::Url);
    let Content::Object(retries) = &form.fields[5].content else {
        panic!("not an object")
    };
    assert_eq!(
        retries.fields[1].content,
        Content::Number {
            whole: true,
            min: Some(1.0),
            max: Some(10.0)
        }
    );
    assert_eq!(form.fields[6].content, Content::Switch);
}

#[test]
fn an_inline_enum_that_can_be_null_is_a_choice() {
    let form = form(&json!({"type": "object", "properties": {
        "mode": {"type": ["string", "null"], "enum": ["prompt", "history", null], "default": "prompt"},
    }}));
    let Content::Choice(choices) = &form.fields[0].content else {
        panic!("not a choice")
    };
    assert_eq!(choices.len(), 2);
    assert_eq!(form.fields[0].default, Some(json!("prompt")));
}

#[test]
fn the_other_widgets_are_understood() {
    let form = form(&tools());
    let of = |name: &str| &form.field(name).unwrap().content;
    assert_eq!(*of("server_id"), Content::McpServer);
    assert!(matches!(
        of("tool_names"),
        Content::ToolNames { max_items: Some(3), .. }
    ));
    assert!(matches!(
        of("stop"),
        Content::Texts {
            unique: true,
            max: Some(5),
            ..
        }
    ));
    assert!(matches!(of("output_schema"), Content::Json(_)));
    assert!(matches!(of("anything"), Content::Json(_)));
    assert!(matches!(
        of("system"),
        Content::Text {
            lines: Lines::Several,
            ..
        }
    ));
}

#[test]
fn a_pointer_leads_to_its_field() {
    let (form, tools) = (form(&model()), form(&tools()));
    let at = |form: &Form, pointer: &str| form.field_at(pointer).map(|(field, at)| (field.name.clone(), at));
    let found = |name: &str, at: &str| Some((name.to_owned(), at.to_owned()));
    assert_eq!(at(&form, "/retries/jitter"), found("jitter", "/retries/jitter"));
    assert_eq!(at(&tools, "/stop/1"), found("stop", "/stop"));
    assert_eq!(at(&form, "/other"), None);
    assert_eq!(at(&form, ""), None);
}

/// A schema with one property.
fn with(property: &Value) -> Value {
    json!({"type": "object", "properties": {
        "kind": {"type": "string", "enum": ["a", "b"]},
        "on": {"type": "boolean"},
        "field": property,
    }})
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of schemas and sentences")]
fn what_no_form_can_obey_is_refused_with_a_sentence() {
    let refused = [
        (
            json!({"type": "string", "format": "uri", "maxLength": 9}),
            "The `maxLength` of a URL must be 2048",
        ),
        (
            json!({"type": "array", "items": {"type": "string", "minLength": 2}}),
            "The `minLength` of a list entry",
        ),
        (
            json!({"type": "string", "pattern": "^a"}),
            "A text can't have `pattern` in a form.",
        ),
        (
            json!({"type": "string", "format": "email"}),
            "A text can't have `format` in a form.",
        ),
        (json!({"type": "string", "format": "uuid"}), "Set the widget to"),
        (
            json!({"type": "string", "writeOnly": true}),
            "A text can't have `writeOnly` in a form.",
        ),
        (
            json!({"type": "number", "exclusiveMinimum": 0}),
            "A number can't have `exclusiveMinimum` in a form.",
        ),
        (
            json!({"type": "integer", "format": "roman"}),
            "Unknown `format` for a number.",
        ),
        (
            json!({"type": "integer", "minimum": 3, "maximum": 2}),
            "`minimum` must not exceed",
        ),
        (json!({"type": ["string", "integer"]}), "Use one type"),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            "`anyOf` can only allow",
        ),
        (json!({"$ref": "#/$defs/Missing"}), "`$ref` must point"),
        (json!({"$ref": "https://example.com/schema"}), "`$ref` must point"),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            "This widget needs a list of strings.",
        ),
        (json!({"type": "object"}), "This object has no properties."),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            "A form can't have additional properties",
        ),
        (json!({"enum": [1, 2]}), "List the values of the choice"),
        (json!({"type": "string", "enum": [""]}), "List the values of the choice"),
        (json!({}), "Add a type, or use the widget `json`."),
        (json!(true), "Add a type, or use the widget `json`."),
        (
            json!({"type": "string", "x-ui": {"widget": "slider"}}),
            "Unknown widget.",
        ),
        (json!({"type": "string", "x-ui": {"colour": "red"}}), "Unknown hint."),
        (json!({"type": "string", "x-ui": {"order": "1"}}), "Use a number."),
        (
            json!({"type": "string", "x-ui": {"labels": {"a": "A"}}}),
            "Only a choice can have `labels`.",
        ),
        (
            json!({"enum": ["a"], "x-ui": {"labels": {"b": "B"}}}),
            "`labels` contains `b`",
        ),
        (
            json!({"type": "boolean", "x-ui": {"widget": "text"}}),
            "This widget needs the type string.",
        ),
        (
            json!({"type": "string", "x-ui": {"widget": "credential"}}),
            "An ID must have the format `uuid`.",
        ),
        (
            json!({"type": "string", "x-ui": {"show_when": {"field": "kind"}}}),
            "Use {\"field\"",
        ),
        (
            json!({"type": "string", "x-ui": {"show_when": {"field": "gone", "in": ["a"]}}}),
            "`show_when` needs",
        ),
        (
            json!({"type": "string", "x-ui": {"show_when": {"field": "kind", "in": ["c"]}}}),
            "`show_when` needs",
        ),
        (
            json!({"type": "string", "x-ui": {"show_when": {"field": "on", "in": ["true"]}}}),
            "`show_when` needs",
        ),
        (
            json!({"enum": ["a"], "x-ui": {"show_when": {"field": "field", "in": ["a"]}}}),
            "These conditions are circular",
        ),
        (
            json!({"type": "array", "items": {"type": "string"}, "x-ui": {"widget": "tool_names"}}),
            "Tool names need",
        ),
        (
            json!({"type": "array", "items": {"type": "string"},
                "x-ui": {"widget": "tool_names", "route": "/a/{gone}"}}),
            "`route` can refer",
        ),
        (json!({"type": "integer", "default": "x"}), "`default` doesn't match"),
    ];
    for (property, sentence) in refused {
        let fault = Form::parse(&with(&property)).expect_err(sentence);
        assert!(fault.detail.starts_with(sentence), "{property}: {}", fault.detail);
        assert!(
            fault.pointer.starts_with("/properties/field"),
            "{property}: {}",
            fault.pointer
        );
    }
}

#[test]
fn what_is_no_object_or_has_no_end_is_refused() {
    for schema in [json!(7), json!({"type": "string"}), json!({"type": "object"})] {
        assert!(Form::parse(&schema).is_err(), "{schema}");
    }
    let endless = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}}});
    assert!(Form::parse(&endless).is_err());
    let circle = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"$ref": "#/$defs/A"}}});
    assert!(Form::parse(&circle).is_err());
    let hidden = json!({"type": "object", "required": ["a"],
        "properties": {"a": {"type": "string", "x-ui": {"hidden_until_added": true}}}});
    let fault = Form::parse(&hidden).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "/properties/a: A required field can't have `hidden_until_added`."
    );
}
