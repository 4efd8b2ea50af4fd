//! The fields of one object.

use contract::schemas::{Field, Shown};
use leptos::prelude::*;

use super::FormHandle;
use super::add_menu::AddMenu;
use super::field::SchemaField;
use super::handle::object_at;

/// The fields at `base`, and the menu of those that can be added. `group` names the object around them.
pub(super) fn fields(form: FormHandle, base: &str, group: Option<String>) -> AnyView {
    let all: Vec<Field> = form.with_form(|whole| {
        object_at(whole, base)
            .map(|object| object.fields.clone())
            .unwrap_or_default()
    });
    let base = StoredValue::new(base.to_owned());
    let shown = all
        .iter()
        .cloned()
        .map(|field| {
            let kept = StoredValue::new(field);
            let state = Memo::new(move |_| base.with_value(|base| kept.with_value(|field| form.shown(base, field))));
            view! {
                <Show when=move || state.get().is_shown()>
                    <SchemaField
                        form
                        base=base.get_value()
                        field=kept.get_value()
                        is_added=Signal::derive(move || state.get() == Shown::Added)
                    />
                </Show>
            }
        })
        .collect_view();
    let addable: Vec<Field> = all.into_iter().filter(|field| field.hidden_until_added).collect();
    let menu = (!addable.is_empty()).then(|| view! { <AddMenu form base=base.get_value() addable group /> });
    view! {
        {shown}
        {menu}
    }
    .into_any()
}
