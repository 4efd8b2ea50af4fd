//! The keywords of JSON Schema that a form obeys.

use serde_json::{Map, Value};

use super::SchemaFault;
use super::content::{Choice, Content};
use super::ui_hints::{Hints, Widget};
use crate::address::MAX_ADDRESS_CHARS;

/// Keywords that only describe.
const DESCRIBING: &[&str] = &[
    "title",
    "description",
    "default",
    "examples",
    "$comment",
    "$schema",
    "$defs",
    "$id",
];

/// The greatest whole number below which none is missing among those of a browser.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// The widget of a field without a hint.
pub(super) fn usual_widget(map: &Map<String, Value>, at: &str) -> Result<Widget, SchemaFault> {
    if map.contains_key("enum") || map.contains_key("oneOf") || map.contains_key("const") {
        return Ok(Widget::Choice);
    }
    let format = map.get("format").and_then(Value::as_str);
    Ok(match map.get("type").and_then(Value::as_str) {
        Some("string") if format == Some("uri") => Widget::Url,
        Some("string") if format == Some("uuid") => {
            return Err(SchemaFault::at(at, "Set the widget to `credential` or `mcp_server`."));
        }
        Some("string") => Widget::Text,
        Some("integer" | "number") => Widget::Number,
        Some("boolean") => Widget::Switch,
        Some("array") => Widget::Texts,
        Some("object") => Widget::Object,
        _ => return Err(SchemaFault::at(at, "Add a type, or use the widget `json`.")),
    })
}

pub(super) fn url(map: &Map<String, Value>, at: &str) -> Result<Content, SchemaFault> {
    only(map, &["type", "format", "pattern", "maxLength"], "A URL", at)?;
    is_of(map, &["string"], at)?;
    let format = map.get("format");
    let pattern = map.get("pattern");
    if format.is_some_and(|format| format != "uri") || pattern.is_some_and(|pattern| pattern != "^https?://") {
        return Err(SchemaFault::at(
            at,
            "A URL can have only the format `uri` and the pattern `^https?://`.",
        ));
    }
    if count(map, "maxLength", at)?.is_some_and(|max| max != MAX_ADDRESS_CHARS) {
        let detail = format!("The `maxLength` of a URL must be {MAX_ADDRESS_CHARS}, or left out.");
        return Err(SchemaFault::at(at, detail));
    }
    Ok(Content::Url)
}

pub(super) fn number(map: &Map<String, Value>, at: &str) -> Result<Content, SchemaFault> {
    only(map, &["type", "format", "minimum", "maximum"], "A number", at)?;
    is_of(map, &["integer", "number"], at)?;
    let whole = map.get("type") == Some(&Value::from("integer"));
    let limits = match map.get("format").and_then(Value::as_str) {
        None | Some("float" | "double") => (None, None),
        Some("int8") => (Some(f64::from(i8::MIN)), Some(f64::from(i8::MAX))),
        Some("int16") => (Some(f64::from(i16::MIN)), Some(f64::from(i16::MAX))),
        Some("int32") => (Some(f64::from(i32::MIN)), Some(f64::from(i32::MAX))),
        Some("uint8") => (Some(0.0), Some(f64::from(u8::MAX))),
        Some("uint16") => (Some(0.0), Some(f64::from(u16::MAX))),
        Some("uint32") => (Some(0.0), Some(f64::from(u32::MAX))),
        // What a number of JSON holds exactly in a browser.
        Some("int64" | "int") => (Some(-EXACT), Some(EXACT)),
        Some("uint64" | "uint") => (Some(0.0), Some(EXACT)),
        Some(_) => return Err(SchemaFault::at(at, "Unknown `format` for a number.")),
    };
    let min = limit(map, "minimum", at)?.or(limits.0);
    let max = limit(map, "maximum", at)?.or(limits.1);
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        return Err(SchemaFault::at(at, "`minimum` must not exceed `maximum`."));
    }
    Ok(Content::Number { whole, min, max })
}

pub(super) fn choice(map: &Map<String, Value>, hints: &mut Hints, at: &str) -> Result<Content, SchemaFault> {
    if map.get("type").is_some_and(|kind| kind != "string") {
        return Err(SchemaFault::at(at, "A choice must have the type string."));
    }
    let mut values = Vec::new();
    let mut branches = vec![map];
    if let Some(more) = map.get("oneOf").and_then(Value::as_array) {
        branches.extend(more.iter().filter_map(Value::as_object));
    }
    for branch in branches {
        only(branch, &["type", "enum", "oneOf", "const"], "A choice", at)?;
        values.extend(branch.get("const"));
        values.extend(branch.get("enum").and_then(Value::as_array).into_iter().flatten());
    }
    let values: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
    let values = values.filter(|values| !values.is_empty() && !values.iter().any(String::is_empty));
    let values =
        values.ok_or_else(|| SchemaFault::at(at, "List the values of the choice as strings that aren't empty."))?;
    if let Some(other) = hints.labels.keys().find(|label| !values.contains(label)) {
        return Err(SchemaFault::at(
            at,
            format!("`labels` contains `{other}`, which isn't one of the values."),
        ));
    }
    let choices = values.into_iter().map(|value| Choice {
        label: hints.labels.remove(&value).unwrap_or_else(|| title_of(&value)),
        value,
    });
    Ok(Content::Choice(choices.collect()))
}

pub(super) fn id(map: &Map<String, Value>, content: Content, at: &str) -> Result<Content, SchemaFault> {
    only(map, &["type", "format"], "An id", at)?;
    is_of(map, &["string"], at)?;
    if map.get("format") == Some(&Value::from("uuid")) {
        Ok(content)
    } else {
        Err(SchemaFault::at(at, "An ID must have the format `uuid`."))
    }
}

/// The most characters of an entry.
pub(super) fn list_of_texts(map: &Map<String, Value>, at: &str) -> Result<Option<usize>, SchemaFault> {
    only(
        map,
        &["type", "items", "minItems", "maxItems", "uniqueItems"],
        "A list",
        at,
    )?;
    is_of(map, &["array"], at)?;
    let items = map.get("items").and_then(Value::as_object);
    let items = items.filter(|items| items.get("type") == Some(&Value::from("string")));
    let items = items
        .ok_or_else(|| SchemaFault::at(at, "This widget needs a list of strings. For other lists, use `json`."))?;
    only(
        items,
        &["type", "minLength", "maxLength"],
        "A list entry",
        &format!("{at}/items"),
    )?;
    // Entries are never empty, so one character is no further rule.
    if count(items, "minLength", at)?.is_some_and(|min| min > 1) {
        return Err(SchemaFault::at(at, "The `minLength` of a list entry must be 0 or 1."));
    }
    count(items, "maxLength", at)
}

/// Refuses keywords that the form would not obey.
pub(super) fn only(map: &Map<String, Value>, known: &[&str], what: &str, at: &str) -> Result<(), SchemaFault> {
    let other = map
        .keys()
        .find(|key| !known.contains(&key.as_str()) && !DESCRIBING.contains(&key.as_str()));
    match other {
        None => Ok(()),
        Some(other) => Err(SchemaFault::at(at, format!("{what} can't have `{other}` in a form."))),
    }
}

pub(super) fn is_of(map: &Map<String, Value>, types: &[&str], at: &str) -> Result<(), SchemaFault> {
    let kind = map.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| types.contains(&kind)) {
        Ok(())
    } else {
        let detail = format!("This widget needs the type {}.", types.join(" or "));
        Err(SchemaFault::at(at, detail))
    }
}

pub(super) fn count(map: &Map<String, Value>, key: &str, at: &str) -> Result<Option<usize>, SchemaFault> {
    let Some(value) = map.get(key) else {
        return Ok(None);
    };
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count
        .map(Some)
        .ok_or_else(|| SchemaFault::at(at, format!("`{key}` must be a whole number.")))
}

pub(super) fn limit(map: &Map<String, Value>, key: &str, at: &str) -> Result<Option<f64>, SchemaFault> {
    let Some(value) = map.get(key) else {
        return Ok(None);
    };
    let limit = value.as_f64();
    limit
        .map(Some)
        .ok_or_else(|| SchemaFault::at(at, format!("`{key}` must be a number.")))
}

/// `base_url` as people write it: `Base url`.
pub(super) fn title_of(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut chars = words.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
