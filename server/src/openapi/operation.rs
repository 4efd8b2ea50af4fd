//! One operation of the API, as its feature describes it. What follows from the description is not said
//! again: an id in the path can be missing, a body can be malformed, a change can come from another site.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

/// Makes the schema of a type.
type Shape = fn(&mut SchemaGenerator) -> Schema;

/// An operation: a method on a path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method, as the document writes it.
    pub method: &'static str,
    /// The path below `/api/v1`, or from the root where it is outside.
    pub path: &'static str,
    /// Its stable name, e.g. `credentials.create`; its first part groups the document.
    pub id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Whether somebody must be signed in.
    pub signed_in: bool,
    /// Whether the path is below `/api/v1`.
    pub versioned: bool,
    /// What the query and the headers can hold.
    pub parameters: Vec<Parameter>,
    /// What the body holds.
    pub body: Option<Body>,
    /// The answer when it worked.
    pub success: Success,
    /// The slugs of problems that do not follow from the rest.
    pub refusals: Vec<&'static str>,
}

/// A parameter in the query or a header.
#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: &'static str,
    /// `query` or `header`.
    pub place: &'static str,
    pub description: &'static str,
    pub schema: Value,
}

/// The JSON body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    pub shape: Shape,
    /// One that the server takes.
    pub example: Value,
    /// Fields that this operation requires, beside those that the shape requires.
    pub required: Vec<&'static str>,
    /// Fields of the shape that this operation does not take.
    pub without: Vec<&'static str>,
    /// Fields with another shape in this operation.
    pub reshaped: Vec<(&'static str, Shape)>,
}

/// The answer when an operation worked.
#[derive(Clone, Debug)]
pub struct Success {
    pub status: u16,
    pub description: &'static str,
    /// The shape of its body; nothing for an answer without.
    pub shape: Option<Shape>,
    pub content_type: &'static str,
    /// The shape of the events of a stream, for those who ask for one.
    pub events: Option<Shape>,
    /// Headers that it surely has, with what they are.
    pub headers: Vec<(&'static str, &'static str)>,
}

const JSON: &str = "application/json";
const REVISION: (&str, &str) = ("ETag", "The revision, for `If-Match`.");

impl Operation {
    fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            signed_in: true,
            versioned: true,
            parameters: Vec::new(),
            body: None,
            success: Success {
                status: 204,
                description: "Done.",
                shape: None,
                content_type: JSON,
                events: None,
                headers: Vec::new(),
            },
            refusals: Vec::new(),
        }
    }

    pub fn get(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, id, summary)
    }

    pub fn post(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("post", path, id, summary)
    }

    pub fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("patch", path, id, summary)
    }

    pub fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, id, summary)
    }

    /// Nobody needs to be signed in.
    pub fn open(mut self) -> Self {
        self.signed_in = false;
        self
    }

    /// The path is not below `/api/v1`.
    pub fn outside(mut self) -> Self {
        self.versioned = false;
        self.open()
    }

    /// A list of records that have owners: what `http::ListQuery` takes.
    pub fn list(self, sorts: &[&str], default: &'static str) -> Self {
        self.query(
            "owner_id",
            "Only records this user owns.",
            json!({"type": "string", "format": "uuid"}),
        )
        .pages(sorts, default)
    }

    /// A list without owners.
    pub fn pages(self, sorts: &[&str], default: &'static str) -> Self {
        let orders: Vec<String> = sorts
            .iter()
            .flat_map(|sort| [(*sort).to_owned(), format!("-{sort}")])
            .collect();
        self.query(
            "search",
            "Text to find in names, or a full ID.",
            json!({"type": "string", "maxLength": 200, "pattern": "^[^\\u0000]*$"}),
        )
        .query(
            "sort",
            "The field to sort by; `-` reverses.",
            json!({"type": "string", "enum": orders, "default": default}),
        )
        .limit()
        .query(
            "cursor",
            "`next_cursor` or `previous_cursor` of another page of the same list.",
            json!({"type": "string", "maxLength": 2048}),
        )
        .refuses(&["bad-cursor"])
    }

    /// How many items a list gives.
    pub fn limit(self) -> Self {
        self.query(
            "limit",
            "Items per page.",
            json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 25}),
        )
    }

    /// A parameter of the query.
    pub fn query(mut self, name: &'static str, description: &'static str, schema: Value) -> Self {
        self.parameters.push(Parameter {
            name,
            place: "query",
            description,
            schema,
        });
        self
    }

    /// A switch in the query.
    pub fn flag(self, name: &'static str, description: &'static str) -> Self {
        self.query(name, description, json!({"type": "boolean", "default": false}))
    }

    /// Takes the revision that the caller saw.
    pub fn if_match(mut self) -> Self {
        self.parameters.push(Parameter {
            name: "If-Match",
            place: "header",
            description: "The `ETag` you last saw. 412 if someone else changed the record since then.",
            schema: json!({"type": "string", "examples": ["\"3\""]}),
        });
        self.refuses(&["precondition-failed"])
    }

    /// Takes a JSON body of this type. The example is one that the server takes.
    pub fn takes<T: JsonSchema>(mut self, example: Value) -> Self {
        self.body = Some(Body {
            shape: SchemaGenerator::subschema_for::<T>,
            example,
            required: Vec::new(),
            without: Vec::new(),
            reshaped: Vec::new(),
        });
        self
    }

    /// Of one type that several operations take, this one requires some fields and does not take others.
    pub fn but(mut self, required: &[&'static str], without: &[&'static str]) -> Self {
        if let Some(body) = &mut self.body {
            body.required.extend_from_slice(required);
            body.without.extend_from_slice(without);
        }
        self
    }

    /// A field of the body has another shape in this operation.
    pub fn with_field<T: JsonSchema>(mut self, name: &'static str) -> Self {
        if let Some(body) = &mut self.body {
            body.reshaped.push((name, SchemaGenerator::subschema_for::<T>));
        }
        self
    }

    fn succeeds(mut self, status: u16, description: &'static str, shape: Option<Shape>) -> Self {
        self.success = Success {
            status,
            description,
            shape,
            content_type: JSON,
            events: None,
            headers: Vec::new(),
        };
        self
    }

    /// Answers 200 with a body of this type.
    pub fn answers<T: JsonSchema>(self, description: &'static str) -> Self {
        self.succeeds(200, description, Some(SchemaGenerator::subschema_for::<T>))
    }

    /// Answers 200 with a record and its `ETag`.
    pub fn answers_record<T: JsonSchema>(self, description: &'static str) -> Self {
        self.answers::<T>(description).with_header(REVISION)
    }

    /// Answers 201 with the new record, its `Location` and its `ETag`.
    pub fn creates<T: JsonSchema>(self, description: &'static str) -> Self {
        self.succeeds(201, description, Some(SchemaGenerator::subschema_for::<T>))
            .with_header(REVISION)
            .with_header(("Location", "The path of the new record."))
    }

    /// Answers 200 with a text of another type than JSON.
    pub fn answers_text(mut self, content_type: &'static str, description: &'static str) -> Self {
        self = self.answers::<String>(description);
        self.success.content_type = content_type;
        self
    }

    /// Answers with a stream of these events where `text/event-stream` is asked for.
    pub fn or_streams<T: JsonSchema>(mut self) -> Self {
        self.success.events = Some(SchemaGenerator::subschema_for::<T>);
        self
    }

    /// Answers 204.
    pub fn answers_nothing(self, description: &'static str) -> Self {
        self.succeeds(204, description, None)
    }

    /// The answer surely has this header.
    pub fn with_header(mut self, header: (&'static str, &'static str)) -> Self {
        self.success.headers.push(header);
        self
    }

    /// Can end with these problems, besides those that follow from the rest.
    pub fn refuses(mut self, slugs: &[&'static str]) -> Self {
        self.refusals.extend_from_slice(slugs);
        self
    }

    pub fn full_path(&self) -> String {
        let prefix = if self.versioned { contract::api::PREFIX } else { "" };
        format!("{prefix}{}", self.path)
    }

    /// The names of the parameters in the path.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
    }

    /// The slugs of all problems that it can end with.
    pub fn problems(&self) -> Vec<&'static str> {
        let mut slugs = vec!["wrong-host", "internal", "unavailable"];
        slugs.extend_from_slice(&self.refusals);
        if self.signed_in {
            slugs.extend(["unauthorized", "forbidden"]);
        }
        if self.method != "get" {
            // What changes something or uses a credential is recorded, and the record is keyed.
            slugs.extend(["cross-site", "key-missing", "storage-full"]);
        }
        if self.path_parameters().next().is_some() {
            slugs.push("not-found");
        }
        if self.parameters.iter().any(|parameter| parameter.place == "query") {
            slugs.push("bad-query");
        }
        if self.body.is_some() {
            slugs.extend(["malformed", "too-large", "unsupported-media-type", "invalid"]);
        }
        slugs.sort_unstable();
        slugs.dedup();
        slugs
    }
}
