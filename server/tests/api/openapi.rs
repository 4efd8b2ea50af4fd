//! The OpenAPI document against the router, the sources and the readers of inputs.

use std::collections::BTreeSet;
use std::path::Path;

use http::Method;
use serde_json::{Map, Value, json};
use server::http::ApiError;
use server::openapi::{Operation, document};
use server::router::operations;

use crate::support::{Answer, Engine, TestApp};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Paths that are no part of the API: forms, pages, and what has a listener of its own.
const APART: [&str; 5] = ["/sign-in", "/sign-out", "/set-up", "/welcome", "/metrics"];

/// The schema, or the one that it refers to.
pub(crate) fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(&reference[1..])
            .expect("a reference that leads somewhere"),
        None => schema,
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found.push(reference.clone());
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

/// The paths in the sources: the first argument of each `.route(`.
fn routes_of_the_sources(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            routes_of_the_sources(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let routes = text.split(".route(").skip(1).filter_map(|part| {
                let rest = part.trim_start().strip_prefix('"')?;
                rest.split('"').next().map(str::to_owned)
            });
            found.extend(routes);
        }
    }
}

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let mut sources = BTreeSet::new();
    routes_of_the_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut sources);
    sources.retain(|path| !APART.contains(&path.as_str()));
    let described: BTreeSet<String> = operations().iter().map(|operation| operation.path.to_owned()).collect();
    assert!(sources.len() > 10);
    assert_eq!(
        sources, described,
        "the operations.rs of a feature describes what its routes serve"
    );
}

#[tokio::test]
async fn every_method_of_a_route_is_in_the_document_and_no_other() {
    let app = TestApp::start(Engine::Sqlite).await;
    let document = document(&operations(), false);
    for (path, described) in document["paths"].as_object().unwrap() {
        let methods: BTreeSet<String> = METHODS
            .iter()
            .filter(|method| described.get(**method).is_some())
            .map(|method| method.to_uppercase())
            .collect();
        let path = path
            .replace("{id}", "00000000-0000-0000-0000-000000000000")
            .replace("{action}", "ai_generate_text");
        let answer = app.call(None, Method::TRACE, &path, None).await;
        let allowed: BTreeSet<String> = answer
            .problem(405, "method-not-allowed")
            .header("allow")
            .split(',')
            .filter(|method| *method != "HEAD")
            .map(str::to_owned)
            .collect();
        assert_eq!(methods, allowed, "{path}");
    }
}

#[test]
fn the_document_holds_together() {
    let operations = operations();
    let document = document(&operations, false);
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 50, "{}", found.len());
    for reference in found {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id).collect();
    assert_eq!(ids.len(), operations.len(), "each operation has a name of its own");
    let kinds = ApiError::kinds();
    let about = document["info"]["description"].as_str().unwrap();
    for kind in &kinds {
        let row = format!("| `{}` | {} |", kind.slug, kind.status.as_u16());
        assert!(about.contains(&row), "{row}");
    }
    for operation in &operations {
        for slug in operation.problems() {
            assert!(
                kinds.iter().any(|kind| kind.slug == slug),
                "{}: there is no problem {slug}",
                operation.id
            );
        }
        let described = &document["paths"][operation.full_path()][operation.method];
        assert_eq!(
            described["security"].is_array(),
            operation.signed_in,
            "{}",
            operation.id
        );
    }
}

#[test]
fn secrets_go_in_and_never_come_out() {
    let document = document(&operations(), false);
    for (schema, field) in [
        ("CreateCredential", "value"),
        ("UpdateCredential", "value"),
        ("SignIn", "password"),
        ("UpdateMe", "current_password"),
        ("UpdateMe", "new_password"),
    ] {
        let field = &document["components"]["schemas"][schema]["properties"][field];
        assert_eq!(field["writeOnly"], true, "{schema}: {field}");
    }
    // Whatever an answer refers to, directly or not, holds nothing that may only be written.
    let mut open: Vec<String> = Vec::new();
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            references(&operation["responses"], &mut open);
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(reference) = open.pop() {
        if seen.insert(reference.clone()) {
            let schema = document.pointer(&reference[1..]).unwrap();
            assert!(!schema.to_string().contains("writeOnly"), "{reference}");
            references(schema, &mut open);
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
}

/// A record for the path of an operation.
async fn path_of(app: &TestApp, operation: &Operation) -> String {
    let path = operation.full_path();
    let name = uuid::Uuid::now_v7().to_string();
    let id = if path.contains("/mcp-servers/{id}") {
        let body = json!({"name": name, "url": "http://127.0.0.1:9/mcp"});
        app.post("admin", "/mcp-servers", body).await.expect(201).text("/id")
    } else if path.contains("/model-bindings/{id}") {
        let settings = json!({"provider": "openai-compatible", "model_id": "m", "base_url": "http://127.0.0.1:9/v1"});
        let body = json!({"name": name, "settings": settings});
        app.post("admin", "/model-bindings", body).await.expect(201).text("/id")
    } else if path.contains("/users/{id}") {
        let body = json!({"name": name, "email": format!("{name}@example.com"), "role": "viewer"});
        app.post("admin", "/users", body).await.expect(201).text("/user/id")
    } else if path.contains("{id}") {
        app.credential("admin", &name, "canary").await
    } else {
        String::new()
    };
    path.replace("{id}", &id)
        .replace("{tool}", "echo")
        .replace("{action}", "ai_generate_text")
}

async fn send(app: &TestApp, operation: &Operation, path: &str, body: &Map<String, Value>) -> Answer {
    let method = operation.method.to_uppercase().parse().unwrap();
    let who = operation.signed_in.then_some("admin");
    app.call(who, method, path, Some(Value::Object(body.clone()))).await
}

#[tokio::test]
async fn what_the_document_says_of_inputs_is_what_the_server_reads() {
    let app = TestApp::start(Engine::Sqlite).await;
    let operations = operations();
    let document = document(&operations, false);
    let mut checked = 0;
    for operation in &operations {
        let Some(body) = &operation.body else { continue };
        checked += 1;
        let (id, path) = (operation.id, path_of(&app, operation).await);
        let described = &document["paths"][operation.full_path()][operation.method];
        let schema = resolve(
            &document,
            &described["requestBody"]["content"]["application/json"]["schema"],
        );
        assert_eq!(schema["additionalProperties"], false, "{id}");
        let properties: BTreeSet<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let example = body.example.as_object().unwrap();

        // A field that nobody knows is refused, and the refusal lists those that are known.
        let mut unknown = example.clone();
        unknown.insert("nobody_knows".to_owned(), json!(1));
        let answer = send(&app, operation, &path, &unknown).await.problem(422, "invalid");
        let detail = answer.text("/errors/0/detail");
        let taken = detail.split("Allowed: ").nth(1).expect(id).trim_end_matches('.');
        let taken: BTreeSet<&str> = taken.split(", ").collect();
        assert_eq!(properties, taken, "{id}");

        // Each field of the wrong type is refused by name.
        for name in &properties {
            let mut wrong = example.clone();
            wrong.insert((*name).to_owned(), json!([[7]]));
            let pointers = send(&app, operation, &path, &wrong)
                .await
                .problem(422, "invalid")
                .pointers();
            let at = format!("/{name}");
            assert!(
                pointers.iter().any(|pointer| pointer.starts_with(&at)),
                "{id}: {name}: {pointers:?}"
            );
        }

        // A field that is required is missed.
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for name in required.iter().map(|name| name.as_str().unwrap()) {
            let mut without = example.clone();
            assert!(without.remove(name).is_some(), "{id}: the example has {name}");
            let pointers = send(&app, operation, &path, &without)
                .await
                .problem(422, "invalid")
                .pointers();
            assert_eq!(pointers, [format!("/{name}")], "{id}");
        }

        // The example is taken: what may go wrong then is not its shape.
        let answer = send(&app, operation, &path, example).await;
        let status = answer.status;
        assert!(!matches!(status, 400 | 415 | 422), "{id}: {answer:?}");
        assert!(
            described["responses"].get(status.to_string()).is_some(),
            "{id}: {status}"
        );
    }
    assert!(checked > 5, "{checked}");
}

#[tokio::test]
async fn anybody_can_read_the_document() {
    let app = TestApp::start(Engine::Sqlite).await;
    let answer = app.call(None, Method::GET, "/api/openapi.json", None).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), document(&operations(), false));
    let https = document(&operations(), true);
    assert_eq!(
        https["components"]["securitySchemes"]["session"]["name"],
        "__Host-strongroom"
    );
}
