//! Writing model bindings: each change is one transaction with its reference and its audit event.

use app::accounts::{Action, Resource};
use app::api::Patch;
use app::credentials::{CredentialId, ReferrerKind};
use app::model_bindings::{ModelBinding, ModelBindingId, ModelSettings};
use uuid::Uuid;

use super::ModelBindings;
use super::input::{Create, Update};
use super::rows::{self, ModelBindingRow};
use crate::accounts::begin_owning;
use crate::ai::{API_KEY_POINTER, place};
use crate::audit::{self, Event};
use crate::db::{Tx, execute, is_unique_violation};
use crate::http::{ApiError, Principal, RequestId};
use crate::references::{self, Attach};
use crate::text::{fold, sort_key};

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

/// Who changes something, in which request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<'a> {
    pub principal: &'a Principal,
    pub request_id: &'a RequestId,
}

impl<'a> Change<'a> {
    pub fn new(principal: &'a Principal, request_id: &'a RequestId) -> Self {
        Self { principal, request_id }
    }

    fn event(self, bindings: &ModelBindings, action: &'static str, id: ModelBindingId, name: &str) -> Event {
        Event::new(
            bindings.base.clock.now(),
            self.principal,
            action,
            ("model_binding", id.0, name),
            Some(&self.request_id.0),
        )
    }
}

/// Stores a binding.
pub(super) async fn create(
    bindings: &ModelBindings,
    change: Change<'_>,
    input: Create,
) -> Result<ModelBinding, ApiError> {
    let id = ModelBindingId(Uuid::now_v7());
    let owner = change.principal.user_id().ok_or(ApiError::Forbidden)?;
    let settings = &input.settings;
    let mut tx = bindings.base.db.begin().await?;
    begin_owning(&mut tx, owner).await?;
    let mut events = Vec::new();
    if let Some(credential) = settings.api_key {
        events = attach(bindings, &mut tx, change, id, (credential, settings, input.allow_host)).await?;
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
            .bind(change.principal.name())
            .bind(owner.0)
    );
    name_is_free(inserted)?;
    events.push(change.event(bindings, "model_binding.create", id, &input.name));
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &bindings.base.vault, &events).await?;
    tx.commit().await?;
    row.into_output(change.principal)
}

/// Changes a binding, as it is at this revision or, without one, as it is.
pub(super) async fn update(
    bindings: &ModelBindings,
    change: Change<'_>,
    id: ModelBindingId,
    revision: Option<i64>,
    input: &Update,
) -> Result<ModelBinding, ApiError> {
    for _ in 0..TRIES {
        let mut tx = bindings.base.db.begin().await?;
        let row = changeable(&mut tx, change, id, Action::Update, revision).await?;
        if let Some(binding) = write(bindings, tx, change, row, input).await? {
            return Ok(binding);
        }
    }
    Err(outdated(bindings, id).await?)
}

/// Writes a change of a row; nothing where the row changed since it was read.
async fn write(
    bindings: &ModelBindings,
    mut tx: Tx,
    change: Change<'_>,
    row: ModelBindingRow,
    input: &Update,
) -> Result<Option<ModelBinding>, ApiError> {
    let id = ModelBindingId(row.id);
    let name = input.name.clone().over(Some(row.name.clone())).unwrap_or_default();
    let before = row.settings()?;
    let settings = input.changes.over(Some(&before))?;
    let moved = place::of(&settings)?.destination != place::of(&before)?.destination;
    let exchanged = settings.api_key != before.api_key;
    let mut events = Vec::new();
    match settings.api_key {
        // A deleted credential stays where it is, and everything else can be saved around it.
        Some(credential) if moved || exchanged || input.allow_host => {
            events = attach(bindings, &mut tx, change, id, (credential, &settings, input.allow_host)).await?;
        }
        None if exchanged => references::detach(&mut tx, ReferrerKind::ModelBinding, id.0).await?,
        _ => {}
    }
    let updated = execute!(
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
            .bind(change.principal.name())
            .bind(id.0)
            .bind(row.revision)
    );
    if name_is_free(updated)? == 0 {
        return Ok(None);
    }
    let mut fields = changed(&before, &settings);
    if matches!(&input.name, Patch::Set(name) if *name != row.name) {
        fields.push("name");
    }
    events.push(
        change
            .event(bindings, "model_binding.update", id, &name)
            .changed(&fields),
    );
    let row = rows::find_within(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    audit::append(&mut tx, &bindings.base.vault, &events).await?;
    tx.commit().await?;
    row.into_output(change.principal).map(Some)
}

/// The names of the settings that differ.
fn changed(before: &ModelSettings, after: &ModelSettings) -> Vec<&'static str> {
    [
        ("provider", before.provider != after.provider),
        ("model_id", before.model_id != after.model_id),
        ("api_key", before.api_key != after.api_key),
        ("base_url", before.base_url != after.base_url),
        ("organization", before.organization != after.organization),
        (
            "supports_structured_outputs",
            before.supports_structured_outputs != after.supports_structured_outputs,
        ),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name)
    .collect()
}

/// Deletes a binding and its reference.
pub(super) async fn delete(
    bindings: &ModelBindings,
    change: Change<'_>,
    id: ModelBindingId,
    revision: Option<i64>,
) -> Result<(), ApiError> {
    for _ in 0..TRIES {
        let mut tx = bindings.base.db.begin().await?;
        let row = changeable(&mut tx, change, id, Action::Delete, revision).await?;
        references::detach(&mut tx, ReferrerKind::ModelBinding, id.0).await?;
        if execute!(&mut tx, sqlx::query(DELETE).bind(id.0).bind(row.revision))? == 1 {
            let event = change.event(bindings, "model_binding.delete", id, &row.name);
            audit::append(&mut tx, &bindings.base.vault, &[event]).await?;
            tx.commit().await?;
            return Ok(());
        }
    }
    Err(outdated(bindings, id).await?)
}

/// The row, if the caller may change it and saw its last revision.
async fn changeable(
    tx: &mut Tx,
    change: Change<'_>,
    id: ModelBindingId,
    action: Action,
    revision: Option<i64>,
) -> Result<ModelBindingRow, ApiError> {
    let row = rows::find_within(tx, id).await?.ok_or(ApiError::NotFound)?;
    if !change.principal.may_with(Resource::ModelBindings, action, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    if revision.is_some_and(|revision| revision != row.revision) {
        return Err(precondition(row));
    }
    Ok(row)
}

fn precondition(row: ModelBindingRow) -> ApiError {
    ApiError::PreconditionFailed {
        changed_by: row.updated_by_name,
        changed_at: row.updated_at,
    }
}

/// What to say where somebody else was faster every time.
async fn outdated(bindings: &ModelBindings, id: ModelBindingId) -> Result<ApiError, ApiError> {
    Ok(rows::find(&bindings.base.db, id)
        .await?
        .map_or(ApiError::NotFound, precondition))
}

fn name_is_free(outcome: Result<u64, sqlx::Error>) -> Result<u64, ApiError> {
    outcome.map_err(|error| {
        if is_unique_violation(&error) {
            ApiError::NameTaken
        } else {
            error.into()
        }
    })
}

/// Writes the reference of a binding, and what is to be recorded of it.
async fn attach(
    bindings: &ModelBindings,
    tx: &mut Tx,
    change: Change<'_>,
    id: ModelBindingId,
    (credential, settings, allow_host): (CredentialId, &ModelSettings, bool),
) -> Result<Vec<Event>, ApiError> {
    let attach = Attach {
        principal: change.principal,
        referrer: (ReferrerKind::ModelBinding, id.0),
        credential,
        destination: &place::of(settings)?.destination,
        allow_host,
        pointer: API_KEY_POINTER,
        now: bindings.base.clock.now(),
        request_id: Some(&change.request_id.0),
    };
    references::attach(tx, attach).await
}
