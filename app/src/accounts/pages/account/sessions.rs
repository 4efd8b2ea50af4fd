//! One's own sessions, and ending them.

use contract::accounts::{Session, SessionId};
use contract::api::Page;
use leptos::{prelude::*, task::spawn_local};

use super::super::super::messages;
use crate::{
    api::{ClientError, ReadClient, WriteClient},
    ui::{Button, Icon, IconKind, Time, Toasts, list::SessionEnded, problem_text::error_words, use_toasts},
};

type Found = Resource<Result<Page<Session>, ClientError>>;

/// What is done with sessions: one is ended, or all but this one.
#[derive(Clone, Copy)]
struct Ending {
    busy: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    round: RwSignal<u32>,
    toasts: Toasts,
}

impl Ending {
    fn run(self, id: Option<SessionId>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = match id {
                Some(id) => WriteClient.end_session(id).await,
                None => WriteClient.end_other_sessions().await,
            };
            // The page may be left by now.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => self.toasts.say(messages::session_ended(id.is_none())),
                // It had ended already.
                Err(error) if error.slug() == Some("not-found") => {}
                Err(error) => self.failure.set(Some(error_words(&error))),
            }
            self.round.update(|round| *round = round.wrapping_add(1));
        });
    }
}

/// The list of sessions.
#[component]
pub fn SessionsCard() -> impl IntoView {
    let client = ReadClient::from_context();
    let ending = Ending {
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        round: RwSignal::new(0),
        toasts: use_toasts(),
    };
    let found: Found = Resource::new(
        move || ending.round.get(),
        move |_| {
            let client = client.clone();
            async move { client.own_sessions().await }
        },
    );
    let ended = use_context::<SessionEnded>();
    Effect::new(move || {
        let is_out = found
            .get()
            .and_then(Result::err)
            .is_some_and(|error| error.is_unauthorized());
        if let Some(SessionEnded(leave)) = ended.filter(|_| is_out) {
            leave.run(());
        }
    });
    view! {
        <section class="card" aria-labelledby="own-sessions-heading">
            <h2 id="own-sessions-heading">{messages::sessions()}</h2>
            <p class="card-about">{messages::sessions_about()}</p>
            <Transition>
                {move || {
                    found
                        .get()
                        .map(|found| match found {
                            Ok(page) => view! { <SessionList sessions=page.items ending /> }.into_any(),
                            Err(error) => {
                                view! {
                                    <p class="card-empty" role="alert">
                                        {error_words(&error)}
                                    </p>
                                }
                                    .into_any()
                            }
                        })
                }}
            </Transition>
            <div role="alert">
                <Show when=move || ending.failure.with(Option::is_some)>
                    <div class="notice notice-danger">
                        <Icon kind=IconKind::Alert />
                        <p>{move || ending.failure.get()}</p>
                    </div>
                </Show>
            </div>
        </section>
    }
}

#[component]
fn SessionList(sessions: Vec<Session>, ending: Ending) -> impl IntoView {
    let others = sessions.len() > 1;
    view! {
        <ul class="sessions">
            {sessions.into_iter().map(|session| view! { <SessionItem session ending /> }).collect_view()}
        </ul>
        {others
            .then(|| {
                view! {
                    <p class="card-foot">
                        <Button busy=ending.busy on_press=Callback::new(move |_| ending.run(None))>
                            {messages::end_other_sessions()}
                        </Button>
                    </p>
                }
            })}
    }
}

#[component]
fn SessionItem(session: Session, ending: Ending) -> impl IntoView {
    let Session {
        id,
        browser,
        network,
        created_at,
        last_seen_at,
        current,
    } = session;
    let browser = browser.unwrap_or_else(|| messages::unknown_program().to_owned());
    let label = messages::end_session_of(&browser);
    view! {
        <li>
            <span class="session-words">
                <span class="session-browser">
                    {browser}
                    {current.then(|| view! { <span class="chip chip-accent">{messages::this_session()}</span> })}
                </span>
                <span class="session-facts">
                    {network.map(|network| view! { <span class="mono">{network}</span> })}
                    <span>{messages::signed_in()} " " <Time at=created_at /></span>
                    <span>{messages::last_seen()} " " <Time at=last_seen_at /></span>
                </span>
            </span>
            {(!current)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button button-small"
                            aria-label=label
                            on:click=move |_| ending.run(Some(id))
                        >
                            {messages::end_session()}
                        </button>
                    }
                })}
        </li>
    }
}
