//! Shapes of texts that follow rules, for the documentation of the API.

use schemars::{Schema, SchemaGenerator, json_schema};

use crate::names::MAX_NAME_CHARS;

/// A name, as `names::parse_name` takes it.
pub fn name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS})
}

/// The address of a server.
pub fn address(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "format": "uri", "pattern": "^https?://"})
}
