//! The menu of fields that can be added.

use contract::schemas::{Field, Shown};
use leptos::prelude::*;

use super::FormHandle;
use crate::schemas::messages;
use crate::ui::{Menu, MenuButton, focus_when_painted};

/// The id of the menu of the object at `base`.
fn menu_id(form: FormHandle, base: &str) -> String {
    format!("{}-add", form.control(base))
}

/// Puts the focus on the button of the menu: where a field that was taken away comes from.
pub(super) fn focus_menu(form: FormHandle, base: &str) {
    focus_when_painted(format!("{}-button", menu_id(form, base)));
}

/// "Add field", as long as there are any.
#[component]
pub(super) fn AddMenu(form: FormHandle, base: String, addable: Vec<Field>, group: Option<String>) -> impl IntoView {
    let id = menu_id(form, &base);
    let label = group.map_or_else(
        || messages::add_field().to_owned(),
        |group| messages::add_field_to(&group),
    );
    let (base, addable) = (StoredValue::new(base), StoredValue::new(addable));
    let offered = Memo::new(move |_| {
        let is_offered = |field: &&Field| base.with_value(|base| form.shown(base, field)) == Shown::Offered;
        addable.with_value(|addable| {
            addable
                .iter()
                .filter(is_offered)
                .map(|field| field.name.clone())
                .collect::<Vec<_>>()
        })
    });
    let entries = move || {
        let entry = |field: Field| {
            let pointer = base.with_value(|base| format!("{base}/{}", field.name));
            let title = field.title.clone();
            let add = Callback::new(move |()| {
                form.draft.update(|draft| draft.add(&field, &pointer));
                focus_when_painted(form.control(&pointer));
            });
            view! { <MenuButton on_press=add>{title}</MenuButton> }
        };
        let names = offered.get();
        let fields = addable
            .get_value()
            .into_iter()
            .filter(|field| names.contains(&field.name));
        fields.map(entry).collect_view()
    };
    view! {
        <Show when=move || offered.with(|offered| !offered.is_empty())>
            <div class="schema-add">
                <Menu id=id.clone() label=label.clone() words=true>
                    {entries}
                </Menu>
            </div>
        </Show>
    }
}
