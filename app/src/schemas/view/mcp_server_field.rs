//! The choice of an MCP server.

use std::time::Duration;

use contract::api::{Page, Query};
use contract::mcp_servers::McpServer;
use contract::schemas::Entry;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field::FieldContext;
use crate::api::ReadClient;
use crate::schemas::messages;
use crate::ui::{Button, FieldFrame, problem_text};

/// As many as a list to choose from bears; more are found by searching.
const ROWS: u32 = 50;
const TYPING_PAUSE: Duration = Duration::from_millis(200);

/// What is known of the servers.
#[derive(Clone, Debug, Default, PartialEq)]
enum Servers {
    #[default]
    Asked,
    Found(Box<Page<McpServer>>),
    Failed(String),
}

/// The servers to choose from.
#[derive(Clone, Copy)]
struct Offer {
    client: StoredValue<ReadClient>,
    servers: RwSignal<Servers>,
    search: RwSignal<String>,
    /// Once there were many, the search stays, however few it finds.
    many: RwSignal<bool>,
}

impl Offer {
    fn new() -> Self {
        Self {
            client: StoredValue::new(ReadClient::from_context()),
            servers: RwSignal::new(Servers::Asked),
            search: RwSignal::new(String::new()),
            many: RwSignal::new(false),
        }
    }

    fn ask(self) {
        let client = self.client.get_value();
        let wanted = self.search.get_untracked();
        spawn_local(async move {
            let query = Query {
                search: Some(wanted.clone()),
                sort: Some("name".to_owned()),
                limit: Some(ROWS),
                ..Query::default()
            };
            let answer = client.mcp_servers(&query).await;
            // The form may be closed, or something else be searched for by now.
            if self.search.try_with_untracked(|now| *now == wanted) == Some(true) {
                if answer.as_ref().is_ok_and(|page| page.next_cursor.is_some()) {
                    self.many.set(true);
                }
                self.servers.set(match answer {
                    Ok(page) => Servers::Found(Box::new(page)),
                    Err(error) => Servers::Failed(problem_text::error_words(&error)),
                });
            }
        });
    }

    fn typed(self, text: String) {
        self.search.set(text.clone());
        let after = move || {
            if self.search.try_with_untracked(|now| *now == text) == Some(true) {
                self.ask();
            }
        };
        set_timeout(after, TYPING_PAUSE);
    }

    /// The choices by id and name, with what is chosen among them. Tracked.
    fn choices(self, chosen: String) -> Vec<(String, String)> {
        let mut choices = vec![(String::new(), messages::choose_one().to_owned())];
        if let Servers::Found(page) = self.servers.get() {
            choices.extend(
                page.items
                    .iter()
                    .map(|server| (server.id.to_string(), server.name.clone())),
            );
        }
        if !choices.iter().any(|(id, _)| *id == chosen) {
            choices.push((chosen, messages::other_server().to_owned()));
        }
        choices
    }

    fn status(self) -> Option<String> {
        match self.servers.get() {
            Servers::Asked => Some(messages::loading().to_owned()),
            Servers::Failed(words) => Some(words),
            Servers::Found(page) if page.total == 0 && self.search.with(String::is_empty) => {
                Some(messages::no_servers().to_owned())
            }
            Servers::Found(page) => {
                let more = page.total - i64::try_from(page.items.len()).unwrap_or(i64::MAX);
                (more > 0).then(|| messages::more_servers(more))
            }
        }
    }
}

/// A list of servers, with a search where they are many.
#[component]
pub(super) fn McpServerField(context: FieldContext) -> impl IntoView {
    let (ids, error, help) = (context.ids(), context.error(), context.field.help.clone());
    let offer = Offer::new();
    Effect::new(move || offer.ask());
    view! {
        <FieldFrame ids label=context.field.title.clone() help error>
            <Show when=move || offer.many.get()>
                <input
                    class="field-input"
                    type="search"
                    autocomplete="off"
                    aria-label=messages::search_servers()
                    placeholder=messages::search_servers()
                    prop:value=offer.search
                    on:input=move |event| offer.typed(event_target_value(&event))
                />
            </Show>
            <ServerSelect context=context.clone() offer />
            <p class="field-help" role="status">
                {move || offer.status()}
            </p>
            <Show when=move || matches!(offer.servers.get(), Servers::Failed(_))>
                <div>
                    <Button on_press=Callback::new(move |_| offer.ask())>{messages::retry()}</Button>
                </div>
            </Show>
        </FieldFrame>
    }
}

#[component]
fn ServerSelect(context: FieldContext, offer: Offer) -> impl IntoView {
    let (ids, error, form, has_help) = (
        context.ids(),
        context.error(),
        context.form,
        context.field.help.is_some(),
    );
    let pointer = StoredValue::new(context.pointer.clone());
    let chosen = Memo::new(move |_| {
        form.draft
            .with(|draft| pointer.with_value(|pointer| draft.text(pointer).to_owned()))
    });
    let choices = Memo::new(move |_| offer.choices(chosen.get()));
    let option = move |(value, words): (String, String)| {
        let this = value.clone();
        view! {
            <option value=value prop:selected=move || chosen.with(|chosen| *chosen == this)>
                {words}
            </option>
        }
    };
    let control = ids.control.clone();
    view! {
        <select
            class="field-input select"
            id=control
            aria-required=context.field.required.then_some("true")
            aria-invalid=move || error.get().is_some().then_some("true")
            aria-describedby=move || ids.described_by(has_help, error.get().is_some())
            on:change=move |event| {
                pointer
                    .with_value(|pointer| {
                        form.set(pointer, Entry::Text(event_target_value(&event)));
                        form.check_field(pointer);
                    });
            }
        >
            <For each=move || choices.get() key=Clone::clone children=option />
        </select>
    }
}
