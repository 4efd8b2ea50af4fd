//! One value of one column, as the database keeps it and as a line of the file writes it.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

/// The types of columns that both engines share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Uuid,
    Text,
    Boolean,
    Integer,
    Real,
    Bytes,
    Json,
    Time,
}

impl Kind {
    /// By the type that a migration declares, or the name that PostgreSQL has for it.
    pub fn declared(text: &str) -> Option<Self> {
        Some(match text.to_ascii_lowercase().as_str() {
            "uuid" => Self::Uuid,
            "text" => Self::Text,
            "boolean" => Self::Boolean,
            "bigint" => Self::Integer,
            "double precision" => Self::Real,
            "bytea" => Self::Bytes,
            "jsonb" => Self::Json,
            "timestamptz" | "timestamp with time zone" => Self::Time,
            _ => return None,
        })
    }
}

/// A value; nothing for NULL.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Uuid(Option<Uuid>),
    Text(Option<String>),
    Boolean(Option<bool>),
    Integer(Option<i64>),
    Real(Option<f64>),
    Bytes(Option<Vec<u8>>),
    Json(Option<Value>),
    Time(Option<DateTime<Utc>>),
}

/// Reads the cells of a row of either engine.
macro_rules! read_cells {
    ($row:expr, $columns:expr) => {{
        use sqlx::Row as _;
        let mut cells = Vec::with_capacity($columns.len());
        for (index, (_, kind)) in $columns.iter().enumerate() {
            cells.push(match kind {
                Kind::Uuid => Cell::Uuid($row.try_get(index)?),
                Kind::Text => Cell::Text($row.try_get(index)?),
                Kind::Boolean => Cell::Boolean($row.try_get(index)?),
                Kind::Integer => Cell::Integer($row.try_get(index)?),
                Kind::Real => Cell::Real($row.try_get(index)?),
                Kind::Bytes => Cell::Bytes($row.try_get(index)?),
                Kind::Json => {
                    let json: Option<sqlx::types::Json<serde_json::Value>> = $row.try_get(index)?;
                    Cell::Json(json.map(|json| json.0))
                }
                Kind::Time => Cell::Time($row.try_get(index)?),
            });
        }
        cells
    }};
}
pub(super) use read_cells;

/// Binds cells to a statement of either engine.
macro_rules! bind_cells {
    ($query:expr, $cells:expr) => {{
        let mut query = $query;
        for cell in $cells {
            query = match cell {
                Cell::Uuid(value) => query.bind(value),
                Cell::Text(value) => query.bind(value),
                Cell::Boolean(value) => query.bind(value),
                Cell::Integer(value) => query.bind(value),
                Cell::Real(value) => query.bind(value),
                Cell::Bytes(value) => query.bind(value),
                Cell::Json(value) => query.bind(value.map(sqlx::types::Json)),
                Cell::Time(value) => query.bind(value),
            };
        }
        query
    }};
}
pub(super) use bind_cells;

impl Cell {
    /// As a line of the file has it.
    pub fn to_json(&self) -> Value {
        let text = match self {
            Self::Boolean(value) => return value.map_or(Value::Null, Value::from),
            Self::Integer(value) => return value.map_or(Value::Null, Value::from),
            Self::Uuid(value) => value.map(|id| id.to_string()),
            Self::Text(value) => value.clone(),
            // Written so that it reads back as the same number.
            Self::Real(value) => value.map(|number| format!("{number:?}")),
            Self::Bytes(value) => value.as_ref().map(|bytes| STANDARD.encode(bytes)),
            // As text, so that a null inside the column differs from a column that is NULL.
            Self::Json(value) => value.as_ref().map(ToString::to_string),
            Self::Time(value) => value.map(|time| time.to_rfc3339_opts(SecondsFormat::Micros, true)),
        };
        text.map_or(Value::Null, Value::from)
    }

    /// Out of a line of the file.
    pub fn from_json(kind: Kind, value: Value) -> anyhow::Result<Self> {
        if let (Kind::Boolean | Kind::Integer, value) = (kind, &value) {
            return Ok(match kind {
                Kind::Boolean if value.is_null() => Self::Boolean(None),
                Kind::Boolean => Self::Boolean(Some(value.as_bool().context("not a boolean")?)),
                _ if value.is_null() => Self::Integer(None),
                _ => Self::Integer(Some(value.as_i64().context("not a whole number")?)),
            });
        }
        let text = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            _ => anyhow::bail!("not text"),
        };
        Ok(match kind {
            Kind::Uuid => Self::Uuid(text.map(|text| text.parse()).transpose()?),
            Kind::Real => Self::Real(text.map(|text| text.parse()).transpose()?),
            Kind::Bytes => Self::Bytes(text.map(|text| STANDARD.decode(text)).transpose()?),
            Kind::Json => Self::Json(text.map(|text| serde_json::from_str(&text)).transpose()?),
            Kind::Time => Self::Time(
                text.map(|text| DateTime::parse_from_rfc3339(&text))
                    .transpose()?
                    .map(|time| time.to_utc()),
            ),
            Kind::Text | Kind::Boolean | Kind::Integer => Self::Text(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let time = DateTime::from_timestamp_micros(1_772_460_300_123_456).unwrap();
        let cells = [
            (Kind::Uuid, Cell::Uuid(Some(Uuid::from_u128(7)))),
            (Kind::Uuid, Cell::Uuid(None)),
            (Kind::Text, Cell::Text(Some("é \"\n".to_owned()))),
            (Kind::Text, Cell::Text(Some(String::new()))),
            (Kind::Boolean, Cell::Boolean(Some(false))),
            (Kind::Boolean, Cell::Boolean(None)),
            (Kind::Integer, Cell::Integer(Some(i64::MIN))),
            (Kind::Integer, Cell::Integer(None)),
            (Kind::Real, Cell::Real(Some(0.1 + 0.2))),
            (Kind::Bytes, Cell::Bytes(Some(vec![0, 255, 1]))),
            (Kind::Json, Cell::Json(Some(Value::Null))),
            (Kind::Json, Cell::Json(None)),
            (Kind::Json, Cell::Json(Some(serde_json::json!({"a": [1, "b"]})))),
            (Kind::Time, Cell::Time(Some(time))),
        ];
        for (kind, cell) in cells {
            let line = cell.to_json().to_string();
            let read = Cell::from_json(kind, serde_json::from_str(&line).unwrap()).unwrap();
            assert_eq!(read, cell, "{line}");
        }
    }
}
