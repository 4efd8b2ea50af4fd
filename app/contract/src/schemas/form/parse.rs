//! Reads a schema into a form.

use serde_json::{Map, Value};

use super::content::{Content, JsonShape, Lines};
use super::keywords::{choice, count, id, is_of, list_of_texts, number, only, title_of, url, usual_widget};
use super::resolve::resolve;
use super::ui_hints::{Hints, Widget};
use super::{Field, Form, SchemaFault};

/// Deeper than any form that people fill in.
const MAX_DEPTH: usize = 6;

/// A schema with what it may refer to.
#[derive(Clone, Copy)]
struct Reader<'a> {
    definitions: Option<&'a Map<String, Value>>,
}

impl Form {
    /// Reads JSON Schema 2020-12 with `x-ui` hints. It has to be the schema of an object.
    ///
    /// # Errors
    /// The first construct or hint that no form can be generated from.
    pub fn parse(schema: &Value) -> Result<Self, SchemaFault> {
        let definitions = schema.get("$defs").and_then(Value::as_object);
        let reader = Reader { definitions };
        let mut map = resolve(schema, definitions, "")?.map;
        Hints::take(&mut map, "")?;
        reader.object(&map, "", 0)
    }
}

impl Reader<'_> {
    fn object(self, map: &Map<String, Value>, at: &str, depth: usize) -> Result<Form, SchemaFault> {
        if depth > MAX_DEPTH {
            return Err(SchemaFault::at(at, "The schema is nested too deeply for a form."));
        }
        only(
            map,
            &["type", "properties", "required", "additionalProperties"],
            "An object",
            at,
        )?;
        if map.get("type") != Some(&Value::from("object")) {
            return Err(SchemaFault::at(at, "A form needs a schema with the type object."));
        }
        if map.get("additionalProperties").is_some_and(|more| more != false) {
            return Err(SchemaFault::at(
                at,
                "A form can't have additional properties. Set `additionalProperties` to false, or use the widget `json`.",
            ));
        }
        let properties = map.get("properties").and_then(Value::as_object);
        let properties = properties
            .filter(|map| !map.is_empty())
            .ok_or_else(|| SchemaFault::at(at, "This object has no properties. Add some, or use the widget `json`."))?;
        let required: Vec<&str> = match map.get("required") {
            None => Vec::new(),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(_) => return Err(SchemaFault::at(at, "`required` must be a list of names.")),
        };
        let mut fields = Vec::with_capacity(properties.len());
        for (name, schema) in properties {
            let at = format!("{at}/properties/{name}");
            fields.push(self.field(name, schema, required.contains(&name.as_str()), &at, depth)?);
        }
        // The map keeps no order; fields without a number follow those with one, by name.
        fields.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let fields = fields.into_iter().map(|(_, field)| field).collect();
        let form = Form { fields };
        form.agrees_with_itself(at)?;
        Ok(form)
    }

    fn field(
        self,
        name: &str,
        schema: &Value,
        required: bool,
        at: &str,
        depth: usize,
    ) -> Result<(f64, Field), SchemaFault> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(SchemaFault::at(
                at,
                "Field names can contain only letters, digits, _ and -.",
            ));
        }
        let mut map = resolve(schema, self.definitions, at)?.map;
        let mut hints = Hints::take(&mut map, at)?;
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let title = hints.title.take().or_else(|| text("title"));
        let help = hints.help.take().or_else(|| text("description"));
        let order = hints.order.unwrap_or(f64::INFINITY);
        if required && hints.hidden_until_added {
            return Err(SchemaFault::at(at, "A required field can't have `hidden_until_added`."));
        }
        let (show_when, hidden_until_added) = (hints.show_when.take(), hints.hidden_until_added);
        let field = Field {
            name: name.to_owned(),
            title: title.unwrap_or_else(|| title_of(name)),
            help: help.filter(|help| !help.is_empty()),
            required,
            default: map.get("default").cloned(),
            content: self.content(&mut map, hints, at, depth)?,
            show_when,
            hidden_until_added,
        };
        Ok((order, field))
    }

    fn content(
        self,
        map: &mut Map<String, Value>,
        mut hints: Hints,
        at: &str,
        depth: usize,
    ) -> Result<Content, SchemaFault> {
        let widget = match hints.widget {
            Some(widget) => widget,
            None => usual_widget(map, at)?,
        };
        if widget != Widget::Choice && !hints.labels.is_empty() {
            return Err(SchemaFault::at(at, "Only a choice can have `labels`."));
        }
        if widget != Widget::ToolNames && hints.route.is_some() {
            return Err(SchemaFault::at(at, "Only tool names can have a `route`."));
        }
        Ok(match widget {
            Widget::Text | Widget::Multiline => {
                let unbroken = map.get("pattern") == Some(&Value::from("^\\S+$"));
                if unbroken {
                    map.remove("pattern");
                }
                only(map, &["type", "minLength", "maxLength"], "A text", at)?;
                is_of(map, &["string"], at)?;
                Content::Text {
                    lines: if widget == Widget::Text {
                        Lines::Single
                    } else {
                        Lines::Several
                    },
                    min: count(map, "minLength", at)?,
                    max: count(map, "maxLength", at)?,
                    unbroken,
                }
            }
            Widget::Url => url(map, at)?,
            Widget::Number => number(map, at)?,
            Widget::Switch => {
                only(map, &["type"], "A switch", at)?;
                is_of(map, &["boolean"], at)?;
                Content::Switch
            }
            Widget::Choice => choice(map, &mut hints, at)?,
            Widget::Texts => {
                let max = list_of_texts(map, at)?;
                Content::Texts {
                    min_items: count(map, "minItems", at)?,
                    max_items: count(map, "maxItems", at)?,
                    max,
                    unique: map.get("uniqueItems") == Some(&Value::Bool(true)),
                }
            }
            Widget::Object => Content::Object(self.object(map, at, depth + 1)?),
            Widget::Credential => id(map, Content::Credential, at)?,
            Widget::McpServer => id(map, Content::McpServer, at)?,
            Widget::ToolNames => {
                list_of_texts(map, at)?;
                let route = hints.route.take();
                Content::ToolNames {
                    route: route.ok_or_else(|| SchemaFault::at(at, "Tool names need a `route` that lists them."))?,
                    max_items: count(map, "maxItems", at)?,
                }
            }
            Widget::Json => Content::Json(match map.get("type").and_then(Value::as_str) {
                None => JsonShape::Any,
                Some("object") => JsonShape::Object,
                Some("array") => JsonShape::Array,
                Some(_) => {
                    return Err(SchemaFault::at(
                        at,
                        "The widget `json` needs the type object or array, or no type.",
                    ));
                }
            }),
        })
    }
}
