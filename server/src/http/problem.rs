//! Errors of the API: one enum, translated once, here, into problem documents (RFC 9457).

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use contract::api::{FieldError, NamedRecord, Problem};
use contract::credentials::Reference;
use contract::users::Owned;
use http::{HeaderValue, StatusCode, header};

use super::{RequestId, SessionEnd};
use crate::config::Quota;
use crate::db::{DbError, is_unique_violation};
use crate::vault::VaultError;

/// Everything that an API route can refuse or fail with. Each variant says its status and its slug.
/// No variant carries input: what a caller sent is never repeated.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400 `malformed`: the body is not JSON. Tells the position only.
    #[error("malformed JSON at line {line}, column {column}")]
    Malformed {
        /// Line, from 1; 0 where the body is not UTF-8 or broke off.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// 400 `bad-query`: a parameter that this list does not have, or a wrong content.
    #[error("bad query")]
    BadQuery(&'static str),
    /// 400 `bad-cursor`: not a cursor of this list with this sort and search.
    #[error("bad cursor")]
    BadCursor,
    /// 401 `unauthorized`: no session, or it has ended.
    #[error("no session")]
    Unauthorized,
    /// 401 `session-ended`: the session ended while its request was running.
    #[error("session ended")]
    SessionEnded(SessionEnd),
    /// 401 `wrong-password`: sign-in failed; the same for an unknown address.
    #[error("sign-in failed")]
    WrongPassword,
    /// 403 `forbidden`: signed in, but the role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// 403 `cross-site`: an unsafe request, or one that uses a credential, from another site's page or as a visit.
    #[error("cross-site request")]
    CrossSite,
    /// 404 `not-found`: missing, or not readable for this caller.
    #[error("not found")]
    NotFound,
    /// 405 `method-not-allowed`.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// 406 `not-streamed`: the answer of this action does not come as a stream of events.
    #[error("not streamed")]
    NotStreamed,
    /// 409 `name-taken`: a live record has this name.
    #[error("name taken")]
    NameTaken,
    /// 409 `in-use`: something refers to the credential.
    #[error("in use")]
    InUse {
        /// The first references.
        references: Vec<Reference>,
        /// How many there are.
        total: i64,
    },
    /// 409 `owns-records`: the user owns something, and the request does not say what becomes of it.
    #[error("owns records")]
    OwnsRecords(Owned),
    /// 409 `last-administrator`: nobody would be left who may manage users.
    #[error("last administrator")]
    LastAdministrator,
    /// 409 `own-account`: what somebody else has to do.
    #[error("own account")]
    OwnAccount,
    /// 409 `disabled`: the record is switched off.
    #[error("disabled")]
    Disabled,
    /// 409 `credential-rolled-back`: the stored version of the value is not the one that the audit trail records.
    #[error("credential rolled back")]
    CredentialRolledBack(NamedRecord),
    /// 409 `quota-reached`: the owner has as many records, or as large values, as one user may have.
    #[error("quota reached")]
    QuotaReached(Quota),
    /// 410 `spent`: the set-up link was used.
    #[error("set-up link spent")]
    Spent,
    /// 410 `link-spent`: the link was used, has expired, or was replaced; the same for one that never was.
    #[error("link spent")]
    LinkSpent,
    /// 412 `precondition-failed`: somebody else changed the record.
    #[error("changed by someone else")]
    PreconditionFailed {
        /// Who.
        changed_by: String,
        /// When.
        changed_at: DateTime<Utc>,
    },
    /// 413 `too-large`: the body is larger than any valid one.
    #[error("body too large")]
    TooLarge,
    /// 415 `unsupported-media-type`: not `application/json`.
    #[error("not JSON")]
    UnsupportedMediaType,
    /// 421 `wrong-host`: the request names a host that this server does not answer for.
    #[error("wrong host")]
    WrongHost,
    /// 422 `invalid`: well-formed, but rules are broken; all of them are listed.
    #[error("invalid input")]
    Invalid(Vec<FieldError>),
    /// 422 `host-not-allowed`: the destination is not on the credential's list.
    #[error("host not allowed")]
    HostNotAllowed {
        /// The destination, as an entry of the list would name it.
        host: String,
        /// The credential.
        credential: NamedRecord,
    },
    /// 422 `credential-deleted`: the reference is of a credential that is gone.
    #[error("credential deleted")]
    CredentialDeleted(NamedRecord),
    /// 403 `credential-forbidden`: the caller may not use the credential that the request names.
    #[error("credential forbidden")]
    CredentialForbidden(NamedRecord),
    /// 422 `value-not-sendable`: the value cannot be a header.
    #[error("value cannot be sent")]
    ValueNotSendable(NamedRecord),
    /// 429 `throttled`: too many tries. With Retry-After.
    #[error("throttled")]
    Throttled {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// 429 `too-many-uses`: the caller used credentials more often in a second than one user may. With Retry-After.
    #[error("too many uses")]
    TooManyUses {
        /// The limit.
        per_second: u32,
    },
    /// 429 `too-many-operations`: this caller runs as many operations as one may. With Retry-After.
    #[error("too many operations")]
    TooManyOperations {
        /// The most that one caller may run at once.
        limit: usize,
    },
    /// 503 `too-much-at-once`: too many operations run, or too much is being read from other servers. With Retry-After.
    #[error("too much at once")]
    TooMuchAtOnce {
        /// A sentence, already redacted.
        detail: String,
    },
    /// 502 or 504: the other server failed; the slug says how.
    #[error("upstream: {slug}")]
    Upstream {
        /// One of [`UPSTREAM_SLUGS`] or [`MODEL_SLUGS`].
        slug: &'static str,
        /// A sentence, already redacted.
        detail: String,
    },
    /// 502: the provider of a model takes no more requests for now; the slug is `rate-limited`. With Retry-After, where
    /// the provider says when.
    #[error("rate limited")]
    RateLimited {
        /// A sentence, already redacted.
        detail: String,
        /// Seconds to wait.
        retry_after: Option<u64>,
    },
    /// 500 `internal`: a fault of this program. The chain goes to the log.
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
    /// 503 `busy`: as much of this work waits as the server can take.
    #[error("busy")]
    Busy,
    /// 503 `unavailable`: the database is gone or locked. With Retry-After.
    #[error("unavailable")]
    Unavailable(#[source] anyhow::Error),
    /// 503 `storage-full`: the disk of the database is full. With Retry-After.
    #[error("the disk of the database is full")]
    StorageFull(#[source] anyhow::Error),
    /// 503 `cannot-write`: this server reads its database and cannot write to it. With Retry-After.
    #[error("the database cannot be written")]
    CannotWrite,
    /// 503 `outcome-unknown`: the change was sent to the database, and its answer was lost.
    #[error("the outcome of a change is not known")]
    OutcomeUnknown(#[source] anyhow::Error),
    /// 503 `stopping`: this server stops; the request was broken off. With Retry-After.
    #[error("the server stops")]
    Stopping,
    /// 503 `audit-unavailable`: the use could not be recorded, so it did not happen. With Retry-After.
    #[error("the audit trail cannot be written")]
    AuditUnavailable,
    /// 503 `key-missing`: the keyring of this server lacks a key that the database needs. With Retry-After.
    #[error("the keyring does not contain the key {0}")]
    KeyMissing(String),
    /// 503 `schema-behind`: the tables of the database are older than this server. With Retry-After.
    #[error("the tables of the database are older than this server")]
    SchemaBehind,
    /// One of the others, about the field by which an input names a credential, and the record that is to use it.
    #[error("{error}")]
    At {
        /// The field.
        pointer: &'static str,
        /// The record's name.
        referrer: Option<String>,
        /// What is wrong.
        error: Box<ApiError>,
    },
    /// One of the others, after something was done that stays done.
    #[error("{error}")]
    After {
        /// What was done, in a sentence.
        done: String,
        /// What went wrong then.
        error: Box<ApiError>,
    },
}

/// The field that names a credential, unless an input has another one for it.
pub const CREDENTIAL_POINTER: &str = "/credential_id";

impl ApiError {
    /// A broken rule of one field.
    #[must_use]
    pub fn field(pointer: &str, code: &str, detail: &str) -> Self {
        Self::Invalid(vec![FieldError {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        }])
    }

    /// The same error, where this field of the input names the credential.
    #[must_use]
    pub fn at(self, pointer: &'static str) -> Self {
        match self {
            Self::Invalid(mut errors) => {
                for error in errors.iter_mut().filter(|error| error.pointer == CREDENTIAL_POINTER) {
                    pointer.clone_into(&mut error.pointer);
                }
                Self::Invalid(errors)
            }
            error @ (Self::HostNotAllowed { .. } | Self::CredentialDeleted(_) | Self::CredentialForbidden(_)) => {
                Self::At {
                    pointer,
                    referrer: None,
                    error: Box::new(error),
                }
            }
            error => error,
        }
    }

    /// The same error, which names the record that was to use the credential.
    #[must_use]
    pub fn of_referrer(self, name: &str) -> Self {
        match self {
            Self::At { pointer, error, .. } => Self::At {
                pointer,
                referrer: Some(name.to_owned()),
                error,
            },
            error => error,
        }
    }

    /// When to come back, in seconds.
    fn retry_after(&self) -> Option<u64> {
        match self.inner() {
            Self::Throttled { retry_after } => Some(*retry_after),
            Self::Busy => Some(BUSY_SECONDS),
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::Unavailable(_)
            | Self::AuditUnavailable
            | Self::Stopping
            | Self::TooManyUses { .. }
            | Self::TooManyOperations { .. }
            | Self::TooMuchAtOnce { .. } => Some(1),
            // In this time the keyring is read again, and the heartbeat writes and looks for room.
            Self::KeyMissing(_) | Self::SchemaBehind | Self::StorageFull(_) | Self::CannotWrite => Some(5),
            _ => None,
        }
    }

    /// The error itself, wherever it is.
    #[must_use]
    pub fn inner(&self) -> &Self {
        match self {
            Self::At { error, .. } | Self::After { error, .. } => error.inner(),
            error => error,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::At { error, .. } | Self::After { error, .. } => error.status(),
            Self::Malformed { .. } | Self::BadQuery(_) | Self::BadCursor => StatusCode::BAD_REQUEST,
            Self::Unauthorized | Self::SessionEnded(_) | Self::WrongPassword => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::CrossSite | Self::CredentialForbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotStreamed => StatusCode::NOT_ACCEPTABLE,
            Self::NameTaken
            | Self::InUse { .. }
            | Self::OwnsRecords(_)
            | Self::LastAdministrator
            | Self::OwnAccount
            | Self::CredentialRolledBack(_)
            | Self::QuotaReached(_)
            | Self::Disabled => StatusCode::CONFLICT,
            Self::Spent | Self::LinkSpent => StatusCode::GONE,
            Self::PreconditionFailed { .. } => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid(_) | Self::HostNotAllowed { .. } | Self::CredentialDeleted(_) | Self::ValueNotSendable(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Throttled { .. } | Self::TooManyUses { .. } | Self::TooManyOperations { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Upstream { slug, .. } if *slug == "timed-out" => StatusCode::GATEWAY_TIMEOUT,
            Self::Upstream { .. } | Self::RateLimited { .. } => StatusCode::BAD_GATEWAY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy
            | Self::TooMuchAtOnce { .. }
            | Self::Unavailable(_)
            | Self::StorageFull(_)
            | Self::CannotWrite
            | Self::OutcomeUnknown(_)
            | Self::Stopping
            | Self::AuditUnavailable
            | Self::KeyMissing(_)
            | Self::SchemaBehind => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    pub(super) fn slug_and_title(&self) -> (&'static str, &'static str) {
        match self {
            Self::At { error, .. } | Self::After { error, .. } => error.slug_and_title(),
            Self::CredentialForbidden(_) => ("credential-forbidden", "Credential not allowed"),
            Self::Malformed { .. } => ("malformed", "Invalid JSON"),
            Self::BadQuery(_) => ("bad-query", "Invalid query"),
            Self::BadCursor => ("bad-cursor", "Invalid cursor"),
            Self::Unauthorized => ("unauthorized", "Not signed in"),
            Self::SessionEnded(_) => ("session-ended", "Session ended"),
            Self::WrongPassword => ("wrong-password", "Sign-in failed"),
            Self::Forbidden => ("forbidden", "Not allowed"),
            Self::CrossSite => ("cross-site", "Request from another site"),
            Self::NotFound => ("not-found", "Not found"),
            Self::MethodNotAllowed => ("method-not-allowed", "Method not allowed"),
            Self::NotStreamed => ("not-streamed", "No event stream"),
            Self::NameTaken => ("name-taken", "Name already taken"),
            Self::InUse { .. } => ("in-use", "In use"),
            Self::OwnsRecords(_) => ("owns-records", "Owns records"),
            Self::LastAdministrator => ("last-administrator", "Last administrator"),
            Self::OwnAccount => ("own-account", "Your own account"),
            Self::Disabled => ("disabled", "Disabled"),
            Self::CredentialRolledBack(_) => ("credential-rolled-back", "Value doesn't match the audit trail"),
            Self::QuotaReached(_) => ("quota-reached", "Limit reached"),
            Self::TooManyUses { .. } => ("too-many-uses", "Too many uses"),
            Self::Spent => ("spent", "Setup already done"),
            Self::LinkSpent => ("link-spent", "Link no longer valid"),
            Self::PreconditionFailed { .. } => ("precondition-failed", "Changed by someone else"),
            Self::TooLarge => ("too-large", "Body too large"),
            Self::UnsupportedMediaType => ("unsupported-media-type", "Not JSON"),
            Self::WrongHost => ("wrong-host", "Wrong host"),
            Self::Invalid(_) => ("invalid", "Invalid input"),
            Self::HostNotAllowed { .. } => ("host-not-allowed", "Destination not allowed"),
            Self::CredentialDeleted(_) => ("credential-deleted", "Credential deleted"),
            Self::ValueNotSendable(_) => ("value-not-sendable", "Value can't be sent"),
            Self::Throttled { .. } => ("throttled", "Too many attempts"),
            Self::TooManyOperations { .. } => ("too-many-operations", "Too many operations at once"),
            Self::TooMuchAtOnce { .. } => ("too-much-at-once", "Too much load"),
            Self::Busy => ("busy", "Busy"),
            Self::Upstream { slug, .. } => (slug, upstream_title(slug)),
            Self::RateLimited { .. } => ("rate-limited", upstream_title("rate-limited")),
            Self::Internal(_) => ("internal", "Internal error"),
            Self::Unavailable(_) => ("unavailable", "Unavailable"),
            Self::StorageFull(_) => ("storage-full", "Disk full"),
            Self::CannotWrite => ("cannot-write", "Database not writable"),
            Self::OutcomeUnknown(_) => ("outcome-unknown", "Outcome unknown"),
            Self::Stopping => ("stopping", "Server is stopping"),
            Self::AuditUnavailable => ("audit-unavailable", "Audit trail not writable"),
            Self::KeyMissing(_) => ("key-missing", "Key missing"),
            Self::SchemaBehind => ("schema-behind", "Database out of date"),
        }
    }

    /// Detail of an error at the credential of a referrer.
    fn detail_for(&self, referrer: &str) -> String {
        match self {
            Self::CredentialDeleted(credential) => format!(
                "{} was deleted, so {referrer} can't be used. Choose another credential for it.",
                credential.name
            ),
            Self::CredentialForbidden(credential) => format!(
                "You don't have permission to use {}, the credential of {referrer}. Choose another one, or ask its owner.",
                credential.name
            ),
            error => format!("{} ({referrer})", error.detail()),
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::At {
                referrer: Some(referrer),
                error,
                ..
            } => error.detail_for(referrer),
            Self::At { error, .. } => error.detail(),
            Self::After { done, error } => format!("{} {done}", error.detail()),
            Self::CredentialForbidden(credential) => format!(
                "You don't have permission to use {}. Choose another credential, or ask its owner.",
                credential.name
            ),
            Self::Malformed { line: 0, .. } => "Send a JSON object in UTF-8.".to_owned(),
            Self::Malformed { line, column } => {
                format!("The body isn't valid JSON. Check line {line}, column {column}.")
            }
            Self::BadQuery(sentence) => (*sentence).to_owned(),
            Self::BadCursor => "This cursor belongs to another sort, search or list. Start again without a cursor.".to_owned(),
            Self::Unauthorized => "Sign in and try again.".to_owned(),
            Self::SessionEnded(end) => end.detail().to_owned(),
            Self::WrongPassword => "The email or password is incorrect.".to_owned(),
            Self::Forbidden => "You don't have permission to do this. Ask an administrator.".to_owned(),
            Self::CrossSite => "This request came from another site or the address bar. Open it from a Strongroom page.".to_owned(),
            Self::NotFound => "This doesn't exist, or you don't have permission to see it.".to_owned(),
            Self::MethodNotAllowed => "This address doesn't support that method. See the Allow header.".to_owned(),
            Self::NotStreamed => {
                "This action doesn't stream. Request application/json instead of text/event-stream.".to_owned()
            }
            Self::NameTaken => "That name is already taken.".to_owned(),
            Self::InUse { total, .. } => format!(
                "{total} {} this credential. Unlink it there first, or delete it with force=true.",
                if *total == 1 { "record uses" } else { "records use" }
            ),
            Self::OwnsRecords(_) => "This user owns credentials, MCP servers or model bindings. Choose their new owner with transfer_to=USER_ID, or delete the credentials too with with_credentials=true."
                .to_owned(),
            Self::LastAdministrator => {
                "This is the last active administrator. Make someone else an administrator first.".to_owned()
            }
            Self::OwnAccount => {
                "You can't do this to your own account. Ask another administrator; to change your password, use PATCH /me."
                    .to_owned()
            }
            Self::Disabled => "This is disabled. Enable it first.".to_owned(),
            Self::Spent => "The setup link was already used. Sign in instead.".to_owned(),
            Self::LinkSpent => {
                "This link was already used, has expired, or was replaced. Ask an administrator for a new link."
                    .to_owned()
            }
            Self::PreconditionFailed { changed_by, .. } => {
                format!("{changed_by} changed this in the meantime. Load the latest version, then repeat your change.")
            }
            Self::TooLarge => "The body is too large. Send less.".to_owned(),
            Self::UnsupportedMediaType => "Send the body as application/json.".to_owned(),
            Self::WrongHost => {
                "This server isn't set up for that host. Set public_url to the address that people use.".to_owned()
            }
            Self::Invalid(_) => "Correct the listed fields.".to_owned(),
            Self::HostNotAllowed { host, credential } => format!(
                "{host} isn't on {}'s allowed hosts. Ask its owner or an administrator to add it.",
                credential.name
            ),
            Self::CredentialDeleted(credential) => {
                format!("{} was deleted. Choose another credential.", credential.name)
            }
            Self::ValueNotSendable(credential) => format!(
                "The value of {} can't be sent as a header: it contains a line break or another control character. Save it again without that.",
                credential.name
            ),
            Self::CredentialRolledBack(_)
            | Self::QuotaReached(_)
            | Self::TooManyUses { .. }
            | Self::StorageFull(_)
            | Self::CannotWrite
            | Self::Unavailable(_)
            | Self::OutcomeUnknown(_)
            | Self::Stopping
            | Self::AuditUnavailable
            | Self::KeyMissing(_)
            | Self::SchemaBehind => self.service_detail(),
            Self::Throttled { retry_after } => format!("Too many attempts. Wait {retry_after} seconds."),
            Self::Busy => format!("The server is busy. Try again in {BUSY_SECONDS} seconds."),
            Self::TooManyOperations { limit } => format!(
                "You can run up to {limit} operations at once. Wait for one to finish, or stop one."
            ),
            Self::TooMuchAtOnce { detail } | Self::Upstream { detail, .. } | Self::RateLimited { detail, .. } => {
                detail.clone()
            }
            Self::Internal(_) => {
                "Something went wrong in Strongroom. Give the request ID to your operator.".to_owned()
            }
        }
    }

    /// Detail of an error of database, disk, keys or limits. Empty for other variants, which `detail` handles.
    fn service_detail(&self) -> String {
        match self {
            Self::CredentialRolledBack(credential) => format!(
                "The stored value of {} doesn't match the audit trail, so nothing was sent. Save the value again and ask your operator to run strongroom audit verify.",
                credential.name
            ),
            Self::QuotaReached(Quota::Records(limit)) => format!(
                "The owner has reached the limit of {limit} records. Delete some, or ask your operator to raise quota_records."
            ),
            Self::QuotaReached(Quota::Values(limit)) => format!(
                "The owner has reached the limit of {limit} MiB of values. Delete some credentials, store a smaller value, or ask your operator to raise quota_values_mib."
            ),
            Self::TooManyUses { per_second } => format!(
                "You used credentials more than {per_second} times in 1 second, the limit for each user. Nothing was sent. Wait a second, or ask your operator to raise quota_uses_per_second."
            ),
            Self::StorageFull(_) => {
                "The database's disk is full or failing, so nothing was changed. Delete something, or ask your operator to free up space.".to_owned()
            }
            Self::CannotWrite => {
                "Strongroom can't write to its database, so nothing was changed. Ask your operator to check the log.".to_owned()
            }
            Self::Unavailable(_) => {
                "The database isn't responding, so nothing was changed. Try again in a moment.".to_owned()
            }
            Self::OutcomeUnknown(_) => OUTCOME_UNKNOWN.to_owned(),
            Self::Stopping => STOPPING.to_owned(),
            Self::AuditUnavailable => AUDIT_UNAVAILABLE.to_owned(),
            Self::KeyMissing(key) => format!(
                "This server's keyring is missing the key {key}, so values can't be stored or used. Give it the right keyring; if that is in a variable, restart the server too."
            ),
            Self::SchemaBehind => {
                "The database's tables are older than this server. Restart the server to update them.".to_owned()
            }
            _ => String::new(),
        }
    }
}

/// When to come back to a server that is busy, in seconds.
const BUSY_SECONDS: u64 = 2;
const OUTCOME_UNKNOWN: &str = "The connection to the database was lost, so your change may or may not be saved. Check the record, or search the list for its name, before you try again.";
const STOPPING: &str = "The server is stopping and ended your request. Check the record before you try again.";
const AUDIT_UNAVAILABLE: &str = "Strongroom couldn't record this use, so it sent nothing. Try again in a moment.";

/// The slugs of failures of other servers.
pub const UPSTREAM_SLUGS: &[&str] = &[
    "credential-refused",
    "unreachable",
    "not-mcp",
    "not-configured",
    "timed-out",
    "redirected",
    "answer-too-large",
    "encoded-answer",
    "upstream-failed",
];

/// The slugs of failures of providers of models, besides those of every server.
pub const MODEL_SLUGS: &[&str] = &["model-unknown", "rate-limited", "not-model-api", "object-invalid"];

fn upstream_title(slug: &str) -> &'static str {
    match slug {
        "credential-refused" => "Credential refused",
        "unreachable" => "Unreachable",
        "not-mcp" => "Not an MCP server",
        "not-configured" => "Not configured",
        "timed-out" => "Timed out",
        "redirected" => "Redirected",
        "answer-too-large" => "Response too large",
        "encoded-answer" => "Encoded response",
        "model-unknown" => "Unknown model",
        "rate-limited" => "Rate limited",
        "not-model-api" => "Wrong API",
        "object-invalid" => "Object doesn't match the schema",
        _ => "Upstream server failed",
    }
}

/// 422 for an address of this server itself.
#[must_use]
pub fn own_address(pointer: &str) -> ApiError {
    let detail = "This is Strongroom's own address. Enter the address of your server.";
    ApiError::field(pointer, "own-address", detail)
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) => Self::Unavailable(error.into()),
            DbError::Full(_) => Self::StorageFull(error.into()),
            DbError::OutcomeUnknown(_) => Self::OutcomeUnknown(error.into()),
            DbError::Query(_) => Self::Internal(error.into()),
        }
    }
}

impl ApiError {
    /// What is wrong where a record with a name could not be written.
    #[must_use]
    pub fn of_named(error: sqlx::Error) -> Self {
        if is_unique_violation(&error) {
            Self::NameTaken
        } else {
            error.into()
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<VaultError> for ApiError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Db(error) => error.into(),
            VaultError::UnknownKey(key) => Self::KeyMissing(key),
            error => Self::Internal(error.into()),
        }
    }
}

/// The document of an error, e.g. as part of a test's result.
#[must_use]
pub fn problem(error: ApiError, request_id: &str) -> Problem {
    let detail = error.detail();
    if let ApiError::After { error, .. } = error {
        let mut document = problem(*error, request_id);
        document.detail = detail;
        return document;
    }
    if let ApiError::At { pointer, error, .. } = error {
        let mut document = problem(*error, request_id);
        for error in document
            .errors
            .iter_mut()
            .filter(|error| error.pointer == CREDENTIAL_POINTER)
        {
            pointer.clone_into(&mut error.pointer);
            error.detail.clone_from(&detail);
        }
        document.detail = detail;
        return document;
    }
    let (slug, title) = error.slug_and_title();
    let mut document = Problem {
        title: title.to_owned(),
        detail,
        request_id: request_id.to_owned(),
        retry_after: error.retry_after(),
        ..Problem::local(slug, error.status().as_u16())
    };
    let about_credential = FieldError {
        pointer: CREDENTIAL_POINTER.to_owned(),
        code: slug.to_owned(),
        detail: document.detail.clone(),
    };
    match error {
        ApiError::Invalid(errors) => document.errors = errors,
        ApiError::NameTaken => document.errors.push(FieldError {
            pointer: "/name".to_owned(),
            code: slug.to_owned(),
            detail: document.detail.clone(),
        }),
        ApiError::InUse { references, total } => {
            document.references = Some(references);
            document.references_total = Some(total);
        }
        ApiError::OwnsRecords(owned) => document.owned = Some(Box::new(owned)),
        ApiError::PreconditionFailed { changed_by, changed_at } => {
            document.changed_by = Some(changed_by);
            document.changed_at = Some(changed_at);
        }
        ApiError::HostNotAllowed { host, credential } => {
            document.errors.push(about_credential);
            document.host = Some(host);
            document.credential = Some(credential);
        }
        ApiError::CredentialDeleted(credential) => {
            document.errors.push(about_credential);
            document.credential = Some(credential);
        }
        ApiError::ValueNotSendable(credential)
        | ApiError::CredentialForbidden(credential)
        | ApiError::CredentialRolledBack(credential) => {
            document.credential = Some(credential);
        }
        _ => {}
    }
    document
}

/// The document that waits for its request id.
#[derive(Clone)]
struct Unfinished(Problem);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        // The chain is logged once, at this border. It never holds input.
        match self.inner() {
            Self::Internal(error) => tracing::error!(error = format!("{error:#}"), "internal error"),
            Self::Unavailable(error) | Self::StorageFull(error) => {
                tracing::warn!(error = format!("{error:#}"), "not available");
            }
            Self::OutcomeUnknown(error) => tracing::warn!(error = format!("{error:#}"), "outcome unknown"),
            Self::KeyMissing(_) | Self::SchemaBehind | Self::CannotWrite => tracing::warn!(error = %self, "not ready"),
            _ => {}
        }
        let retry_after = self.retry_after();
        let mut response = status.into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Unfinished(problem(self, "")));
        response
    }
}

/// Writes the bodies of problem documents, with the id of the request.
pub async fn finish_problems(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED && response.extensions().get::<Unfinished>().is_none() {
        response
            .extensions_mut()
            .insert(Unfinished(problem(ApiError::MethodNotAllowed, "")));
    }
    let Some(Unfinished(mut document)) = response.extensions_mut().remove::<Unfinished>() else {
        return response;
    };
    document.request_id = id.map(|id| id.0).unwrap_or_default();
    let body = serde_json::to_vec(&document).unwrap_or_default();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    *response.body_mut() = Body::from(body);
    response
}
