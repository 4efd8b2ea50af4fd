//! What comes in, checked as far as that can be done without knowing what is stored.

use app::api::Patch;
use app::credentials::CredentialId;
use app::model_bindings::{ModelBindingId, ModelSettings, Provider};
use app::names::looks_like_secret;
use serde_json::{Map, Value};
use url::Url;

use crate::ai::place;
use crate::destination::Destination;
use crate::http::{ApiError, Fields};

/// The longest name of a model or an organization, in characters.
const MAX_WORD_CHARS: usize = 256;

/// What is wrong where a key was pasted.
const NOT_A_SECRET: &str = "This looks like a secret. Create a credential and select it.";

/// `POST /model-bindings`.
#[derive(Debug)]
pub struct Create {
    /// The name.
    pub name: String,
    /// What is bound.
    pub settings: ModelSettings,
    /// Whether its host is to be added to the credential's list.
    pub allow_host: bool,
}

/// `PATCH /model-bindings/{id}`.
#[derive(Clone, Debug)]
pub struct Update {
    /// A new name.
    pub name: Patch<String>,
    /// What changes about the settings.
    pub changes: Changes,
    /// Whether its host is to be added to the credential's list.
    pub allow_host: bool,
}

/// `POST /model-bindings/test`.
#[derive(Debug)]
pub struct Test {
    /// The saved binding that the rest changes.
    pub id: Option<ModelBindingId>,
    /// The rest. A name is not needed.
    pub update: Update,
}

/// A merge patch of settings.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    provider: Patch<Provider>,
    model_id: Patch<String>,
    api_key: Patch<CredentialId>,
    base_url: Patch<String>,
    organization: Patch<String>,
    supports_structured_outputs: Patch<bool>,
}

impl Changes {
    /// The settings after this, given what they were before.
    ///
    /// # Errors
    /// 422 where something is missing then.
    pub fn over(&self, before: Option<&ModelSettings>) -> Result<ModelSettings, ApiError> {
        let mut errors = Vec::new();
        let mut missing = |pointer: &str, detail: &str| {
            if let ApiError::Invalid(faults) = ApiError::field(pointer, "required", detail) {
                errors.extend(faults);
            }
        };
        let provider = self.provider.over(before.map(|before| before.provider));
        let model_id = self.model_id.clone().over(before.map(|before| before.model_id.clone()));
        if provider.is_none() {
            missing("/settings/provider", "Choose who serves the model.");
        }
        if model_id.is_none() {
            missing("/settings/model_id", "Enter the model, as the provider names it.");
        }
        let base_url = self
            .base_url
            .clone()
            .over(before.and_then(|before| before.base_url.clone()));
        if provider.is_some_and(|provider| provider.default_base_url().is_none()) && base_url.is_none() {
            missing(
                place::POINTER,
                "Enter where the server is reached, e.g. http://127.0.0.1:8000/v1.",
            );
        }
        match provider.zip(model_id) {
            Some((provider, model_id)) if errors.is_empty() => Ok(ModelSettings {
                provider,
                model_id,
                api_key: self.api_key.over(before.and_then(|before| before.api_key)),
                base_url,
                organization: self
                    .organization
                    .clone()
                    .over(before.and_then(|before| before.organization.clone())),
                supports_structured_outputs: self
                    .supports_structured_outputs
                    .over(before.and_then(|before| before.supports_structured_outputs)),
            }),
            _ => Err(ApiError::Invalid(errors)),
        }
    }
}

/// Reads `POST /model-bindings`.
///
/// # Errors
/// 422 with all broken rules.
pub fn create(mut fields: Fields) -> Result<Create, ApiError> {
    let name = fields.name("name");
    let settings = new_settings(&mut fields);
    let allow_host = fields.flag("allow_host");
    let content = name.zip(settings).map(|(name, settings)| Create {
        name,
        settings,
        allow_host,
    });
    fields.finish(content)
}

/// Reads `PATCH /model-bindings/{id}`.
///
/// # Errors
/// 422 with all broken rules.
pub fn update(mut fields: Fields) -> Result<Update, ApiError> {
    let content = changes(&mut fields);
    fields.finish(Some(content))
}

/// Reads `POST /model-bindings/test`.
///
/// # Errors
/// 422 with all broken rules.
pub fn test(mut fields: Fields) -> Result<Test, ApiError> {
    let id = fields.patch_id("id").over(None);
    let update = changes(&mut fields);
    fields.finish(Some(Test { id, update }))
}

fn changes(fields: &mut Fields) -> Update {
    Update {
        name: fields.patch_name("name"),
        changes: match fields.patch_object("settings") {
            Patch::Set(map) => of_map(map).map_err(|error| note(fields, error)).unwrap_or_default(),
            Patch::Absent | Patch::Null => Changes::default(),
        },
        allow_host: fields.flag("allow_host"),
    }
}

/// Whole settings in the field `settings`.
pub fn new_settings(fields: &mut Fields) -> Option<ModelSettings> {
    let map = fields.object("settings", "Say which model of which provider.")?;
    of_map(map)
        .and_then(|changes| changes.over(None))
        .map_err(|error| note(fields, error))
        .ok()
}

fn note(fields: &mut Fields, error: ApiError) {
    if let ApiError::Invalid(errors) = error {
        fields.faults(errors);
    }
}

/// Reads a patch of settings.
fn of_map(map: Map<String, Value>) -> Result<Changes, ApiError> {
    let mut fields = Fields::within("/settings", map);
    let changes = Changes {
        provider: provider(&mut fields),
        model_id: match fields.patch_text("model_id") {
            Patch::Set(text) => word(&mut fields, "/model_id", &text),
            other => other,
        },
        api_key: fields.patch_id("api_key"),
        base_url: match fields.patch_clearable_text("base_url") {
            Patch::Set(text) if text.trim().is_empty() => Patch::Null,
            Patch::Set(text) => base_url(&mut fields, &text),
            other => other,
        },
        organization: match fields.patch_clearable_text("organization") {
            Patch::Set(text) if text.trim().is_empty() => Patch::Null,
            Patch::Set(text) => word(&mut fields, "/organization", &text),
            other => other,
        },
        supports_structured_outputs: fields.patch_clearable_bool("supports_structured_outputs"),
    };
    fields.finish(Some(changes))
}

fn provider(fields: &mut Fields) -> Patch<Provider> {
    let Patch::Set(text) = fields.patch_text("provider") else {
        return Patch::Absent;
    };
    Provider::from_name(&text).map_or_else(
        || {
            fields.fault("/provider", "unknown-provider", "Choose one of the listed providers.");
            Patch::Absent
        },
        Patch::Set,
    )
}

/// A name of the provider's own: one word without anything that a header or a path cannot hold.
fn word(fields: &mut Fields, pointer: &str, text: &str) -> Patch<String> {
    let text = text.trim();
    let fault = if text.is_empty() {
        Some(("required", "Enter the model, as the provider names it."))
    } else if looks_like_secret(text) {
        Some(("looks-like-secret", NOT_A_SECRET))
    } else if text.chars().count() > MAX_WORD_CHARS {
        Some(("too-long", "Use at most 256 characters."))
    } else if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        Some(("bad-word", "Remove spaces and line breaks."))
    } else {
        None
    };
    match fault {
        Some((code, detail)) => {
            fields.fault(pointer, code, detail);
            Patch::Absent
        }
        None => Patch::Set(text.to_owned()),
    }
}

fn base_url(fields: &mut Fields, text: &str) -> Patch<String> {
    let fault = match Destination::parse(text) {
        Ok((url, _)) if url.query().is_some() => (
            "query",
            "Remove the part after the question mark. A key goes into a credential.".to_owned(),
        ),
        Ok((url, _)) if holds_secret(&url) => ("looks-like-secret", NOT_A_SECRET.to_owned()),
        Ok((url, _)) => return Patch::Set(url.into()),
        Err(fault) => (fault.code(), fault.to_string()),
    };
    fields.fault("/base_url", fault.0, &fault.1);
    Patch::Absent
}

fn holds_secret(url: &Url) -> bool {
    url.path_segments()
        .is_some_and(|mut segments| segments.any(looks_like_secret))
}
