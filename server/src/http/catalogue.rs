//! Every kind of problem that the API answers with, for its documentation.

use chrono::DateTime;
use contract::api::NamedRecord;
use contract::users::Owned;
use http::StatusCode;

use super::problem::{MODEL_SLUGS, UPSTREAM_SLUGS};
use super::{ApiError, SessionEnd};
use crate::config::Quota;

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProblemKind {
    /// The stable code, without its URN prefix.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// A short name.
    pub title: &'static str,
}

impl ApiError {
    /// Every kind of problem, in the order of [`ApiError`].
    #[must_use]
    pub fn kinds() -> Vec<ProblemKind> {
        one_of_each()
            .iter()
            .map(|error| {
                let (slug, title) = error.slug_and_title();
                ProblemKind {
                    slug,
                    status: error.status(),
                    title,
                }
            })
            .collect()
    }
}

/// One of each variant; a test compares this with the enum's own documentation.
fn one_of_each() -> Vec<ApiError> {
    let record = || NamedRecord {
        id: uuid::Uuid::nil(),
        name: String::new(),
    };
    let cause = || anyhow::anyhow!("an example");
    let mut errors = vec![
        ApiError::Malformed { line: 0, column: 0 },
        ApiError::BadQuery(""),
        ApiError::BadCursor,
        ApiError::Unauthorized,
        ApiError::SessionEnded(SessionEnd::Revoked),
        ApiError::WrongPassword,
        ApiError::Forbidden,
        ApiError::CrossSite,
        ApiError::NotFound,
        ApiError::MethodNotAllowed,
        ApiError::NotStreamed,
        ApiError::NameTaken,
        ApiError::InUse {
            references: Vec::new(),
            total: 0,
        },
        ApiError::OwnsRecords(Owned::default()),
        ApiError::LastAdministrator,
        ApiError::OwnAccount,
        ApiError::Disabled,
        ApiError::CredentialRolledBack(record()),
        ApiError::QuotaReached(Quota::Records(1)),
        ApiError::TooManyUses { per_second: 1 },
        ApiError::Spent,
        ApiError::LinkSpent,
        ApiError::PreconditionFailed {
            changed_by: String::new(),
            changed_at: DateTime::UNIX_EPOCH,
        },
        ApiError::TooLarge,
        ApiError::UnsupportedMediaType,
        ApiError::WrongHost,
        ApiError::Invalid(Vec::new()),
        ApiError::HostNotAllowed {
            host: String::new(),
            credential: record(),
        },
        ApiError::CredentialDeleted(record()),
        ApiError::CredentialForbidden(record()),
        ApiError::ValueNotSendable(record()),
        ApiError::Throttled { retry_after: 1 },
        ApiError::Busy,
        ApiError::TooManyOperations { limit: 1 },
        ApiError::TooMuchAtOnce { detail: String::new() },
        ApiError::Internal(cause()),
        ApiError::Unavailable(cause()),
        ApiError::StorageFull(cause()),
        ApiError::CannotWrite,
        ApiError::OutcomeUnknown(cause()),
        ApiError::Stopping,
        ApiError::AuditUnavailable,
        ApiError::KeyMissing(String::new()),
        ApiError::SchemaBehind,
    ];
    errors.extend(UPSTREAM_SLUGS.iter().chain(MODEL_SLUGS).map(|slug| ApiError::Upstream {
        slug,
        detail: String::new(),
    }));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_and_the_documentation_of_the_enum_agree() {
        let source = include_str!("problem.rs");
        let kinds = ApiError::kinds();
        let mut documented = 0;
        for line in source.lines() {
            let Some(doc) = line.trim().strip_prefix("/// ") else {
                continue;
            };
            // `/// 409 `name-taken`: …`
            let Some((status, rest)) = doc.split_once(" `") else {
                continue;
            };
            let Ok(status) = status.parse::<u16>() else { continue };
            let slug = rest.split('`').next().unwrap_or_default();
            documented += 1;
            assert!(
                kinds
                    .iter()
                    .any(|kind| kind.slug == slug && kind.status.as_u16() == status),
                "{status} {slug} is not in the catalogue"
            );
        }
        // The variant for other servers has several slugs and one line of its own.
        assert_eq!(
            documented,
            kinds.len() - UPSTREAM_SLUGS.len() - MODEL_SLUGS.len(),
            "a variant is missing"
        );
    }
}
