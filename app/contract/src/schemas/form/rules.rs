//! The rules of single fields.

use serde_json::Value;

use super::{Choice, Content, JsonShape, Lines};
use crate::address::{AddressFault, fault_of};
use crate::secret_text::{KEEP_SECRETS_OUT, LOOKS_LIKE_SECRET, is_secret_id, looks_like_secret};

/// A broken rule.
pub(super) struct Broken {
    /// Its stable code.
    pub code: &'static str,
    /// A sentence that says what to do.
    pub detail: String,
}

/// Where in a list: an entry, or nothing for the whole.
type Place = Option<usize>;

/// Longer than any word that stands where an id belongs.
const MAX_WORD: usize = 20;

fn broken_rule(code: &'static str, detail: impl Into<String>) -> Broken {
    Broken {
        code,
        detail: detail.into(),
    }
}

/// What to do about a field that needs a value.
pub(super) fn missing(content: &Content) -> &'static str {
    match content {
        Content::Text { .. } => "This field is required.",
        Content::Url => AddressFault::Missing.detail(),
        Content::Number { .. } => "Enter a number.",
        Content::Switch => "Choose yes or no.",
        Content::Choice(_) => "Choose an option.",
        Content::Texts { .. } => "Add at least 1 entry.",
        Content::ToolNames { .. } => "Choose at least 1 tool.",
        Content::Object(_) => "These fields are required.",
        Content::Credential => "Choose a credential.",
        Content::McpServer => "Choose an MCP server.",
        Content::Json(_) => "Enter JSON.",
    }
}

/// All rules that a value breaks.
pub(super) fn broken(content: &Content, required: bool, value: &Value) -> Vec<(Place, Broken)> {
    if holds_nul(value) {
        return vec![(
            None,
            broken_rule("nul-character", "Remove the null character (U+0000)."),
        )];
    }
    let whole = |broken: Option<Broken>| broken.map(|broken| (None, broken)).into_iter().collect();
    match content {
        Content::Text { .. } | Content::Url | Content::Choice(_) | Content::Credential | Content::McpServer => {
            whole(match value {
                // No text is a way to leave a field out, but no id.
                Value::String(text) if text.trim().is_empty() && (required || !content.is_id()) => {
                    required.then(|| broken_rule("required", missing(content)))
                }
                Value::String(text) => text_rule(content, text),
                _ => Some(broken_rule("wrong-type", "Send a string.")),
            })
        }
        Content::Number { whole: only, min, max } => whole(number_rule(value, *only, *min, *max)),
        Content::Switch => whole((!value.is_boolean()).then(|| broken_rule("wrong-type", "Send true or false."))),
        Content::Texts {
            min_items,
            max_items,
            max,
            unique,
        } => list_rules(value, *min_items, *max_items, *max, *unique, required),
        Content::ToolNames { max_items, .. } => list_rules(value, None, *max_items, None, true, false),
        Content::Json(shape) => whole(match (shape, value) {
            (JsonShape::Object, Value::Object(_)) | (JsonShape::Array, Value::Array(_)) | (JsonShape::Any, _) => None,
            (JsonShape::Object, _) => Some(broken_rule("wrong-type", "Enter a JSON object, between { and }.")),
            (JsonShape::Array, _) => Some(broken_rule("wrong-type", "Enter a JSON list, between [ and ].")),
        }),
        Content::Object(_) => Vec::new(),
    }
}

/// A text that is not empty.
fn text_rule(content: &Content, text: &str) -> Option<Broken> {
    match content {
        Content::Text {
            lines,
            min,
            max,
            unbroken,
        } => {
            let single = *lines == Lines::Single;
            // A text in one piece is an id of some kind; others are words.
            if single && (looks_like_secret(text) || *unbroken && is_secret_id(text)) {
                return Some(broken_rule(LOOKS_LIKE_SECRET, KEEP_SECRETS_OUT));
            }
            if single && text.chars().any(char::is_control) {
                let detail = "This contains hidden characters. Remove them and try again.";
                return Some(broken_rule("invisible-character", detail));
            }
            if *unbroken && text.contains(char::is_whitespace) {
                return Some(broken_rule("has-spaces", "Remove the spaces."));
            }
            length_rule(text, *min, *max)
        }
        Content::Url => fault_of(text).map(|fault| broken_rule(fault.code(), fault.detail())),
        Content::Choice(choices) => (!choices.iter().any(|choice| choice.value == text))
            .then(|| broken_rule("unknown-choice", format!("Choose one of: {}.", values_of(choices)))),
        _ => id_rule(text, content),
    }
}

/// An id: a UUID in its hyphenated form.
fn id_rule(text: &str, content: &Content) -> Option<Broken> {
    if text.len() == 36 && uuid::Uuid::try_parse(text).is_ok() {
        return None;
    }
    // Where an id belongs, a long unbroken run can only be a key.
    let run = text.chars().count() >= MAX_WORD && !text.trim().contains(char::is_whitespace);
    Some(if looks_like_secret(text) || run {
        broken_rule(LOOKS_LIKE_SECRET, KEEP_SECRETS_OUT)
    } else {
        broken_rule(
            "bad-id",
            match content {
                Content::McpServer => "Send the ID of an MCP server.",
                _ => "Send the ID of a credential.",
            },
        )
    })
}

fn length_rule(text: &str, min: Option<usize>, max: Option<usize>) -> Option<Broken> {
    let length = text.chars().count();
    if max.is_some_and(|max| length > max) {
        let detail = format!("Use up to {}.", plural(max.unwrap_or_default(), "character"));
        return Some(broken_rule("too-long", detail));
    }
    if min.is_some_and(|min| length < min) {
        let detail = format!("Use at least {}.", plural(min.unwrap_or_default(), "character"));
        return Some(broken_rule("too-short", detail));
    }
    None
}

fn number_rule(value: &Value, whole: bool, min: Option<f64>, max: Option<f64>) -> Option<Broken> {
    let number = value.as_f64().filter(|_| value.is_number());
    let Some(number) = number else {
        return Some(broken_rule("wrong-type", "Enter a number."));
    };
    if whole && value.is_f64() {
        return Some(broken_rule("not-whole", "Enter a whole number."));
    }
    let fits = min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max);
    (!fits).then(|| {
        broken_rule(
            "out-of-range",
            match (min, max) {
                (Some(min), Some(max)) => format!("Enter a number from {min} to {max}."),
                (Some(min), None) => format!("Enter {min} or more."),
                (None, Some(max)) => format!("Enter {max} or less."),
                (None, None) => String::new(),
            },
        )
    })
}

fn list_rules(
    value: &Value,
    min_items: Option<usize>,
    max_items: Option<usize>,
    max: Option<usize>,
    unique: bool,
    required: bool,
) -> Vec<(Place, Broken)> {
    let Value::Array(items) = value else {
        return vec![(None, broken_rule("wrong-type", "Send a list of strings."))];
    };
    let mut broken = Vec::new();
    if max_items.is_some_and(|max| items.len() > max) {
        let detail = format!("Use up to {}.", entries(max_items.unwrap_or_default()));
        broken.push((None, broken_rule("too-many", detail)));
        return broken;
    }
    // An empty list that may be left out is as good as none.
    if (required || !items.is_empty()) && items.len() < min_items.unwrap_or_default() {
        let detail = format!("Use at least {}.", entries(min_items.unwrap_or_default()));
        broken.push((None, broken_rule("too-few", detail)));
    }
    for (index, item) in items.iter().enumerate() {
        let rule = match item {
            Value::String(text) if text.is_empty() => Some(broken_rule("required", "Fill in this entry or remove it.")),
            Value::String(text) if looks_like_secret(text) => Some(broken_rule(LOOKS_LIKE_SECRET, KEEP_SECRETS_OUT)),
            Value::String(_) if unique && items[..index].contains(item) => Some(broken_rule(
                "duplicate",
                "This entry is already in the list. Remove it.",
            )),
            Value::String(text) => length_rule(text, None, max),
            _ => Some(broken_rule("wrong-type", "Send a string.")),
        };
        broken.extend(rule.map(|rule| (Some(index), rule)));
    }
    broken
}

fn values_of(choices: &[Choice]) -> String {
    choices
        .iter()
        .map(|choice| choice.value.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn plural(count: usize, thing: &str) -> String {
    if count == 1 {
        format!("1 {thing}")
    } else {
        format!("{count} {thing}s")
    }
}

fn entries(count: usize) -> String {
    if count == 1 {
        "1 entry".to_owned()
    } else {
        format!("{count} entries")
    }
}

/// Whether a text or a key in a JSON value holds U+0000.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
