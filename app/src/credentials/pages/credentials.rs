//! The list of credentials.

use leptos::prelude::*;

/// The list of credentials.
#[component]
pub fn CredentialsPage() -> impl IntoView {}
