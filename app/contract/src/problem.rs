//! The shape of every error answer (RFC 9457).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::api::NamedRecord;
use crate::credentials::Reference;
use crate::users::Owned;

/// A problem document. Its `type` is `urn:strongroom:problem:<slug>`; the optional fields are the
/// parameters of single problem types, so that a page can put them into its own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    /// The stable code, as a URN.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short name for the problem type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A sentence that says what happened and what to do.
    pub detail: String,
    /// The ID of the request in the server's log.
    pub request_id: String,
    /// The faults of single fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Violation>,
    /// `in-use`: the first records that refer to the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<Vec<Reference>>,
    /// `in-use`: the total number of references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references_total: Option<i64>,
    /// `owns-records`: the user's records.
    // The browser asks anew instead: what reads it would be a part of every first visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", serde(skip_deserializing))]
    pub owned: Option<Box<Owned>>,
    /// `host-not-allowed`: the refused destination, as an entry of `allowed_hosts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The credential that the problem is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<NamedRecord>,
    /// `precondition-failed`: the user who last changed the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<String>,
    /// `precondition-failed`: the time of the last change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "crate::api::optional_moment")]
    pub changed_at: Option<DateTime<Utc>>,
    /// Seconds to wait before the next attempt, as in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl Problem {
    /// A refusal that the browser finds out itself, in the shape of the server's. `detail` is for people.
    pub fn local(slug: &str, status: u16) -> Self {
        Self {
            kind: format!("urn:strongroom:problem:{slug}"),
            title: String::new(),
            status,
            detail: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
            references: None,
            references_total: None,
            owned: None,
            host: None,
            credential: None,
            changed_by: None,
            changed_at: None,
            retry_after: None,
        }
    }

    /// The stable code without its URN prefix, e.g. `name-taken`.
    pub fn slug(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }

    /// What is wrong with one field, by its JSON Pointer.
    pub fn field(&self, pointer: &str) -> Option<&Violation> {
        self.errors.iter().find(|error| error.pointer == pointer)
    }

    /// The first thing that is wrong with a field or with an item of its list.
    pub fn field_or_item(&self, pointer: &str) -> Option<&Violation> {
        self.errors.iter().find(|error| {
            let rest = error.pointer.strip_prefix(pointer);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// A fault of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FieldError"))]
pub struct Violation {
    /// JSON Pointer (RFC 6901) to the field; empty for the whole document.
    pub pointer: String,
    /// The stable code of the broken rule, e.g. `required`, `too-long`.
    pub code: String,
    /// A sentence that says what happened and what to do.
    pub detail: String,
}
