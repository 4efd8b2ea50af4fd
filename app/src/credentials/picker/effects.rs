//! Carries the picker's commands out.

use std::time::Duration;

use contract::api::Query;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::PickerHandle;
use super::events::{Command, Event};
use super::state::ROWS;
use crate::api::{ClientError, ReadClient};
use crate::ui::{ReauthOutcome, SignInAgain};

const TYPING_PAUSE: Duration = Duration::from_millis(150);
const SHOW_WAITING_AFTER: Duration = Duration::from_millis(300);

/// What the creation form starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub name: String,
    /// Whether the pasted secret goes into Value.
    pub with_paste: bool,
}

/// Sends events into the state, and does what it commands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Driver {
    handle: PickerHandle,
    client: StoredValue<ReadClient>,
    again: SignInAgain,
    /// The creation form, while it is open.
    pub draft: RwSignal<Option<Draft>>,
}

impl Driver {
    /// Call it while the component is built.
    pub(super) fn new(handle: PickerHandle) -> Self {
        Self {
            handle,
            client: StoredValue::new(ReadClient::from_context()),
            again: SignInAgain::from_context(),
            draft: RwSignal::new(None),
        }
    }

    pub(super) fn send(self, event: Event) {
        // The form may be closed when a late answer comes: then there is no state any more.
        let commands = self
            .handle
            .state
            .try_update(|state| state.update(event))
            .unwrap_or_default();
        for command in commands {
            self.carry_out(command);
        }
    }

    fn carry_out(self, command: Command) {
        match command {
            Command::Fetch {
                ticket,
                search,
                after_typing,
            } => self.fetch(ticket, search, after_typing),
            Command::Select { choice, is_unlinked } => self.handle.select(choice, is_unlinked),
            Command::Clear => self.handle.clear(),
            Command::Create(name) => self.draft.set(Some(Draft {
                name,
                with_paste: false,
            })),
            Command::CreateFromPaste => self.draft.set(Some(Draft {
                name: String::new(),
                with_paste: true,
            })),
        }
    }

    fn fetch(self, ticket: u64, search: String, after_typing: bool) {
        let ask = move || {
            let is_latest = self.handle.state.try_with_untracked(|state| state.awaits(ticket));
            if is_latest == Some(true) {
                spawn_local(self.answer(ticket, search.clone()));
            }
        };
        let pause = if after_typing { TYPING_PAUSE } else { Duration::ZERO };
        if after_typing {
            set_timeout(ask, pause);
        } else {
            ask();
        }
        set_timeout(move || self.send(Event::Slow(ticket)), pause + SHOW_WAITING_AFTER);
    }

    async fn answer(self, ticket: u64, search: String) {
        let Some(client) = self.client.try_get_value() else {
            return;
        };
        let query = Query {
            search: Some(search),
            sort: Some("name".to_owned()),
            limit: Some(ROWS),
            ..Query::default()
        };
        let mut answer = client.credentials(&query).await;
        let ended = answer.as_ref().is_err_and(ClientError::is_unauthorized);
        if ended && self.again.ask().await == ReauthOutcome::SamePerson {
            answer = client.credentials(&query).await;
        }
        self.send(Event::Answered(ticket, answer));
    }
}
