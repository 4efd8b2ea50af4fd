//! Where an operation goes: a saved server, or what a form holds. Resolving the credential puts the
//! use on record; only then is there anything to talk to.

use app::accounts::{Action, Resource};
use app::api::NamedRecord;
use app::credentials::{CredentialId, ReferrerKind};

use super::McpServers;
use super::input::{self, Address};
use super::rows::{self, McpServerRow};
use super::words::{Subject, problem_of};
use crate::credentials::{Referrer, UseRequest};
use crate::http::{ApiError, Principal, RequestId};
use crate::outbound::Bearer;
use crate::outbound::mcp::McpTarget;

/// A target whose use is on record, ready to be talked to.
#[derive(Debug)]
pub(super) struct Ready {
    pub target: McpTarget,
    pub subject: Subject,
    pub credential: Option<(CredentialId, i64)>,
}

/// Resolves the credential of a target.
async fn resolve(
    servers: &McpServers,
    principal: &Principal,
    address: Address,
    credential: Option<CredentialId>,
    referrer: Referrer,
    request_id: &RequestId,
) -> Result<Ready, ApiError> {
    let mut subject = Subject {
        host: address.destination.display(),
        credential: None,
    };
    let Some(credential) = credential else {
        let target = McpTarget {
            url: address.url,
            bearer: None,
        };
        return Ok(Ready {
            target,
            subject,
            credential: None,
        });
    };
    let request = UseRequest {
        principal: principal.clone(),
        credential,
        referrer,
        destination: address.destination,
        request_id: request_id.0.clone(),
    };
    let resolved = servers.resolver.resolve(request).await?;
    subject.credential = Some(NamedRecord {
        id: resolved.id.0,
        name: resolved.name,
    });
    let bearer = Bearer::new(&resolved.value, resolved.destination).map_err(|error| problem_of(error, &subject))?;
    Ok(Ready {
        target: McpTarget {
            url: address.url,
            bearer: Some(bearer),
        },
        subject,
        credential: Some((resolved.id, resolved.version)),
    })
}

/// Resolves the credential of a saved server by its reference.
pub(super) async fn as_saved(
    servers: &McpServers,
    principal: &Principal,
    row: &McpServerRow,
    request_id: &RequestId,
) -> Result<Ready, ApiError> {
    if !principal.may_with(Resource::McpServers, Action::Use, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    let referrer = Referrer::Saved {
        kind: ReferrerKind::McpServer,
        id: row.id,
        name: row.name.clone(),
    };
    resolve(
        servers,
        principal,
        row.address()?,
        row.credential(),
        referrer,
        request_id,
    )
    .await
}

/// Resolves the credential of what a form holds. With another address or another credential than the
/// saved ones this is a direct use: there is no reference to go through.
pub(super) async fn draft(
    servers: &McpServers,
    principal: &Principal,
    input: input::Test,
    request_id: &RequestId,
) -> Result<Ready, ApiError> {
    let changes = input.changes;
    let row = match input.id {
        Some(id) => Some(rows::get(&servers.base.db, id).await?),
        None if principal.may(Resource::McpServers, Action::Create).is_none() => return Err(ApiError::Forbidden),
        None => None,
    };
    let before = row.as_ref().map(McpServerRow::address).transpose()?;
    let credential = changes.credential.over(row.as_ref().and_then(McpServerRow::credential));
    // The input was refused where there is neither.
    let address = changes.address.over(before.clone()).ok_or(ApiError::NotFound)?;
    if let Some(row) = &row {
        if before.as_ref() == Some(&address) && credential == row.credential() {
            return as_saved(servers, principal, row, request_id).await;
        }
        if !principal.may_with(Resource::McpServers, Action::Update, row.owner()) {
            return Err(ApiError::Forbidden);
        }
    }
    let referrer = Referrer::Unsaved {
        kind: ReferrerKind::McpServer,
        id: row.as_ref().map(|row| row.id),
        name: changes.name.over(row.map(|row| row.name)),
        allow_host: changes.allow_host,
    };
    resolve(servers, principal, address, credential, referrer, request_id).await
}
