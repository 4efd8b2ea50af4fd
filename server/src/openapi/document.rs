//! The document as a whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use contract::problem::Problem;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::{Body, Operation, Success};
use crate::http::{ApiError, ProblemKind};

const ABOUT: &str = "\
Named secrets for integrations. The server stores and uses them; you select them by name, and never see their values again.

Sign in with `POST /api/v1/session` and keep the cookie. Errors are problem documents (RFC 9457) with a `type` of `urn:strongroom:problem:` and a stable code. Releases of v1 may add fields and enum values to responses: ignore unknown ones.

All problem codes:

| Code | Status | |
|---|---|---|
";

/// The schemas of both directions: a field that an answer always has can be left out of an input.
struct Shapes {
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
}

/// The document of these operations. Over https the session's cookie has another name.
pub fn document(operations: &[Operation], https: bool) -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut shapes = Shapes {
        inputs: settings().for_deserialize().into_generator(),
        outputs: settings().for_serialize().into_generator(),
    };
    let problem = shapes.outputs.subschema_for::<Problem>();
    let kinds = ApiError::kinds();
    let mut responses = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let mut answers = Map::new();
        let success = &operation.success;
        answers.insert(success.status.to_string(), success_response(success, &mut shapes));
        for (status, kinds) in by_status(&operation.problems(), &kinds) {
            let name = kinds.iter().map(|kind| kind.slug).collect::<Vec<_>>().join(".");
            answers.insert(
                status.to_string(),
                json!({"$ref": format!("#/components/responses/{name}")}),
            );
            responses
                .entry(name)
                .or_insert_with(|| problem_response(&kinds, problem.as_value()));
        }
        paths
            .entry(operation.full_path())
            .or_default()
            .insert(operation.method.to_owned(), describe(operation, answers, &mut shapes));
    }
    let mut schemas = shapes.inputs.take_definitions(true);
    schemas.extend(shapes.outputs.take_definitions(true));
    let cookie = if https { "__Host-strongroom" } else { "strongroom" };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Strongroom",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The API of a Strongroom server",
            "description": about(&kinds),
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie,
                    "description": "The session that `POST /api/v1/session` starts. (Over https the cookie is named `__Host-strongroom`.)",
                },
            },
        },
    })
}

fn about(kinds: &[ProblemKind]) -> String {
    let mut text = ABOUT.to_owned();
    for kind in kinds {
        let _ = writeln!(text, "| `{}` | {} | {} |", kind.slug, kind.status.as_u16(), kind.title);
    }
    text
}

fn describe(operation: &Operation, answers: Map<String, Value>, shapes: &mut Shapes) -> Value {
    let mut parameters: Vec<Value> = operation
        .path_parameters()
        .map(|name| {
            let schema = if name.ends_with("id") {
                json!({"type": "string", "format": "uuid"})
            } else {
                json!({"type": "string", "minLength": 1})
            };
            json!({"name": name, "in": "path", "required": true, "schema": schema})
        })
        .collect();
    parameters.extend(operation.parameters.iter().map(|parameter| {
        let mut described = json!({
            "name": parameter.name,
            "in": parameter.place,
            "description": parameter.description,
            "schema": parameter.schema,
        });
        // A form without scripts sends what was not filled in, which counts as absent.
        if parameter.place == "query" {
            described["allowEmptyValue"] = true.into();
        }
        described
    }));
    let tag = operation.id.split('.').next().unwrap_or_default();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [tag],
        "responses": answers,
    });
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(body) = &operation.body {
        described["requestBody"] = json!({
            "required": true,
            "content": {"application/json": {
                "schema": input(body, &mut shapes.inputs),
                "examples": {"typical": {"value": body.example}},
            }},
        });
    }
    if operation.signed_in {
        described["security"] = json!([{"session": []}]);
    }
    described
}

/// The shape of a body, with what is special about one operation.
fn input(body: &Body, inputs: &mut SchemaGenerator) -> Value {
    let shape = (body.shape)(inputs).to_value();
    if body.required.is_empty() && body.without.is_empty() && body.reshaped.is_empty() {
        return shape;
    }
    let name = shape["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    let found = name.and_then(|name| inputs.definitions().get(name)).cloned();
    let mut shape = found.unwrap_or(shape);
    if let Some(fields) = shape["properties"].as_object_mut() {
        fields.retain(|field, _| !body.without.contains(&field.as_str()));
        for (name, shape) in &body.reshaped {
            let mut shape = shape(inputs).to_value();
            if let Some(description) = fields.get(*name).and_then(|field| field.get("description")) {
                shape["description"] = description.clone();
            }
            fields.insert((*name).to_owned(), shape);
        }
    }
    let mut required = shape["required"].as_array().cloned().unwrap_or_default();
    required.extend(body.required.iter().map(|field| json!(field)));
    shape["required"] = required.into();
    shape
}

fn success_response(success: &Success, shapes: &mut Shapes) -> Value {
    let mut response = json!({"description": success.description});
    if let Some(shape) = success.shape {
        response["content"] = json!({success.content_type: {"schema": shape(&mut shapes.outputs)}});
    }
    if let Some(events) = success.events {
        // The data of each event; its name is the `type` in it.
        let shape = events(&mut shapes.outputs);
        response["content"]["text/event-stream"] = json!({"schema": {"type": "string"}, "x-event": shape});
    }
    let mut headers = Map::new();
    for (name, description) in &success.headers {
        headers.insert(
            (*name).to_owned(),
            json!({"description": description, "required": true, "schema": {"type": "string"}}),
        );
    }
    if !headers.is_empty() {
        response["headers"] = headers.into();
    }
    response
}

/// The kinds of problems with these slugs, by status.
fn by_status(slugs: &[&str], kinds: &[ProblemKind]) -> BTreeMap<u16, Vec<ProblemKind>> {
    let mut found: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds.iter().filter(|kind| slugs.contains(&kind.slug)) {
        found.entry(kind.status.as_u16()).or_default().push(*kind);
    }
    found
}

fn problem_response(kinds: &[ProblemKind], problem: &Value) -> Value {
    let sentences: Vec<String> = kinds
        .iter()
        .map(|kind| format!("`{}`: {}.", kind.slug, kind.title))
        .collect();
    let types: Vec<String> = kinds
        .iter()
        .map(|kind| format!("urn:strongroom:problem:{}", kind.slug))
        .collect();
    let mut response = json!({
        "description": sentences.join(" "),
        "content": {"application/problem+json": {"schema": {
            "allOf": [problem],
            "properties": {"type": {"enum": types}, "status": {"const": kinds[0].status.as_u16()}},
        }}},
    });
    // Of several kinds with one status, some may tell when to come back.
    let status = kinds[0].status.as_u16();
    if matches!(status, 429 | 502 | 503) {
        let always = status != 502;
        response["headers"] = json!({
            "Retry-After": {"description": "Seconds to wait.", "required": always, "schema": {"type": "integer"}},
        });
    }
    response
}
