//! Writing model bindings: each change is one transaction with its reference and its audit event.

use contract::accounts::{Action, Resource};
use contract::credentials::{CredentialId, ReferrerKind};
use contract::model_bindings::{ModelBinding, ModelBindingId, ModelSettings};
use uuid::Uuid;

use super::ModelBindings;
use super::input::{Create, Update};
use super::rows::{self, ModelBindingRow};
use crate::accounts::begin_adding;
use crate::ai::{API_KEY_POINTER, endpoint, wire};
use crate::audit::{self, Event};
use crate::db::{Tx, WriteClass, execute};
use crate::destination::Destination;
use crate::http::{Act, ApiError};
use crate::name_key::{fold, sort_key};
use crate::references::{self, Allow, Attach, Target};

const INSERT: &str = "INSERT INTO model_bindings (id, name, name_key, name_sort, owner_id, owner_sort, provider, model_id, \
    base_url, organization, supports_structured_outputs, credential_id, revision, created_at, updated_at, updated_by_name) \
    SELECT $1, $2, $3, $4, u.id, u.name_sort, $5, $6, $7, $8, $9, $10, 1, $11, $11, $12 \
    FROM users u WHERE u.id = $13";

const UPDATE: &str = "UPDATE model_bindings SET name = $1, name_key = $2, name_sort = $3, provider = $4, model_id = $5, \
    base_url = $6, organization = $7, supports_structured_outputs = $8, credential_id = $9, updated_at = $10, \
    updated_by_name = $11, revision = revision + 1 WHERE id = $12 AND revision = $13";

const DELETE: &str = "DELETE FROM model_bindings WHERE id = $1 AND revision = $2";

/// How often a change is tried anew where the caller did not say which revision it is for.
const TRIES: usize = 3;

/// What is recorded of a change.
fn event(bindings: &ModelBindings, act: Act<'_>, action: &'static str, id: ModelBindingId, name: &str) -> Event {
    Event::by(act, bindings.base.clock.now(), action, ("model_binding", id.0, name))
}

/// Stores a binding.
pub(super) async fn create(bindings: &ModelBindings, act: Act<'_>, input: Create) -> Result<ModelBinding, ApiError> {
    let id = ModelBindingId(Uuid::now_v7());
    let owner = act.principal.user_id().ok_or(ApiError::Forbidden)?;
    let settings = &input.settings;
    bindings.ai.refuse_own(&endpoint::of(settings)?)?;
    let mut tx = bindings.base.db.begin().await?;
    begin_adding(&mut tx, owner, 0, &bindings.base.quotas).await?;
    let mut events = Vec::new();
    if let Some(credential) = settings.api_key {
        events = attach(bindings, &mut tx, act, id, (credential, settings, input.allow)).await?;
    }
    let inserted = execute!(
        &mut tx,
        sqlx::query(INSERT)
            .bind(id.0)
            .bind(&input.name)
            .bind(fold(&input.name))
            .bind(sort_key(&input.name))
            .bind(settings.provider.as_str())
            .bind(&settings.model_id)
            .bind(&settings.base_url)
            .bind(&settings.organization)
            .bind(settings.supports_structured_outputs)
            .bind(settings.api_key.map(|id| id.0))
            .bind(bindings.base.clock.now())
            .bind(act.principal.name())
            .bind(owner.0)
    );
    inserted.map_err(ApiError::of_named)?;
    let created = event(bindings, act, "model_binding.create", id, &input.name);
    events.push(created.saving(&endpoint::of(settings)?.destination));
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &bindings.base.vault, &events).await?;
    tx.commit().await?;
    row.into_output(act.principal)
}

/// Changes a binding, as it is at this revision or, without one, as it is.
pub(super) async fn update(
    bindings: &ModelBindings,
    act: Act<'_>,
    id: ModelBindingId,
    revision: Option<i64>,
    input: &Update,
) -> Result<ModelBinding, ApiError> {
    let class = if input.only_revokes() {
        WriteClass::Revocation
    } else {
        WriteClass::User
    };
    for _ in 0..TRIES {
        let mut tx = bindings.base.db.begin_as(class).await?;
        let row = changeable(&mut tx, act, id, Action::Update, revision).await?;
        if let Some(binding) = write(bindings, tx, act, row, input).await? {
            return Ok(binding);
        }
    }
    Err(rows::find(&bindings.base.db, id)
        .await?
        .map_or(ApiError::NotFound, ModelBindingRow::outdated))
}

/// Writes a change of a row; nothing where the row changed since it was read.
async fn write(
    bindings: &ModelBindings,
    mut tx: Tx,
    act: Act<'_>,
    row: ModelBindingRow,
    input: &Update,
) -> Result<Option<ModelBinding>, ApiError> {
    let id = ModelBindingId(row.id);
    let name = input.name.clone().apply_to(Some(row.name.clone())).unwrap_or_default();
    let before = row.settings()?;
    let settings = input.changes.apply_to(Some(&before))?;
    let (endpoint, place_before) = (endpoint::of(&settings)?, endpoint::of(&before)?);
    if endpoint != place_before {
        bindings.ai.refuse_own(&endpoint)?;
    }
    let target = wire::target(&settings)?;
    // Another provider appends other paths to the same base URL.
    let moved = target.scope != place_before.destination || settings.provider != before.provider;
    let exchanged = settings.api_key != before.api_key;
    let mut events = Vec::new();
    if settings.api_key.is_some() {
        check_paths(&target)?;
    }
    match settings.api_key {
        // A deleted credential stays where it is, and everything else can be saved around it.
        Some(credential) if moved || exchanged || input.allow.host => {
            events = attach(bindings, &mut tx, act, id, (credential, &settings, input.allow)).await?;
        }
        None if exchanged => references::detach(&mut tx, ReferrerKind::ModelBinding, id.0).await?,
        _ => {}
    }
    let mut fields = changed(&before, &settings);
    if name != row.name {
        fields.push("name");
    }
    if fields.is_empty() {
        // The record stays as it is, though a host may have been allowed.
        audit::append(&mut tx, &bindings.base.vault, &events).await?;
        tx.commit().await?;
        return row.into_output(act.principal).map(Some);
    }
    let written = execute!(
        &mut tx,
        sqlx::query(UPDATE)
            .bind(&name)
            .bind(fold(&name))
            .bind(sort_key(&name))
            .bind(settings.provider.as_str())
            .bind(&settings.model_id)
            .bind(&settings.base_url)
            .bind(&settings.organization)
            .bind(settings.supports_structured_outputs)
            .bind(settings.api_key.map(|id| id.0))
            .bind(bindings.base.clock.now())
            .bind(act.principal.name())
            .bind(id.0)
            .bind(row.revision)
    );
    if written.map_err(ApiError::of_named)? == 0 {
        return Ok(None);
    }
    let mut updated = event(bindings, act, "model_binding.update", id, &name).changed(&fields);
    if moved || exchanged {
        updated = updated.saving(&target.scope);
    }
    events.push(updated);
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &bindings.base.vault, &events).await?;
    tx.commit().await?;
    row.into_output(act.principal).map(Some)
}

/// The names of the settings that differ.
fn changed(before: &ModelSettings, after: &ModelSettings) -> Vec<&'static str> {
    audit::changed_fields(&[
        ("provider", before.provider != after.provider),
        ("model_id", before.model_id != after.model_id),
        ("api_key", before.api_key != after.api_key),
        ("base_url", before.base_url != after.base_url),
        ("organization", before.organization != after.organization),
        (
            "supports_structured_outputs",
            before.supports_structured_outputs != after.supports_structured_outputs,
        ),
    ])
}

/// Deletes a binding and its reference.
pub(super) async fn delete(
    bindings: &ModelBindings,
    act: Act<'_>,
    id: ModelBindingId,
    revision: Option<i64>,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let mut tx = bindings.base.db.begin_as(WriteClass::Revocation).await?;
        let row = changeable(&mut tx, act, id, Action::Delete, revision).await?;
        references::detach(&mut tx, ReferrerKind::ModelBinding, id.0).await?;
        if execute!(&mut tx, sqlx::query(DELETE).bind(id.0).bind(row.revision))? == 1 {
            let event = event(bindings, act, "model_binding.delete", id, &row.name);
            audit::append(&mut tx, &bindings.base.vault, &[event]).await?;
            tx.commit().await?;
            return Ok(());
        }
    }
    Err(rows::find(&bindings.base.db, id)
        .await?
        .map_or(ApiError::NotFound, ModelBindingRow::outdated))
}

/// The row, if the caller may change it and saw its last revision.
async fn changeable(
    tx: &mut Tx,
    act: Act<'_>,
    id: ModelBindingId,
    action: Action,
    revision: Option<i64>,
) -> Result<ModelBindingRow, ApiError> {
    let row = rows::find_within(tx, id).await?.ok_or(ApiError::NotFound)?;
    if !act.principal.may_with(Resource::ModelBindings, action, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    if revision.is_some_and(|revision| revision != row.revision) {
        return Err(row.outdated());
    }
    Ok(row)
}

/// Writes the reference of a binding, and what is to be recorded of it.
async fn attach(
    bindings: &ModelBindings,
    tx: &mut Tx,
    act: Act<'_>,
    id: ModelBindingId,
    (credential, settings, allow): (CredentialId, &ModelSettings, Allow),
) -> Result<Vec<Event>, ApiError> {
    let target = wire::target(settings)?;
    check_paths(&target)?;
    let attach = Attach {
        act,
        referrer: (ReferrerKind::ModelBinding, id.0),
        credential,
        target: &target,
        allow,
        pointer: API_KEY_POINTER,
        now: bindings.base.clock.now(),
    };
    references::attach(tx, attach).await
}

/// Refuses addresses that no secret is sent to, at the field that makes them so.
fn check_paths(target: &Target) -> Result<(), ApiError> {
    let of = |pointer, destination: &Destination| destination.path().map(drop).map_err(|fault| fault.at(pointer));
    of(endpoint::POINTER, &target.scope)?;
    target
        .requests
        .iter()
        .try_for_each(|request| of("/settings/model_id", request))
}
