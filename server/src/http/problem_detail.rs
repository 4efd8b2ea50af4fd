//! The `detail` of each problem: what happened and what to do.

use super::problem::{ApiError, BUSY_SECONDS};
use crate::config::Quota;

const OUTCOME_UNKNOWN: &str = "The connection to the database was lost, so your change may or may not be saved. Check the record, or search the list for its name, before you try again.";
const STOPPING: &str = "The server is stopping and ended your request. Check the record before you try again.";
const AUDIT_UNAVAILABLE: &str = "Strongroom couldn't record this use, so it sent nothing. Try again in a moment.";

impl ApiError {
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

    pub(super) fn detail(&self) -> String {
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
            Self::OwnsRecords(_) => "This user owns credentials, MCP servers or model bindings. Set transfer_to=USER_ID to choose their new owner, or with_credentials=true to delete the credentials too."
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
                "This server isn't set up for that host. Set public_url to the URL that people use.".to_owned()
            }
            Self::Invalid(_) => "Correct the listed fields.".to_owned(),
            Self::HostNotAllowed { host, credential } => format!(
                "{host} isn't on {}'s allowed destinations. Ask its owner or an administrator to add it.",
                credential.name
            ),
            Self::CredentialDeleted(credential) => {
                format!("{} was deleted. Choose another credential.", credential.name)
            }
            Self::ValueNotSendable(credential) => format!(
                "The value of {} can't be sent as a header: it contains a line break or another control character. Save the value again without it.",
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
