//! The credential of a row.

use contract::credentials::{CredentialState, CredentialSummary};
use leptos::prelude::*;

use super::messages;
use crate::ui::shorten_middle;

/// Names of at most so many characters fit into a narrow column.
const NAME_FITS: usize = 44;

/// A link to the credential, or why there is none.
#[component]
pub(crate) fn CredentialCell(
    /// The credential of the record.
    credential: Option<CredentialSummary>,
) -> impl IntoView {
    let Some(credential) = credential else {
        return view! { <span class="chip">{messages::no_credential()}</span> }.into_any();
    };
    match (credential.state, &credential.name) {
        (CredentialState::Live, Some(name)) => {
            let href = format!("/credentials/{}", credential.id);
            view! {
                <a class="row-credential" href=href title=name.clone() aria-label=name.clone()>
                    {shorten_middle(name, NAME_FITS)}
                </a>
            }
            .into_any()
        }
        (CredentialState::Deleted, _) => view! {
            <span class="chip chip-danger">{messages::credential_deleted()}</span>
            <span class="row-more">{messages::credential_deleted_more(&credential)}</span>
        }
        .into_any(),
        (CredentialState::Hidden | CredentialState::Live, _) => {
            view! { <span class="muted">{messages::credential_hidden()}</span> }.into_any()
        }
    }
}
