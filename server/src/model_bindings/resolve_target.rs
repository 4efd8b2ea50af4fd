//! Which model an operation goes to: that of a saved binding, or what a form or a request holds.

use contract::accounts::{Action, Resource};
use contract::credentials::ReferrerKind;
use contract::model_bindings::{ModelBindingId, ModelSettings};

use super::ModelBindings;
use super::input;
use super::rows::{self, ModelBindingRow};
use crate::ai::Model;
use crate::credentials::Referrer;
use crate::http::{ApiError, Principal};

impl ModelBindings {
    /// The model of a saved binding, for whoever may use it. Its credential is resolved by its reference.
    ///
    /// # Errors
    /// 404, 403.
    pub async fn model(&self, principal: &Principal, id: ModelBindingId) -> Result<Model, ApiError> {
        as_saved(principal, &rows::get(&self.base.db, id).await?)
    }

    /// A model that is named on the spot: a direct use of its credential, which the caller must be allowed to use.
    ///
    /// # Errors
    /// 422 where it has no address.
    pub fn unsaved(settings: ModelSettings) -> Result<Model, ApiError> {
        let kind = ReferrerKind::ModelBinding;
        let model = Model::new(settings, Referrer::Direct { kind }, None)?;
        Ok(Model {
            pointer: "/model/settings/api_key",
            ..model
        })
    }
}

fn as_saved(principal: &Principal, row: &ModelBindingRow) -> Result<Model, ApiError> {
    if !principal.may_with(Resource::ModelBindings, Action::Use, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    let referrer = Referrer::Saved {
        kind: ReferrerKind::ModelBinding,
        id: row.id,
        name: row.name.clone(),
        // Bindings have no switch.
        test: false,
    };
    Model::new(row.settings()?, referrer, Some(row.name.clone()))
}

/// What a form holds. With another address or another credential than the saved ones this is a direct use: there
/// is no reference to go through.
pub(super) async fn draft(
    bindings: &ModelBindings,
    principal: &Principal,
    input: input::Test,
) -> Result<Model, ApiError> {
    let update = input.update;
    let Some(id) = input.id else {
        if principal.may(Resource::ModelBindings, Action::Create).is_none() {
            return Err(ApiError::Forbidden);
        }
        let name = update.name.apply_to(None);
        let referrer = Referrer::Unsaved {
            kind: ReferrerKind::ModelBinding,
            id: None,
            name: name.clone(),
            allow: update.allow,
        };
        return Model::new(update.changes.apply_to(None)?, referrer, name);
    };
    let row = rows::get(&bindings.base.db, id).await?;
    let saved = as_saved(principal, &row)?;
    let settings = update.changes.apply_to(Some(&saved.settings))?;
    let model = Model::new(settings, saved.referrer.clone(), saved.binding.clone())?;
    if model.settings == saved.settings {
        return Ok(saved);
    }
    if !principal.may_with(Resource::ModelBindings, Action::Update, row.owner()) {
        return Err(ApiError::Forbidden);
    }
    if model.settings.api_key == saved.settings.api_key && model.endpoint.destination == saved.endpoint.destination {
        return Ok(model);
    }
    let referrer = Referrer::Unsaved {
        kind: ReferrerKind::ModelBinding,
        id: Some(row.id),
        name: update.name.apply_to(Some(row.name.clone())),
        allow: update.allow,
    };
    Ok(Model { referrer, ..model })
}
