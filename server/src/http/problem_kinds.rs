//! The table of problem kinds: status, slug and title of each variant of [`ApiError`]. Answers, the OpenAPI document and its
//! list of problems are made from it.

use http::StatusCode;

use super::ApiError;

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// The HTTP status.
    pub status: StatusCode,
    /// The stable code, without its URN prefix.
    pub slug: &'static str,
    /// A short name.
    pub title: &'static str,
}

const fn kind(status: StatusCode, slug: &'static str, title: &'static str) -> ProblemKind {
    ProblemKind { status, slug, title }
}

macro_rules! kinds {
    ($($variant:pat => $status:ident $slug:literal $title:literal;)*) => {
        /// Kinds with a variant of their own.
        const OWN: &[ProblemKind] = &[$(kind(StatusCode::$status, $slug, $title)),*];

        impl ApiError {
            /// The kind of this problem.
            pub(super) fn kind(&self) -> ProblemKind {
                match self {
                    $($variant => kind(StatusCode::$status, $slug, $title),)*
                    Self::RateLimited { .. } => upstream("rate-limited"),
                    Self::Upstream { slug, .. } => upstream(slug),
                    Self::At { error, .. } | Self::After { error, .. } => error.kind(),
                }
            }
        }
    };
}

kinds! {
    Self::Malformed { .. } => BAD_REQUEST "malformed" "Invalid JSON";
    Self::BadQuery(_) => BAD_REQUEST "bad-query" "Invalid query";
    Self::BadCursor => BAD_REQUEST "bad-cursor" "Invalid cursor";
    Self::Unauthorized => UNAUTHORIZED "unauthorized" "Not signed in";
    Self::SessionEnded(_) => UNAUTHORIZED "session-ended" "Session ended";
    Self::WrongPassword => UNAUTHORIZED "wrong-password" "Sign-in failed";
    Self::Forbidden => FORBIDDEN "forbidden" "Not allowed";
    Self::CrossSite => FORBIDDEN "cross-site" "Request from another site";
    Self::NotFound => NOT_FOUND "not-found" "Not found";
    Self::MethodNotAllowed => METHOD_NOT_ALLOWED "method-not-allowed" "Method not allowed";
    Self::NotStreamed => NOT_ACCEPTABLE "not-streamed" "No event stream";
    Self::NameTaken => CONFLICT "name-taken" "Name already taken";
    Self::InUse { .. } => CONFLICT "in-use" "In use";
    Self::OwnsRecords(_) => CONFLICT "owns-records" "Owns records";
    Self::LastAdministrator => CONFLICT "last-administrator" "Last administrator";
    Self::OwnAccount => CONFLICT "own-account" "Your own account";
    Self::Disabled => CONFLICT "disabled" "Disabled";
    Self::CredentialRolledBack(_) => CONFLICT "credential-rolled-back" "Value doesn't match the audit trail";
    Self::QuotaReached(_) => CONFLICT "quota-reached" "Limit reached";
    Self::TooManyUses { .. } => TOO_MANY_REQUESTS "too-many-uses" "Too many uses";
    Self::Spent => GONE "spent" "Setup already done";
    Self::LinkSpent => GONE "link-spent" "Link no longer valid";
    Self::PreconditionFailed { .. } => PRECONDITION_FAILED "precondition-failed" "Changed by someone else";
    Self::TooLarge => PAYLOAD_TOO_LARGE "too-large" "Body too large";
    Self::UnsupportedMediaType => UNSUPPORTED_MEDIA_TYPE "unsupported-media-type" "Not JSON";
    Self::WrongHost => MISDIRECTED_REQUEST "wrong-host" "Wrong host";
    Self::Invalid(_) => UNPROCESSABLE_ENTITY "invalid" "Invalid input";
    Self::HostNotAllowed { .. } => UNPROCESSABLE_ENTITY "host-not-allowed" "Destination not allowed";
    Self::CredentialDeleted(_) => UNPROCESSABLE_ENTITY "credential-deleted" "Credential deleted";
    Self::CredentialForbidden(_) => FORBIDDEN "credential-forbidden" "Credential not allowed";
    Self::ValueNotSendable(_) => UNPROCESSABLE_ENTITY "value-not-sendable" "Value can't be sent";
    Self::Throttled { .. } => TOO_MANY_REQUESTS "throttled" "Too many attempts";
    Self::Busy => SERVICE_UNAVAILABLE "busy" "Busy";
    Self::TooManyOperations { .. } => TOO_MANY_REQUESTS "too-many-operations" "Too many operations at once";
    Self::TooMuchAtOnce { .. } => SERVICE_UNAVAILABLE "too-much-at-once" "Too much load";
    Self::Internal(_) => INTERNAL_SERVER_ERROR "internal" "Internal error";
    Self::Unavailable(_) => SERVICE_UNAVAILABLE "unavailable" "Unavailable";
    Self::StorageFull(_) => SERVICE_UNAVAILABLE "storage-full" "Disk full";
    Self::CannotWrite => SERVICE_UNAVAILABLE "cannot-write" "Database not writable";
    Self::OutcomeUnknown(_) => SERVICE_UNAVAILABLE "outcome-unknown" "Outcome unknown";
    Self::Stopping => SERVICE_UNAVAILABLE "stopping" "Server is stopping";
    Self::AuditUnavailable => SERVICE_UNAVAILABLE "audit-unavailable" "Audit trail not writable";
    Self::KeyMissing(_) => SERVICE_UNAVAILABLE "key-missing" "Key missing";
    Self::SchemaBehind => SERVICE_UNAVAILABLE "schema-behind" "Database out of date";
}

/// Failures of other servers.
const UPSTREAM: [ProblemKind; 9] = [
    kind(StatusCode::BAD_GATEWAY, "credential-refused", "Credential refused"),
    kind(StatusCode::BAD_GATEWAY, "unreachable", "Unreachable"),
    kind(StatusCode::BAD_GATEWAY, "not-mcp", "Not an MCP server"),
    kind(StatusCode::BAD_GATEWAY, "not-configured", "Not configured"),
    kind(StatusCode::GATEWAY_TIMEOUT, "timed-out", "Timed out"),
    kind(StatusCode::BAD_GATEWAY, "redirected", "Redirected"),
    kind(StatusCode::BAD_GATEWAY, "answer-too-large", "Response too large"),
    kind(StatusCode::BAD_GATEWAY, "encoded-answer", "Encoded response"),
    kind(StatusCode::BAD_GATEWAY, "upstream-failed", "Upstream server failed"),
];

/// Failures of providers of models, besides those of every server.
const MODEL: [ProblemKind; 4] = [
    kind(StatusCode::BAD_GATEWAY, "model-unknown", "Unknown model"),
    kind(StatusCode::BAD_GATEWAY, "rate-limited", "Rate limited"),
    kind(StatusCode::BAD_GATEWAY, "not-model-api", "Wrong API"),
    kind(
        StatusCode::BAD_GATEWAY,
        "object-invalid",
        "Object doesn't match the schema",
    ),
];

/// The slugs of failures of other servers.
pub const UPSTREAM_SLUGS: &[&str] = &slugs(UPSTREAM);

/// The slugs of failures of providers of models, besides those of every server.
pub const MODEL_SLUGS: &[&str] = &slugs(MODEL);

const fn slugs<const N: usize>(kinds: [ProblemKind; N]) -> [&'static str; N] {
    let mut slugs = [""; N];
    let mut at = 0;
    while at < N {
        slugs[at] = kinds[at].slug;
        at += 1;
    }
    slugs
}

/// A slug that is in neither table is a fault of this program, and is answered as a failure of the other server.
fn upstream(slug: &str) -> ProblemKind {
    let known = UPSTREAM.iter().chain(&MODEL).find(|kind| kind.slug == slug);
    known.copied().unwrap_or(UPSTREAM[UPSTREAM.len() - 1])
}

impl ApiError {
    /// Every kind of problem.
    pub fn kinds() -> Vec<ProblemKind> {
        OWN.iter().chain(&UPSTREAM).chain(&MODEL).copied().collect()
    }
}
