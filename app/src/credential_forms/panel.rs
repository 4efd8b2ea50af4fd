//! The result of a test, under the fields.

use leptos::prelude::*;

use super::{Outcome, TestState, error_words, messages, words};
use crate::ui::{Button, Icon, IconKind, scroll_into_sight};

/// One sentence for where a test stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Headline {
    /// Under way, or cancelled.
    Plain(String),
    /// Something is under way.
    Waiting(String),
    Good(String),
    /// It was not tried, and a field says why.
    Info(String),
    /// It does not work.
    Bad(String),
}

impl Headline {
    /// For the end of a test; `connected` words the good end.
    pub(crate) fn of<R>(outcome: &Outcome<R>, connected: impl FnOnce(&R) -> String) -> Self {
        match outcome {
            Outcome::Connected(result) => Self::Good(connected(result)),
            // The field says the rest, and how to go on.
            Outcome::Problem(problem) if problem.slug() == "host-not-allowed" => {
                Self::Info(messages::not_tested().to_owned())
            }
            Outcome::Problem(problem) => Self::Bad(format!("{} {}", messages::not_connected(), words(problem))),
            Outcome::NoAnswer(error) => Self::Bad(error_words(error)),
        }
    }

    /// For where a test stands; nothing before the first.
    pub(crate) fn of_run<T, R>(run: &TestState<T, R>, connected: impl FnOnce(&R) -> String) -> Option<Self> {
        match run {
            TestState::Idle => None,
            TestState::Running(_) => Some(Self::Waiting(messages::testing(None))),
            TestState::Cancelled => Some(Self::Plain(messages::test_cancelled().to_owned())),
            TestState::Ended { outcome, .. } => Some(Self::of(outcome, connected)),
        }
    }

    fn has_ended(&self) -> bool {
        !matches!(self, Self::Plain(_) | Self::Waiting(_))
    }
}

/// The sentence as it is shown.
#[component]
pub(crate) fn HeadlineLine(headline: Headline) -> impl IntoView {
    let (class, icon, words) = match headline {
        Headline::Plain(words) => return view! { <p class="field-help">{words}</p> }.into_any(),
        Headline::Waiting(words) => return view! { <p class="progress">{words}</p> }.into_any(),
        Headline::Good(words) => ("notice notice-good", IconKind::Check, words),
        Headline::Info(words) => ("notice", IconKind::Info, words),
        Headline::Bad(words) => ("notice notice-danger", IconKind::Alert, words),
    };
    view! {
        <div class=class>
            <Icon kind=icon />
            <p>{words}</p>
        </div>
    }
    .into_any()
}

/// Says where the test stands and how it ended; announced.
#[component]
pub(crate) fn TestPanel(
    /// The id: unique in the page.
    id: &'static str,
    /// Where the test stands.
    headline: Signal<Option<Headline>>,
    /// Whether the form was changed since.
    outdated: Signal<bool>,
    /// What a good end found.
    #[prop(into)]
    details: ViewFn,
) -> impl IntoView {
    Effect::new(move || {
        if headline.with(|headline| headline.as_ref().is_some_and(Headline::has_ended)) {
            scroll_into_sight(id);
        }
    });
    view! {
        <section id=id class="test-panel" class:test-outdated=outdated hidden=move || headline.with(Option::is_none)>
            <div role="status">
                {move || headline.get().map(|headline| view! { <HeadlineLine headline /> })}
                <Show when=move || outdated.get()>
                    <p class="test-outdated-words">{messages::outdated()}</p>
                </Show>
            </div>
            {move || details.run()}
        </section>
    }
}

/// Starts a test, or ends the running one.
#[component]
pub(crate) fn TestButton(
    /// The words that start one.
    words: &'static str,
    /// Whether one is running.
    running: Signal<bool>,
    on_test: Callback<()>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let press = Callback::new(move |_| {
        if running.get_untracked() {
            on_cancel.run(());
        } else {
            on_test.run(());
        }
    });
    view! { <Button on_press=press>{move || if running.get() { messages::cancel_test() } else { words }}</Button> }
        .into_any()
}
