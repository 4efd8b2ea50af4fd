//! Checks what comes in by the rules of its form, which the browser has too.

use std::collections::HashMap;
use std::sync::LazyLock;

use contract::problem::Violation;
use contract::schemas::Form;
use serde_json::Value;

use super::all;
use crate::http::ApiError;

static FORMS: LazyLock<HashMap<&'static str, Form>> = LazyLock::new(|| {
    all()
        .iter()
        .filter_map(|schema| Some((schema.name.as_str(), Form::parse(&schema.schema).ok()?)))
        .collect()
});

/// Everything that is wrong with an object; pointers begin with this prefix. Nothing of it is repeated.
pub fn check(form: &str, object: &Value, prefix: &str) -> Result<Vec<Violation>, ApiError> {
    let form = FORMS
        .get(form)
        .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("there is no form {form}")))?;
    let mut errors = form.check(object);
    for error in &mut errors {
        error.pointer.insert_str(0, prefix);
    }
    Ok(errors)
}
