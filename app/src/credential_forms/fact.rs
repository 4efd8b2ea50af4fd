//! A fact in the result of a test or of an operation.

use leptos::prelude::*;

/// A label and a text that the other server chose: its direction stays inside.
pub(crate) fn fact(label: &'static str, content: String) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                <bdi>{content}</bdi>
            </dd>
        </div>
    }
}
