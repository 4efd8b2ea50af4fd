//! Writing MCP servers: each change is one transaction with its reference and its audit event.

use contract::accounts::{Action, Resource, UserId};
use contract::api::Patch;
use contract::credentials::{CredentialId, ReferrerKind};
use contract::mcp_servers::{McpServer, McpServerId};
use sqlx::types::Json;
use uuid::Uuid;

use super::McpServers;
use super::input::{Create, Update};
use super::rows::{self, McpServerRow};
use super::target::{self, ServerTarget};
use crate::accounts::begin_adding;
use crate::address::Address;
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, execute};
use crate::http::{Act, ApiError, CREDENTIAL_POINTER, Principal};
use crate::name_key::{fold, sort_key};
use crate::references::{self, Allow, Attach, Target};

const INSERT: &str = "INSERT INTO mcp_servers (id, name, name_key, name_sort, owner_id, owner_sort, enabled, transport, \
    url, command, args, cwd, env_names, credential_id, revision, created_at, updated_at, updated_by_name) \
    SELECT $1, $2, $3, $4, u.id, u.name_sort, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13, $14 \
    FROM users u WHERE u.id = $15";

const UPDATE: &str = "UPDATE mcp_servers SET name = $1, name_key = $2, name_sort = $3, enabled = $4, transport = $5, \
    url = $6, command = $7, args = $8, cwd = $9, env_names = $10, credential_id = $11, updated_at = $12, \
    updated_by_name = $13, revision = revision + 1 WHERE id = $14 AND revision = $15";

const DELETE: &str = "DELETE FROM mcp_servers WHERE id = $1 AND revision = $2";

/// How often a change is tried anew where the caller did not say which revision it is for.
const TRIES: usize = 3;

/// What is recorded of a change.
fn event(servers: &McpServers, act: Act<'_>, action: &'static str, id: McpServerId, name: &str) -> Event {
    Event::by(act, servers.base.clock.now(), action, ("mcp_server", id.0, name))
}

/// The event with the address that was saved, if there is one.
fn at(event: Event, target: &ServerTarget) -> Event {
    match target.address() {
        Some(address) => event.saving(&address.destination),
        None => event,
    }
}

/// Refuses those who may not do this with programs.
pub(super) fn may_stdio(principal: &Principal, action: Action, owner: UserId) -> Result<(), ApiError> {
    if principal.may_with(Resource::StdioServers, action, owner) {
        Ok(())
    } else {
        Err(ApiError::Forbidden)
    }
}

/// A target as the database has it.
#[derive(Debug, PartialEq)]
struct Columns<'a> {
    transport: &'static str,
    url: Option<&'a str>,
    command: Option<&'a str>,
    args: Option<Json<&'a [String]>>,
    cwd: Option<&'a str>,
    env_names: Option<Json<&'a [String]>>,
}

impl<'a> Columns<'a> {
    fn of(target: &'a ServerTarget) -> Self {
        match target {
            ServerTarget::Http(address) => Self {
                transport: rows::HTTP,
                url: Some(address.url.as_str()),
                command: None,
                args: None,
                cwd: None,
                env_names: None,
            },
            ServerTarget::Stdio(program) => Self {
                transport: rows::STDIO,
                url: None,
                command: Some(&program.command),
                args: Some(Json(&program.args)),
                cwd: program.cwd.as_deref(),
                env_names: Some(Json(&program.env_names)),
            },
        }
    }

    /// The names of what differs.
    fn changes(&self, before: Option<&'a ServerTarget>) -> Vec<&'static str> {
        let before = before.map(Self::of);
        let before = before.as_ref();
        audit::changed_fields(&[
            (
                "transport",
                before.is_none_or(|before| before.transport != self.transport),
            ),
            ("url", before.is_none_or(|before| before.url != self.url)),
            ("command", before.is_none_or(|before| before.command != self.command)),
            ("args", before.is_none_or(|before| before.args != self.args)),
            ("cwd", before.is_none_or(|before| before.cwd != self.cwd)),
            (
                "env_names",
                before.is_none_or(|before| before.env_names != self.env_names),
            ),
        ])
    }
}

/// A credential that a server is to send, and where to.
struct Link<'a> {
    credential: CredentialId,
    address: &'a Address,
    allow: Allow,
}

/// Stores a server.
pub(super) async fn create(servers: &McpServers, act: Act<'_>, input: Create) -> Result<McpServer, ApiError> {
    servers.refuse_own(&input.target)?;
    let id = McpServerId(Uuid::now_v7());
    let owner = act.principal.user_id().ok_or(ApiError::Forbidden)?;
    let now = servers.base.clock.now();
    let mut tx = servers.base.db.begin().await?;
    begin_adding(&mut tx, owner, 0, &servers.base.quotas).await?;
    let mut events = Vec::new();
    if let (Some(credential), Some(address)) = (input.credential, input.target.address()) {
        let link = Link {
            credential,
            address,
            allow: input.allow,
        };
        events = attach(servers, &mut tx, act, id, link).await?;
    }
    let columns = Columns::of(&input.target);
    let inserted = execute!(
        &mut tx,
        sqlx::query(INSERT)
            .bind(id.0)
            .bind(&input.name)
            .bind(fold(&input.name))
            .bind(sort_key(&input.name))
            .bind(input.enabled)
            .bind(columns.transport)
            .bind(columns.url)
            .bind(columns.command)
            .bind(columns.args)
            .bind(columns.cwd)
            .bind(columns.env_names)
            .bind(input.credential.map(|id| id.0))
            .bind(now)
            .bind(act.principal.name())
            .bind(owner.0)
    );
    inserted.map_err(ApiError::of_named)?;
    events.push(at(
        event(servers, act, "mcp_server.create", id, &input.name),
        &input.target,
    ));
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &servers.base.vault, &events).await?;
    tx.commit().await?;
    Ok(row.into_output(act.principal))
}

/// Changes a server, as it is at this revision or, without one, as it is.
pub(super) async fn update(
    servers: &McpServers,
    act: Act<'_>,
    id: McpServerId,
    revision: Option<i64>,
    input: &Update,
) -> Result<McpServer, ApiError> {
    let class = if input.only_revokes() {
        WriteClass::Revocation
    } else {
        WriteClass::User
    };
    for _ in 0..TRIES {
        let mut tx = servers.base.db.begin_as(class).await?;
        let row = changeable(&mut tx, act, id, Action::Update, revision).await?;
        if input.moves.lead_to_stdio(row.transport()) {
            may_stdio(act.principal, Action::Update, row.owner())?;
        }
        if let Some(server) = write(servers, tx, act, row, input).await? {
            return Ok(server);
        }
    }
    Err(rows::find(&servers.base.db, id)
        .await?
        .map_or(ApiError::NotFound, McpServerRow::outdated))
}

/// Writes a change of a row; nothing where the row changed since it was read.
async fn write(
    servers: &McpServers,
    mut tx: Tx,
    act: Act<'_>,
    row: McpServerRow,
    input: &Update,
) -> Result<Option<McpServer>, ApiError> {
    let id = McpServerId(row.id);
    let name = input.name.clone().apply_to(Some(row.name.clone())).unwrap_or_default();
    let enabled = input.enabled.apply_to(Some(row.enabled)).unwrap_or(row.enabled);
    let before = row.target();
    let target = if input.moves.are_none() && !matches!(input.credential, Patch::Set(_)) {
        // Nothing about it changes, so that a server which cannot be reached any more can be saved.
        before
    } else {
        target::of(servers.stdio.settings(), before.as_ref().ok(), input).map_err(ApiError::Invalid)
    }?;
    let before = row.target().ok();
    let credential = match target {
        ServerTarget::Http(_) => input.credential.apply_to(row.credential()),
        // It takes none.
        ServerTarget::Stdio(_) => None,
    };
    let moved = before.as_ref() != Some(&target);
    if moved {
        servers.refuse_own(&target)?;
    }
    let exchanged = credential != row.credential();
    let mut events = Vec::new();
    match (credential, target.address()) {
        // A deleted credential stays where it is, and everything else can be saved around it.
        (Some(credential), Some(address)) if moved || exchanged || input.allow.host => {
            let link = Link {
                credential,
                address,
                allow: input.allow,
            };
            events = attach(servers, &mut tx, act, id, link).await?;
        }
        (None, _) if exchanged => references::detach(&mut tx, ReferrerKind::McpServer, id.0).await?,
        _ => {}
    }
    let columns = Columns::of(&target);
    let mut fields = columns.changes(before.as_ref());
    fields.extend(audit::changed_fields(&[
        ("name", name != row.name),
        ("enabled", enabled != row.enabled),
        ("credential_id", exchanged),
    ]));
    if fields.is_empty() {
        // The record stays as it is, though a host may have been allowed.
        audit::append(&mut tx, &servers.base.vault, &events).await?;
        tx.commit().await?;
        return Ok(Some(row.into_output(act.principal)));
    }
    let written = execute!(
        &mut tx,
        sqlx::query(UPDATE)
            .bind(&name)
            .bind(fold(&name))
            .bind(sort_key(&name))
            .bind(enabled)
            .bind(columns.transport)
            .bind(columns.url)
            .bind(columns.command)
            .bind(columns.args)
            .bind(columns.cwd)
            .bind(columns.env_names)
            .bind(credential.map(|id| id.0))
            .bind(servers.base.clock.now())
            .bind(act.principal.name())
            .bind(id.0)
            .bind(row.revision)
    );
    if written.map_err(ApiError::of_named)? == 0 {
        return Ok(None);
    }
    let mut updated = event(servers, act, "mcp_server.update", id, &name).changed(&fields);
    if moved || exchanged {
        updated = at(updated, &target);
    }
    events.push(updated);
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &servers.base.vault, &events).await?;
    tx.commit().await?;
    Ok(Some(row.into_output(act.principal)))
}

/// Deletes a server and its reference.
pub(super) async fn delete(
    servers: &McpServers,
    act: Act<'_>,
    id: McpServerId,
    revision: Option<i64>,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let mut tx = servers.base.db.begin_as(WriteClass::Revocation).await?;
        let row = changeable(&mut tx, act, id, Action::Delete, revision).await?;
        references::detach(&mut tx, ReferrerKind::McpServer, id.0).await?;
        if execute!(&mut tx, sqlx::query(DELETE).bind(id.0).bind(row.revision))? == 1 {
            let event = event(servers, act, "mcp_server.delete", id, &row.name);
            audit::append(&mut tx, &servers.base.vault, &[event]).await?;
            tx.commit().await?;
            return Ok(());
        }
    }
    Err(rows::find(&servers.base.db, id)
        .await?
        .map_or(ApiError::NotFound, McpServerRow::outdated))
}

/// The row, if the caller may change it and saw its last revision.
async fn changeable(
    tx: &mut Tx,
    act: Act<'_>,
    id: McpServerId,
    action: Action,
    revision: Option<i64>,
) -> Result<McpServerRow, ApiError> {
    let row = rows::find_within(tx, id).await?.ok_or(ApiError::NotFound)?;
    if !act.principal.may_with(row.resource(), action, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    if revision.is_some_and(|revision| revision != row.revision) {
        return Err(row.outdated());
    }
    Ok(row)
}

/// Writes the reference of a server, and what is to be recorded of it.
async fn attach(
    servers: &McpServers,
    tx: &mut Tx,
    act: Act<'_>,
    id: McpServerId,
    link: Link<'_>,
) -> Result<Vec<Event>, ApiError> {
    link.address.check_path()?;
    let attach = Attach {
        act,
        referrer: (ReferrerKind::McpServer, id.0),
        credential: link.credential,
        target: &Target::single(link.address.destination.clone()),
        allow: link.allow,
        pointer: CREDENTIAL_POINTER,
        now: servers.base.clock.now(),
    };
    references::attach(tx, attach).await
}
