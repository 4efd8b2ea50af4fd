//! The list of model bindings.

use contract::accounts::{Action, Resource};
use contract::model_bindings::{ModelBinding, ModelBindingId};
use leptos::prelude::*;

use super::row::ModelBindingRow;
use crate::accounts::may;
use crate::credential_forms::{DeleteDialog, test_dialog};
use crate::help::HelpTopic;
use crate::locale::Label;
use crate::model_bindings::form::{FormOf, ModelBindingDialog};
use crate::model_bindings::messages;
use crate::page::PageHeader;
use crate::ui::list::{
    AddLink, ColumnHeader, ListFrame, ListSpec, ListWords, Listing, SearchBox, SortBy, SortHeader, use_list,
    use_listing,
};
use crate::ui::{AddressedDialog, DialogAddress, use_addressed_dialog, use_dialog_links};

const SPEC: ListSpec = ListSpec {
    sorts: &["name", "created_at", "updated_at"],
    default_sort: "name",
};
const SORTS: &[(&str, Label)] = &[
    ("name", messages::column_name),
    ("created_at", messages::column_created),
    ("updated_at", messages::column_updated),
];
const DIALOGS: &[&str] = &["dialog", "edit", "test", "delete"];

/// The list of model bindings.
#[component]
pub fn ModelBindingsPage() -> impl IntoView {
    let list = use_list(SPEC);
    let listing = use_listing(list, |client, query| async move { client.model_bindings(&query).await });
    let dialog = use_addressed_dialog(DIALOGS);
    let may_add = may(Resource::ModelBindings, Action::Create, None);
    let to_dialog = use_dialog_links();
    let words = ListWords {
        first_use: messages::first_use(),
        how_to_begin: messages::how_to_begin(),
    };
    view! {
        <PageHeader title=messages::model_bindings() about=messages::about() help=HelpTopic::ModelBindings>
            <SearchBox list label=messages::search() />
            {may_add.then(|| view! { <AddLink words=messages::add() /> })}
        </PageHeader>
        <ListFrame list listing words begin=may_add.then(messages::add)>
            <SortBy list columns=SORTS />
            <table class="table binding-table" role="table" aria-label=messages::model_bindings()>
                <thead role="rowgroup">
                    <tr role="row">
                        <SortHeader list field="name" label=messages::column_name() />
                        <ColumnHeader label=messages::column_provider() class="binding-provider" />
                        <ColumnHeader label=messages::column_model() />
                        <ColumnHeader label=messages::column_credential() />
                        <ColumnHeader label=messages::column_host() class="binding-host" />
                        <ColumnHeader label=messages::column_last_used() class="binding-used" />
                        <SortHeader list field="created_at" label=messages::column_created() class="cell-created" />
                        <SortHeader list field="updated_at" label=messages::column_updated() class="cell-updated" />
                        <ColumnHeader label=messages::column_operations() class="cell-operations" />
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For
                        each=move || listing.items()
                        key=|binding| binding.id
                        children=move |binding| view! { <ModelBindingRow binding listing to_dialog /> }
                    />
                </tbody>
            </table>
        </ListFrame>
        <Dialogs dialog listing may_add />
    }
}

/// The dialog that the address asks for.
#[component]
fn Dialogs(dialog: AddressedDialog, listing: Listing<ModelBinding>, may_add: bool) -> impl IntoView {
    let on_close = dialog.close;
    let on_saved = Callback::new(move |_| listing.refetch());
    move || {
        let address = dialog.current.get()?;
        if address == DialogAddress::add() {
            return may_add.then(|| view! { <ModelBindingDialog of=FormOf::New on_saved on_close /> }.into_any());
        }
        // An address with something else than an id leads to no dialog.
        let id = address.value.parse::<ModelBindingId>().ok()?;
        Some(match address.key.as_str() {
            "edit" => view! { <ModelBindingDialog of=FormOf::Saved(id) on_saved on_close /> }.into_any(),
            "test" => test_dialog::<ModelBinding>(id, on_close),
            "delete" => view! { <DeleteDialog id listing on_close /> }.into_any(),
            _ => return None,
        })
    }
}
