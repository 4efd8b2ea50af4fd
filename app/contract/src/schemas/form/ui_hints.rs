//! The hints under `x-ui`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Condition, Route, SchemaFault};

/// How a field is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Widget {
    Text,
    Multiline,
    Number,
    Switch,
    Choice,
    Texts,
    Url,
    Object,
    Credential,
    McpServer,
    ToolNames,
    Json,
}

/// What `x-ui` says.
#[derive(Debug, Default)]
pub(super) struct Hints {
    pub widget: Option<Widget>,
    pub title: Option<String>,
    pub help: Option<String>,
    pub order: Option<f64>,
    pub labels: BTreeMap<String, String>,
    pub show_when: Option<Condition>,
    pub hidden_until_added: bool,
    pub route: Option<Route>,
}

impl Widget {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "multiline" => Self::Multiline,
            "number" => Self::Number,
            "switch" => Self::Switch,
            "choice" => Self::Choice,
            "texts" => Self::Texts,
            "url" => Self::Url,
            "object" => Self::Object,
            "credential" => Self::Credential,
            "mcp_server" => Self::McpServer,
            "tool_names" => Self::ToolNames,
            "json" => Self::Json,
            _ => return None,
        })
    }
}

impl Hints {
    /// Takes `x-ui` out of the keywords of a field.
    ///
    /// # Errors
    /// Where a hint is unknown or not of its kind.
    pub(super) fn take(map: &mut Map<String, Value>, at: &str) -> Result<Self, SchemaFault> {
        let mut hints = Self::default();
        let given = match map.remove("x-ui") {
            None => return Ok(hints),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(SchemaFault::at(at, "`x-ui` must be an object.")),
        };
        for (name, value) in given {
            let at = format!("{at}/x-ui/{name}");
            let text = || value.as_str().map(str::to_owned);
            let wrong = |detail: &str| SchemaFault::at(&at, detail);
            match name.as_str() {
                "widget" => {
                    let widget = value.as_str().and_then(Widget::from_name);
                    hints.widget = Some(widget.ok_or_else(|| {
                        wrong(
                            "Unknown widget. Use text, multiline, number, switch, choice, texts, url, \
                             object, credential, mcp_server, tool_names or json.",
                        )
                    })?);
                }
                "title" => hints.title = Some(text().ok_or_else(|| wrong("Use a string."))?),
                "help" => hints.help = Some(text().ok_or_else(|| wrong("Use a string."))?),
                "order" => hints.order = Some(value.as_f64().ok_or_else(|| wrong("Use a number."))?),
                "labels" => hints.labels = labels(&value).ok_or_else(|| wrong("Use an object of strings."))?,
                "show_when" => hints.show_when = Some(condition(&value).ok_or_else(|| wrong(SHOW_WHEN))?),
                "hidden_until_added" => {
                    hints.hidden_until_added = value.as_bool().ok_or_else(|| wrong("Use true or false."))?;
                }
                "route" => {
                    let route = Route::parse(value.as_str().unwrap_or_default()).map_err(wrong)?;
                    hints.route = Some(route);
                }
                _ => return Err(wrong("Unknown hint.")),
            }
        }
        Ok(hints)
    }
}

const SHOW_WHEN: &str = "Use {\"field\": \"another field of this object\", \"in\": [its values]}.";

fn labels(value: &Value) -> Option<BTreeMap<String, String>> {
    let pairs = value.as_object()?.iter();
    pairs
        .map(|(value, label)| Some((value.clone(), label.as_str()?.to_owned())))
        .collect()
}

fn condition(value: &Value) -> Option<Condition> {
    let map = value.as_object()?;
    let values = map.get("in")?.as_array()?.clone();
    (map.len() == 2 && !values.is_empty()).then_some(Condition {
        field: map.get("field")?.as_str()?.to_owned(),
        values,
    })
}
