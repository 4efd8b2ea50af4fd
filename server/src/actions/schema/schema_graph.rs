//! Which parts a JSON Schema has, what each of them looks at, and how they refer to each other.

use std::collections::HashMap;

use serde_json::Value;

/// What a part of a schema looks at, seen from what the schema around it looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum At {
    Here,
    /// The value at a key.
    Key(String),
    /// The value at an index.
    Index(usize),
    /// Every value inside.
    Each,
}

/// A schema inside of the schema.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub parts: Vec<(At, usize)>,
    /// How much its own keywords have to look through.
    pub weight: u64,
    /// How many patterns it holds texts or keys against.
    pub patterns: u64,
    /// Whether it looks a second time at what its parts looked at, to find out what they left.
    pub looks_twice: bool,
}

/// Everything that the root of a schema leads to. The root comes first.
#[derive(Clone, Debug)]
pub(super) struct Graph(pub Vec<Node>);

/// Why a schema cannot be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// A reference names nothing.
    NoTarget,
    /// A part has an address of its own, from where its references would start.
    OwnAddress,
}

impl Graph {
    /// The parts of a schema whose references all begin with `#`.
    pub(super) fn of(root: &Value) -> Result<Self, Lost> {
        let document = Document::of(root)?;
        let mut indexes = HashMap::from([(std::ptr::from_ref(root), 0)]);
        let mut schemas = vec![root];
        let mut nodes = Vec::new();
        while let Some(schema) = schemas.get(nodes.len()).copied() {
            let parts = document.parts(schema)?.into_iter().map(|(at, part)| {
                let next = schemas.len();
                let index = *indexes.entry(std::ptr::from_ref(part)).or_insert(next);
                if index == next {
                    schemas.push(part);
                }
                (at, index)
            });
            nodes.push(Node {
                parts: parts.collect(),
                weight: weight(schema),
                patterns: patterns(schema),
                looks_twice: ["unevaluatedProperties", "unevaluatedItems"]
                    .iter()
                    .any(|keyword| schema.get(keyword).is_some()),
            });
        }
        Ok(Self(nodes))
    }
}

fn weight(schema: &Value) -> u64 {
    let lists = schema.as_object().into_iter().flatten().map(|(_, value)| width(value));
    lists.fold(1, u64::saturating_add)
}

fn patterns(schema: &Value) -> u64 {
    u64::from(schema.get("pattern").is_some()) + schema.get("patternProperties").map_or(0, width)
}

/// How many values are right inside a value.
pub(super) fn width(value: &Value) -> u64 {
    let count = match value {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 0,
    };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// The whole schema, in which references are looked up.
struct Document<'a> {
    root: &'a Value,
    anchors: HashMap<&'a str, &'a Value>,
    /// The keyword of a part's own address.
    id: &'static str,
}

impl<'a> Document<'a> {
    fn of(root: &'a Value) -> Result<Self, Lost> {
        let version = root.get("$schema").and_then(Value::as_str).unwrap_or_default();
        let mut document = Self {
            root,
            anchors: HashMap::new(),
            id: if version.contains("draft-04") { "id" } else { "$id" },
        };
        document.note_anchors(root)?;
        Ok(document)
    }

    fn note_anchors(&mut self, value: &'a Value) -> Result<(), Lost> {
        match value {
            Value::Object(fields) => {
                for keyword in ["$anchor", "$dynamicAnchor"] {
                    let Some(name) = fields.get(keyword).and_then(Value::as_str) else {
                        continue;
                    };
                    let before = self.anchors.insert(name, value);
                    if before.is_some_and(|before| !std::ptr::eq(before, value)) {
                        return Err(Lost::NoTarget);
                    }
                }
                fields.values().try_for_each(|field| self.note_anchors(field))
            }
            Value::Array(items) => items.iter().try_for_each(|item| self.note_anchors(item)),
            _ => Ok(()),
        }
    }

    /// The schemas right inside a schema, and those that it refers to.
    fn parts(&self, schema: &'a Value) -> Result<Vec<(At, &'a Value)>, Lost> {
        self.check_address(schema)?;
        let mut parts = Vec::new();
        for (keyword, content) in schema.as_object().into_iter().flatten() {
            match (keyword.as_str(), content) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(target)) => {
                    parts.push((At::Here, self.target(target)?));
                }
                ("not" | "if" | "then" | "else", part) => parts.push((At::Here, part)),
                ("allOf" | "anyOf" | "oneOf", Value::Array(list)) => {
                    parts.extend(list.iter().map(|part| (At::Here, part)));
                }
                ("dependentSchemas" | "dependencies", Value::Object(map)) => {
                    parts.extend(map.values().map(|part| (At::Here, part)));
                }
                ("properties", Value::Object(map)) => {
                    parts.extend(map.iter().map(|(name, part)| (At::Key(name.clone()), part)));
                }
                ("patternProperties", Value::Object(map)) => parts.extend(map.values().map(|part| (At::Each, part))),
                ("prefixItems" | "items", Value::Array(list)) => {
                    parts.extend(list.iter().enumerate().map(|(index, part)| (At::Index(index), part)));
                }
                // Names are looked at one by one, like what stands at them.
                (
                    "items"
                    | "additionalItems"
                    | "unevaluatedItems"
                    | "contains"
                    | "additionalProperties"
                    | "unevaluatedProperties"
                    | "propertyNames",
                    part,
                ) => parts.push((At::Each, part)),
                _ => {}
            }
        }
        parts.retain(|(_, part)| part.is_object());
        Ok(parts)
    }

    fn check_address(&self, schema: &Value) -> Result<(), Lost> {
        let moves = |keyword| schema.get(keyword).is_some_and(Value::is_string);
        if !std::ptr::eq(schema, self.root) && (moves(self.id) || moves("$schema")) {
            return Err(Lost::OwnAddress);
        }
        Ok(())
    }

    fn target(&self, reference: &str) -> Result<&'a Value, Lost> {
        let fragment = reference.strip_prefix('#').ok_or(Lost::NoTarget)?;
        let fragment = percent_encoding::percent_decode_str(fragment)
            .decode_utf8()
            .map_err(|_| Lost::NoTarget)?;
        if fragment.is_empty() {
            return Ok(self.root);
        }
        let Some(path) = fragment.strip_prefix('/') else {
            return self.anchors.get(&*fragment).copied().ok_or(Lost::NoTarget);
        };
        let mut place = self.root;
        for step in path.split('/') {
            self.check_address(place)?;
            place = place.pointer(&format!("/{step}")).ok_or(Lost::NoTarget)?;
        }
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_by_path_and_by_name() {
        let schema = json!({
            "$id": "https://example.com/s.json",
            "$defs": {"a/b": {"$anchor": "there", "type": "string"}, "c d": {"items": {"$ref": "#"}}},
            "properties": {"x": {"$ref": "#/$defs/a~1b"}, "y": {"$ref": "#there"}, "z": {"$ref": "#/$defs/c%20d"}},
        });
        let Graph(nodes) = Graph::of(&schema).unwrap();
        // The root, three properties, two definitions, and the items, which lead back to the root.
        assert_eq!(nodes.len(), 7);
        assert_eq!(nodes[1].parts, nodes[2].parts);
        assert!(nodes.iter().any(|node| node.parts == [(At::Here, 0)]));
    }

    #[test]
    fn what_cannot_be_followed_is_told() {
        for (schema, lost) in [
            (json!({"$ref": "#/missing"}), Lost::NoTarget),
            (json!({"$ref": "#missing"}), Lost::NoTarget),
            (json!({"$ref": "elsewhere"}), Lost::NoTarget),
            (
                json!({"allOf": [{"$anchor": "a"}, {"$anchor": "a"}, {"$ref": "#a"}]}),
                Lost::NoTarget,
            ),
            (
                json!({"properties": {"a": {"$id": "https://example.com"}}}),
                Lost::OwnAddress,
            ),
            (
                json!({"$defs": {"a": {"$id": "b", "not": {}}}, "$ref": "#/$defs/a/not"}),
                Lost::OwnAddress,
            ),
        ] {
            assert_eq!(Graph::of(&schema).unwrap_err(), lost, "{schema}");
        }
        assert!(Graph::of(&json!({"properties": {"$id": {"type": "string"}}})).is_ok());
    }
}
