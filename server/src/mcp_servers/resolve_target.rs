//! Where an operation goes: a saved server, or what a form holds. Resolving the credential puts the
//! use on record; only then is there anything to talk to.

use std::path::PathBuf;

use contract::accounts::{Action, Resource};
use contract::api::NamedRecord;
use contract::credentials::{CredentialId, ReferrerKind};
use contract::mcp_servers::Transport;
use contract::model_bindings::KeyHeader;

use super::McpServers;
use super::input;
use super::problem::{Subject, not_configured, problem_of};
use super::rows::{self, McpServerRow};
use super::store::may_stdio;
use super::target::{self, Program, ServerTarget};
use crate::credentials::{Referrer, UseRequest};
use crate::http::{ApiError, Principal, RequestId};
use crate::outbound::mcp::McpTarget;
use crate::outbound::{Bearer, OutboundError};

/// A target whose use is on record, ready to be talked to.
#[derive(Debug)]
pub(super) struct Ready {
    pub target: McpTarget,
    pub subject: Subject,
    pub credential: Option<(CredentialId, i64)>,
}

/// Makes a target ready: resolves the credential of an address, or asks the configuration for a program.
async fn resolve(
    servers: &McpServers,
    principal: &Principal,
    target: ServerTarget,
    credential: Option<CredentialId>,
    referrer: Referrer,
    request_id: &RequestId,
) -> Result<Ready, ApiError> {
    let address = match target {
        ServerTarget::Http(address) => address,
        ServerTarget::Stdio(program) => {
            servers.resolver.permit(principal, &referrer).await?;
            return ready_program(servers, program);
        }
    };
    let mut subject = Subject::at(address.destination.display());
    if credential.is_some() {
        address.check_path()?;
    }
    let Some(credential) = credential else {
        servers.resolver.permit(principal, &referrer).await?;
        let target = McpTarget::Http {
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
        scope: address.destination.clone(),
        destination: address.destination,
        purpose: None,
        request_id: request_id.0.clone(),
    };
    let resolved = servers.resolver.resolve(request).await?;
    let bearer = Bearer::of_resolved(KeyHeader::Bearer, &resolved);
    subject.credential = Some(NamedRecord {
        id: resolved.id.0,
        name: resolved.name,
    });
    let bearer = bearer.map_err(|error| problem_of(error, &subject))?;
    Ok(Ready {
        target: McpTarget::Http {
            url: address.url,
            bearer: Some(bearer),
        },
        subject,
        credential: Some((resolved.id, resolved.version)),
    })
}

/// A program, if the configuration still offers it as it was saved.
fn ready_program(servers: &McpServers, program: Program) -> Result<Ready, ApiError> {
    let subject = Subject::program(program.command.clone());
    let settings = servers.stdio.settings();
    if settings.entry(&program.command).is_none() {
        return Err(problem_of(OutboundError::CommandGone, &subject));
    }
    if let Some(fault) = target::faults_of(settings, &program).into_iter().next() {
        return Err(not_configured(&subject, &fault.detail));
    }
    let target = servers.stdio.target(
        program.command,
        program.args,
        program.cwd.map(PathBuf::from),
        program.env_names,
    );
    Ok(Ready {
        target: McpTarget::Stdio(target),
        subject,
        credential: None,
    })
}

/// Purpose of resolving a saved server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Use,
    /// A test, also of a server that is switched off.
    Test,
}

/// Resolves the credential of a saved server by its reference.
pub(super) async fn as_saved(
    servers: &McpServers,
    principal: &Principal,
    row: &McpServerRow,
    purpose: Purpose,
    request_id: &RequestId,
) -> Result<Ready, ApiError> {
    if !principal.may_with(Resource::McpServers, Action::Use, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    let referrer = Referrer::Saved {
        kind: ReferrerKind::McpServer,
        id: row.id,
        name: row.name.clone(),
        test: purpose == Purpose::Test,
    };
    resolve(
        servers,
        principal,
        row.target()?,
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
    let transport = row.as_ref().map_or(Transport::Http, McpServerRow::transport);
    let is_program = changes.moves.lead_to_stdio(transport);
    if row.is_none() && is_program && principal.may(Resource::StdioServers, Action::Create).is_none() {
        return Err(ApiError::Forbidden);
    }
    let before = row.as_ref().map(McpServerRow::target).transpose()?;
    let credential = changes
        .credential
        .apply_to(row.as_ref().and_then(McpServerRow::credential));
    if let (Some(row), Some(_)) = (&row, &before) {
        if changes.moves.are_none() && credential == row.credential() {
            return as_saved(servers, principal, row, Purpose::Test, request_id).await;
        }
        if is_program {
            may_stdio(principal, Action::Update, row.owner())?;
        }
    }
    let target = target::of(servers.stdio.settings(), before.as_ref(), &changes).map_err(ApiError::Invalid)?;
    servers.refuse_own(&target)?;
    if let Some(row) = &row {
        if before.as_ref() == Some(&target) && credential == row.credential() {
            return as_saved(servers, principal, row, Purpose::Test, request_id).await;
        }
        if !principal.may_with(row.resource(), Action::Update, row.owner()) {
            return Err(ApiError::Forbidden);
        }
    }
    let referrer = Referrer::Unsaved {
        kind: ReferrerKind::McpServer,
        id: row.as_ref().map(|row| row.id),
        name: changes.name.apply_to(row.map(|row| row.name)),
        allow: changes.allow,
    };
    resolve(servers, principal, target, credential, referrer, request_id).await
}
