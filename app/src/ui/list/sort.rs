//! Heads of columns, links in those that sort, and the choice of an order where there are no heads.

use leptos::prelude::*;

use super::{ListHandle, messages};
use crate::locale::Label;
use crate::ui::{Icon, IconKind};

/// The head of a column that does not sort.
#[component]
pub fn ColumnHeader(
    /// The visible name of the column.
    label: &'static str,
    /// A class that says when the column leaves.
    #[prop(optional)]
    class: Option<&'static str>,
) -> impl IntoView {
    view! {
        <th role="columnheader" scope="col" class=class>
            {label}
        </th>
    }
}

/// The head of a column that sorts. It works before hydration.
#[component]
pub fn SortHeader(
    /// The list.
    list: ListHandle,
    /// The field in the API.
    field: &'static str,
    /// The visible name of the column.
    label: &'static str,
    /// A class that says when the column leaves.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let direction = move || {
        list.state.with(|state| match state.sort.strip_prefix('-') {
            Some(sort) => (sort == field).then_some("descending"),
            None => (state.sort == field).then_some("ascending"),
        })
    };
    let href = move || {
        let state = list.state.get();
        let sort = state.sort_after_pressing(field);
        list.href(&state.sorted(&sort))
    };
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=direction>
            <a class="sort" href=href data-noscroll="">
                {label}
                <span class="sort-arrow">
                    {move || {
                        let kind = match direction() {
                            Some("descending") => IconKind::ArrowDown,
                            _ => IconKind::ArrowUp,
                        };
                        view! { <Icon kind size=12 /> }
                    }}
                </span>
            </a>
        </th>
    }
}

/// The choice of an order, for the narrow form of a list.
#[component]
pub fn SortBy(
    /// The list.
    list: ListHandle,
    /// The fields in the API and the visible names of their columns.
    columns: &'static [(&'static str, Label)],
) -> impl IntoView {
    let options = columns.iter().flat_map(|(field, label)| {
        [
            ((*field).to_owned(), messages::ascending(label())),
            (format!("-{field}"), messages::descending(label())),
        ]
    });
    let options = options
        .map(|(value, words)| {
            let this = value.clone();
            view! {
                <option value=value selected=move || list.state.with(|state| state.sort == this)>
                    {words}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="sort-by">
            <span>{messages::sort_by()}</span>
            <select
                class="select"
                on:change=move |event| {
                    let sort = event_target_value(&event);
                    list.go(&list.state.get_untracked().sorted(&sort), false);
                }
            >
                {options}
            </select>
        </label>
    }
}
