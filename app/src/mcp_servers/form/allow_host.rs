//! The choice to let a credential go to one more host.

use leptos::prelude::*;

use super::model::Form;
use crate::accounts::{Action, Resource};
use crate::mcp_servers::text;
use crate::ui::{Icon, IconKind};

/// Shown once the server refused the host: a choice for those who may change the credential, and whom to ask for
/// everybody else.
#[component]
pub(super) fn AllowHost(form: Form) -> impl IntoView {
    // Permissions come from the context, so they are read here and not in the closure below.
    let me = crate::accounts::use_me();
    let view = move || {
        let refusal = form.refusal()?;
        let owner = form.picker.selected().and_then(|choice| choice.owner);
        let (host, name) = (refusal.host, refusal.credential.name);
        let mine_to_change = me.as_ref().is_some_and(|me| {
            me.may(
                Resource::Credentials,
                Action::Update,
                owner.as_ref().map(|owner| owner.id),
            )
        });
        Some(if mine_to_change {
            view! {
                <label class="check notice notice-warn">
                    <input
                        type="checkbox"
                        prop:checked=form.allow
                        on:change=move |event| form.allow.set(event_target_checked(&event))
                    />
                    <span>
                        {text::allow_host(&host, &name)} " "
                        <span class="field-help">{text::allow_host_help(&name, &host)}</span>
                    </span>
                </label>
            }
            .into_any()
        } else {
            view! {
                <div class="notice notice-warn">
                    <Icon kind=IconKind::Info/>
                    <p>{text::ask_to_allow(&host, &name, owner.as_ref().map(|owner| owner.name.as_str()))}</p>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <div role="status">{view}</div>
    }
    .into_any()
}
