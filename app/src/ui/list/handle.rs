//! The handle of a list: reads its state from the address and changes it there.

use contract::api::Query;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

use super::{FilterSpec, ListSpec, ListState};
use crate::ui::DialogAddress;

/// The state of a list, and the ways to change it.
#[derive(Clone, Copy, Debug)]
pub struct ListHandle {
    /// The state in the address.
    pub state: Memo<ListState>,
    /// The fields that sort it.
    pub spec: ListSpec,
    /// The filters that it offers beside its search.
    pub filters: &'static [FilterSpec],
    path: Memo<String>,
    has_dialog: Memo<bool>,
    navigate: Callback<(String, bool)>,
}

impl ListHandle {
    /// The address of another state.
    pub fn href(&self, state: &ListState) -> String {
        state.href(&self.path.get_untracked(), &self.spec)
    }

    /// The query for the server. Tracked.
    pub fn query(&self) -> Query {
        self.state.with(|state| Query {
            filters: self.api_filters(state),
            ..state.to_query()
        })
    }

    /// The filters of a state as the API takes them.
    fn api_filters(&self, state: &ListState) -> Vec<(&'static str, String)> {
        let set = |filter: &FilterSpec| Some((filter.api, (filter.read)(&state.filter(filter.name))?));
        self.filters
            .iter()
            .filter(|filter| !state.filter(filter.name).is_empty())
            .filter_map(set)
            .collect()
    }

    /// The path of the list.
    pub fn path(&self) -> String {
        self.path.get_untracked()
    }

    /// Goes to another state; `replace` keeps it out of the history.
    pub fn go(&self, state: &ListState, replace: bool) {
        self.navigate.run((self.href(state), replace));
    }

    /// `true` if a dialog is open over the list. Another state would close it.
    pub fn has_dialog(&self) -> bool {
        self.has_dialog.get()
    }

    /// Goes to another search: the first letter makes an entry in the history, the others change it.
    pub fn search(&self, search: &str) {
        let state = self.state.get_untracked();
        if state.search.trim() != search.trim() {
            let typing_on = !state.search.is_empty();
            self.go(&state.searched(search.trim()), typing_on);
        }
    }
}

/// Reads the state of a list from the address of the current page.
pub fn use_list(spec: ListSpec) -> ListHandle {
    use_filtered_list(spec, &[])
}

/// The same for a list that has filters beside its search.
pub fn use_filtered_list(spec: ListSpec, filters: &'static [FilterSpec]) -> ListHandle {
    let location = use_location();
    let navigate = use_navigate();
    let query = location.query;
    ListHandle {
        state: Memo::new(move |_| query.with(|query| ListState::from_query(query, &spec).filtered_by(query, filters))),
        spec,
        filters,
        path: location.pathname,
        has_dialog: Memo::new(move |_| query.with(DialogAddress::is_in)),
        navigate: Callback::new(move |(href, replace): (String, bool)| {
            navigate(
                &href,
                NavigateOptions {
                    replace,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        }),
    }
}
