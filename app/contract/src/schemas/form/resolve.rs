//! Follows references and takes "or null" away, as schemars writes them.

use serde_json::{Map, Value};

use super::SchemaFault;

/// More than any schema of people nests.
const MAX_STEPS: usize = 16;

/// A schema without references.
pub(super) struct Resolved {
    /// Its keywords.
    pub map: Map<String, Value>,
}

/// Resolves a schema. `definitions` are the `$defs` of the root.
///
/// # Errors
/// Where it is more than references and "or null".
pub(super) fn resolve(
    schema: &Value,
    definitions: Option<&Map<String, Value>>,
    at: &str,
) -> Result<Resolved, SchemaFault> {
    let mut map = match schema {
        // Any value.
        Value::Bool(true) => Map::new(),
        Value::Object(map) => map.clone(),
        _ => return Err(SchemaFault::at(at, "The schema of a field must be an object.")),
    };
    for _ in 0..MAX_STEPS {
        if let Some(reference) = map.remove("$ref") {
            let target = definition(&reference, definitions, at)?;
            map = overlay(target, map);
        } else if let Some(branches) = map.remove("anyOf") {
            let branch = not_null(&branches, at)?;
            map = overlay(branch, map);
        } else {
            drop_null(&mut map, at)?;
            return Ok(Resolved { map });
        }
    }
    Err(SchemaFault::at(
        at,
        "This schema refers to itself, and a form can't show that.",
    ))
}

fn definition<'a>(
    reference: &Value,
    definitions: Option<&'a Map<String, Value>>,
    at: &str,
) -> Result<&'a Map<String, Value>, SchemaFault> {
    reference
        .as_str()
        .and_then(|text| text.strip_prefix("#/$defs/"))
        .and_then(|name| definitions?.get(name)?.as_object())
        .ok_or_else(|| SchemaFault::at(at, "`$ref` must point to one of the schema's own `$defs`."))
}

/// The branch of `anyOf` that is not null.
fn not_null<'a>(branches: &'a Value, at: &str) -> Result<&'a Map<String, Value>, SchemaFault> {
    let is_null = |branch: &&Value| branch.get("type") == Some(&Value::from("null"));
    let branches = branches.as_array().map(Vec::as_slice).unwrap_or_default();
    let rest: Vec<&Value> = branches.iter().filter(|branch| !is_null(branch)).collect();
    match rest.as_slice() {
        [one] if branches.len() == 2 => one.as_object(),
        _ => None,
    }
    .ok_or_else(|| {
        SchemaFault::at(
            at,
            "`anyOf` can only allow null. For alternatives, use a choice and `show_when`.",
        )
    })
}

/// The keywords of a schema, with those beside its reference on top. Hints are merged one by one.
fn overlay(below: &Map<String, Value>, above: Map<String, Value>) -> Map<String, Value> {
    let mut map = below.clone();
    for (key, value) in above {
        match (key.as_str(), map.get_mut(&key), value) {
            ("x-ui", Some(Value::Object(hints)), Value::Object(more)) => hints.extend(more),
            (_, _, value) => {
                map.insert(key, value);
            }
        }
    }
    map
}

/// Takes null out of `type` and `enum`: a field without a value is left out.
fn drop_null(map: &mut Map<String, Value>, at: &str) -> Result<(), SchemaFault> {
    if let Some(Value::Array(types)) = map.get("type") {
        let rest: Vec<&Value> = types.iter().filter(|kind| *kind != "null").collect();
        let [one] = rest.as_slice() else {
            return Err(SchemaFault::at(at, "Use one type, or one type and null."));
        };
        let one = (*one).clone();
        map.insert("type".to_owned(), one);
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if map.get("default") == Some(&Value::Null) {
        map.remove("default");
    }
    Ok(())
}
