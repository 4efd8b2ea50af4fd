//! What comes in, checked as far as that can be done without knowing what is stored.

use contract::api::Patch;
use contract::model_bindings::{ModelBindingId, ModelSettings, settings_faults};
use contract::problem::Violation;
use serde_json::{Map, Value};

use crate::address::Address;
use crate::ai::endpoint;
use crate::http::{ApiError, Fields};
use crate::references::{Allow, allow};
use crate::schemas;

/// Where the settings stand in what is sent.
const SETTINGS: &str = "/settings";

/// `POST /model-bindings`.
#[derive(Debug)]
pub struct Create {
    pub name: String,
    pub settings: ModelSettings,
    /// Consent to add the destination to the credential's list.
    pub allow: Allow,
}

/// `PATCH /model-bindings/{id}`.
#[derive(Clone, Debug)]
pub struct Update {
    pub name: Patch<String>,
    /// What changes about the settings.
    pub changes: Changes,
    /// Consent to add the destination to the credential's list.
    pub allow: Allow,
}

impl Update {
    /// `true` if the change only detaches the credential.
    pub fn only_revokes(&self) -> bool {
        let Changes(changes) = &self.changes;
        let detaches = changes.len() == 1 && changes.get("api_key").is_some_and(Value::is_null);
        detaches && self.name.is_absent() && self.allow == Allow::default()
    }
}

/// `POST /model-bindings/test`.
#[derive(Debug)]
pub struct Test {
    /// The saved binding that the rest changes.
    pub id: Option<ModelBindingId>,
    /// The rest. A name is not needed.
    pub update: Update,
}

/// A merge patch of settings, each field of which fits by itself; null clears one.
#[derive(Clone, Debug, Default)]
pub struct Changes(Map<String, Value>);

impl Changes {
    /// The settings after this, given what they were before.
    ///
    /// # Errors
    /// 422 where they do not fit together, or something is missing.
    pub fn apply_to(&self, before: Option<&ModelSettings>) -> Result<ModelSettings, ApiError> {
        let stored = before.map(serde_json::to_value).transpose();
        let stored = stored.map_err(|error| ApiError::Internal(error.into()))?;
        let mut map = match &stored {
            Some(Value::Object(stored)) => stored.clone(),
            _ => Map::new(),
        };
        for (name, value) in &self.0 {
            if value.is_null() {
                map.remove(name);
            } else {
                map.insert(name.clone(), value.clone());
            }
        }
        let settings = Value::Object(map);
        // What is stored stays as it is, even where the rules have changed.
        if stored.as_ref() != Some(&settings) {
            let errors = faults(&settings)?;
            if !errors.is_empty() {
                return Err(ApiError::Invalid(errors));
            }
        }
        // What the rules let through, the type takes.
        serde_json::from_value(settings).map_err(|error| ApiError::Internal(error.into()))
    }
}

/// Reads `POST /model-bindings`.
pub fn create(mut fields: Fields) -> Result<Create, ApiError> {
    let name = fields.name("name");
    let settings = new_settings(&mut fields);
    let allow = allow(&mut fields);
    let content = name
        .zip(settings)
        .map(|(name, settings)| Create { name, settings, allow });
    fields.into_result(content)
}

/// Reads `PATCH /model-bindings/{id}`.
pub fn update(mut fields: Fields) -> Result<Update, ApiError> {
    let content = changes(&mut fields);
    fields.into_result(Some(content))
}

/// Reads `POST /model-bindings/test`.
pub fn test(mut fields: Fields) -> Result<Test, ApiError> {
    let id = fields.patch_id("id").apply_to(None);
    let update = changes(&mut fields);
    fields.into_result(Some(Test { id, update }))
}

fn changes(fields: &mut Fields) -> Update {
    Update {
        name: fields.patch_name("name"),
        changes: match fields.patch_object("settings") {
            Patch::Set(map) => of_map(map).map_err(|error| note(fields, error)).unwrap_or_default(),
            Patch::Absent | Patch::Null => Changes::default(),
        },
        allow: allow(fields),
    }
}

/// Whole settings in the field `settings`.
pub fn new_settings(fields: &mut Fields) -> Option<ModelSettings> {
    let map = fields.object("settings", "Choose a provider and a model.")?;
    whole(map).map_err(|error| note(fields, error)).ok()
}

/// Reads whole settings: everything that is wrong with them, what is missing included.
fn whole(mut map: Map<String, Value>) -> Result<ModelSettings, ApiError> {
    tidy(&mut map);
    let mut errors = faults(&Value::Object(map.clone()))?;
    canonical_address(&mut map, &mut errors);
    if errors.is_empty() {
        Changes(map).apply_to(None)
    } else {
        Err(ApiError::Invalid(errors))
    }
}

fn note(fields: &mut Fields, error: ApiError) {
    match error {
        ApiError::Invalid(errors) => fields.faults(errors),
        error => {
            tracing::error!(error = %error, "settings could not be checked");
            fields.fault(SETTINGS, "invalid", "This doesn't match the schema. See GET /schemas.");
        }
    }
}

/// Reads a patch of settings: everything that is wrong with what is in it. What is not in it may be stored.
fn of_map(mut map: Map<String, Value>) -> Result<Changes, ApiError> {
    tidy(&mut map);
    let mut errors = faults(&Value::Object(map.clone()))?;
    errors.retain(|error| {
        let name = error.pointer.strip_prefix(SETTINGS).unwrap_or_default();
        error.code != "required" || map.contains_key(name.trim_start_matches('/'))
    });
    canonical_address(&mut map, &mut errors);
    if errors.is_empty() {
        Ok(Changes(map))
    } else {
        Err(ApiError::Invalid(errors))
    }
}

/// Names and addresses as they are stored: without spaces around them. No text clears what may be absent.
fn tidy(map: &mut Map<String, Value>) {
    for (name, value) in map {
        let Value::String(text) = value else { continue };
        match name.as_str() {
            "base_url" | "organization" if text.trim().is_empty() => *value = Value::Null,
            "model_id" | "base_url" | "organization" if text.trim() != text => *text = text.trim().to_owned(),
            _ => {}
        }
    }
}

/// Everything that is wrong with settings: by the rules of the form, which the browser has too.
fn faults(settings: &Value) -> Result<Vec<Violation>, ApiError> {
    let mut errors = schemas::check("model_settings", settings, SETTINGS)?;
    for mut fault in settings_faults(settings) {
        fault.pointer.insert_str(0, SETTINGS);
        add(&mut errors, fault);
    }
    for error in &mut errors {
        if error.pointer == "/settings/provider" && error.code == "unknown-choice" {
            "unknown-provider".clone_into(&mut error.code);
        }
    }
    Ok(errors)
}

/// The address as it is sent to, or what only the server knows to be wrong with it.
fn canonical_address(map: &mut Map<String, Value>, errors: &mut Vec<Violation>) {
    let Some(Value::String(text)) = map.get_mut("base_url") else {
        return;
    };
    match Address::enter(text) {
        // A path that no secret is sent to stays as it was typed, so that attaching a credential still refuses it.
        Ok(address) if address.destination.path().is_err() => {}
        Ok(address) => *text = address.url.into(),
        Err(fault) => add(
            errors,
            Violation {
                pointer: endpoint::POINTER.to_owned(),
                code: fault.code().to_owned(),
                detail: fault.to_string(),
            },
        ),
    }
}

/// A field has one fault at a time.
fn add(errors: &mut Vec<Violation>, fault: Violation) {
    if errors.iter().all(|known| known.pointer != fault.pointer) {
        errors.push(fault);
    }
}
