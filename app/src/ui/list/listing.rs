//! The rows of a list: fetched, kept while new ones are fetched, and kept when that fails.

use contract::api::{Page, Query};
use leptos::{ev, prelude::*};
use serde::{Serialize, de::DeserializeOwned};

use super::ListHandle;
use crate::{
    api::{ClientError, ReadClient},
    ui::use_dialogs,
};

/// What to do when a read finds that the session has ended; in context.
#[derive(Clone, Copy, Debug)]
pub struct SessionEnded(pub Callback<()>);

/// The rows of a list.
#[derive(Debug)]
pub struct Listing<T: Send + Sync + 'static> {
    resource: Resource<Result<Page<T>, ClientError>>,
    last: StoredValue<Option<Page<T>>>,
    /// Counts the times that it was fetched again.
    round: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Listing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Listing<T> {}

impl<T: Clone + Send + Sync + 'static> Listing<T> {
    /// The newest page that came; nothing before the first one. Tracked.
    pub fn page(&self) -> Option<Page<T>> {
        match self.resource.get() {
            Some(Ok(page)) => {
                self.last.set_value(Some(page.clone()));
                Some(page)
            }
            Some(Err(_)) | None => self.last.get_value(),
        }
    }

    /// The rows of that page. Tracked.
    pub fn items(&self) -> Vec<T> {
        self.page().map(|page| page.items).unwrap_or_default()
    }

    /// The rows of the newest page that was shown; for callbacks. Not tracked.
    pub fn shown_items(&self) -> Vec<T> {
        self.last
            .with_value(|page| page.as_ref().map(|page| page.items.clone()))
            .unwrap_or_default()
    }

    /// Why the newest fetch failed, if it did. Tracked.
    pub fn failure(&self) -> Option<ClientError> {
        self.resource.get().and_then(Result::err)
    }

    /// Whether anything came yet. Tracked.
    pub fn is_waiting(&self) -> bool {
        self.resource.with(Option::is_none)
    }

    /// Fetches again; the old rows stay until the new ones are here.
    pub fn refetch(&self) {
        self.round.update(|round| *round = round.wrapping_add(1));
    }
}

/// Fetches the rows of a list for its state, again at each change of the state and whenever the window
/// gets the focus. A cursor that the server does not take any more shows the first page.
pub fn use_listing<T, F, Fut>(list: ListHandle, fetch: F) -> Listing<T>
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Fn(ReadClient, Query) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<Page<T>, ClientError>> + Send + 'static,
{
    let client = ReadClient::from_context();
    let round = RwSignal::new(0);
    let resource = Resource::new(
        move || (list.query(), round.get()),
        move |(query, _)| {
            let (client, fetch) = (client.clone(), fetch.clone());
            async move {
                match fetch(client.clone(), query.clone()).await {
                    Err(error) if error.slug() == Some("bad-cursor") => {
                        let first = Query { cursor: None, ..query };
                        fetch(client, first).await
                    }
                    answer => answer,
                }
            }
        },
    );
    let listing = Listing {
        resource,
        last: StoredValue::new(None),
        round,
    };
    let ended = use_context::<SessionEnded>();
    let dialogs = use_dialogs();
    Effect::new(move || {
        let ended_now = listing.failure().is_some_and(|error| error.is_unauthorized());
        // Not under somebody's hands: a form with typed text asks to sign in when it is saved.
        if let Some(SessionEnded(leave)) = ended.filter(|_| ended_now && !dialogs.any_open()) {
            leave.run(());
        }
    });
    Effect::new(move || {
        let focused = window_event_listener(ev::focus, move |_| listing.refetch());
        on_cleanup(move || focused.remove());
    });
    listing
}
