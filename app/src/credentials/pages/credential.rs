//! The page of one credential.

use leptos::prelude::*;

/// One credential.
#[component]
pub fn CredentialPage() -> impl IntoView {}
