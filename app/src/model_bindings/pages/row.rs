//! One row of the list.

use contract::accounts::{Action, Resource};
use contract::model_bindings::ModelBinding;
use leptos::prelude::*;

use crate::accounts::may;
use crate::credential_forms::{CredentialCell, Record as _, RecordName};
use crate::model_bindings::messages;
use crate::ui::list::Listing;
use crate::ui::{DialogAddress, IconButton, IconKind, Time, created_short, updated_short};

/// One binding. It follows the list: what changes, changes in place, and the focus stays.
#[component]
pub(super) fn ModelBindingRow(
    binding: ModelBinding,
    listing: Listing<ModelBinding>,
    to_dialog: Callback<DialogAddress, String>,
) -> impl IntoView {
    let id = binding.id;
    let owner = Some(binding.owner.id);
    let may_use = may(Resource::ModelBindings, Action::Use, owner);
    let may_update = may(Resource::ModelBindings, Action::Update, owner);
    let may_delete = may(Resource::ModelBindings, Action::Delete, owner);
    let binding = Memo::new(move |last: Option<&ModelBinding>| {
        let now = listing.items().into_iter().find(|item| item.id == id);
        now.or_else(|| last.cloned()).unwrap_or_else(|| binding.clone())
    });
    let name = Signal::derive(move || binding.with(|binding| binding.name.clone()));
    let to = move |key: &'static str| Signal::derive(move || to_dialog.run(DialogAddress::new(key, id)));
    let label = move |words: fn(&str) -> String| Signal::derive(move || words(&name.get()));
    let provider = move || binding.with(|binding| binding.settings.provider.label().to_owned());
    let model = move || binding.with(|binding| binding.settings.model_id.clone());
    let host = move || binding.with(|binding| binding.host.clone());
    let created = Signal::derive(move || binding.with(|binding| binding.created_at));
    let updated = Signal::derive(move || binding.with(|binding| binding.updated_at));
    let used = move || match binding.with(|binding| binding.last_used_at) {
        Some(at) => view! { <Time at /> }.into_any(),
        None => view! { <span class="muted">{messages::never_used()}</span> }.into_any(),
    };
    view! {
        <tr role="row">
            <td role="cell" class="cell-name">
                <RecordName id=ModelBinding::row_id(id) name href=may_update.then(|| to("edit")) />
                <span class="row-details">
                    <span class="detail-place">
                        <span>{provider}</span>
                        " "
                        <span class="mono">{host}</span>
                    </span>
                    <span class="detail-used">
                        <span>{messages::used_short()}</span>
                        " "
                        {used}
                    </span>
                    <span class="detail-created">{created_short()} " " <Time at=created /></span>
                    <span class="detail-updated">{updated_short()} " " <Time at=updated /></span>
                </span>
            </td>
            <td role="cell" class="binding-provider" data-label=messages::column_provider()>
                {provider}
            </td>
            <td role="cell" class="binding-model" data-label=messages::column_model()>
                <bdi>{model}</bdi>
            </td>
            <td role="cell" data-label=messages::column_credential()>
                {move || {
                    let credential = binding.with(|binding| binding.credential.clone());
                    view! { <CredentialCell credential /> }
                }}
            </td>
            <td role="cell" class="binding-host" data-label=messages::column_host()>
                <span class="mono">{host}</span>
            </td>
            <td role="cell" class="cell-time binding-used" data-label=messages::column_last_used()>
                {used}
            </td>
            <td role="cell" class="cell-time cell-created" data-label=messages::column_created()>
                <Time at=created />
            </td>
            <td role="cell" class="cell-time cell-updated" data-label=messages::column_updated()>
                <Time at=updated />
            </td>
            <td role="cell" class="cell-operations">
                <span class="operations">
                    {may_use
                        .then(|| {
                            view! {
                                <IconButton
                                    icon=IconKind::Chat
                                    label=label(messages::try_out)
                                    href=Signal::derive(move || format!("/model-bindings/{id}/try"))
                                />
                                <IconButton icon=IconKind::Play label=label(messages::test) href=to("test") />
                            }
                        })}
                    {may_update
                        .then(|| {
                            view! { <IconButton icon=IconKind::Pencil label=label(messages::edit) href=to("edit") /> }
                        })}
                    {may_delete
                        .then(|| {
                            view! {
                                <IconButton
                                    icon=IconKind::Trash
                                    danger=true
                                    label=label(messages::delete)
                                    href=to("delete")
                                />
                            }
                        })}
                </span>
            </td>
        </tr>
    }
}
