//! The result of a test, under the fields.

use leptos::prelude::*;

use super::test_run::{Outcome, TestRun};
use crate::mcp_servers::connection::Connected;
use crate::mcp_servers::failure::{Subject, error_words, words};
use crate::mcp_servers::text;
use crate::ui::{Icon, IconKind, scroll_into_sight};

const PANEL_ID: &str = "mcp-test";

/// Says where the test stands and how it ended; announced.
#[component]
pub(super) fn TestPanel(
    #[prop(into)] run: Signal<TestRun>,
    /// Whether the form was changed since.
    outdated: Signal<bool>,
) -> impl IntoView {
    Effect::new(move || {
        if matches!(run.get(), TestRun::Ended { .. }) {
            scroll_into_sight(PANEL_ID);
        }
    });
    let headline = move || match run.get() {
        TestRun::Idle => None,
        TestRun::Running(_) => Some(view! { <p class="progress">{text::testing(None)}</p> }.into_any()),
        TestRun::Cancelled => Some(view! { <p class="field-help">{text::test_cancelled()}</p> }.into_any()),
        TestRun::Ended { outcome, subject, .. } => Some(headline_of(&outcome, &subject).into_any()),
    };
    let details = move || match run.get() {
        TestRun::Ended { outcome, .. } => match *outcome {
            Outcome::Connected(result) => Some(view! { <Connected result/> }),
            Outcome::Problem(_) | Outcome::NoAnswer(_) => None,
        },
        TestRun::Idle | TestRun::Running(_) | TestRun::Cancelled => None,
    };
    view! {
        <section id=PANEL_ID class="test-panel" class:test-outdated=outdated hidden=move || run.get() == TestRun::Idle>
            <div role="status">
                {headline}
                <Show when=move || outdated.get()>
                    <p class="test-outdated-words">{text::outdated()}</p>
                </Show>
            </div>
            {details}
        </section>
    }
    .into_any()
}

/// One sentence for the end of a test.
pub(in crate::mcp_servers) fn headline_of(outcome: &Outcome, subject: &Subject) -> impl IntoView + use<> {
    let (class, icon, words) = match outcome {
        Outcome::Connected(result) => (
            "notice notice-good",
            IconKind::Check,
            text::connected(result.tool_count),
        ),
        // The field says the rest, and how to go on.
        Outcome::Problem(problem) if problem.slug() == "host-not-allowed" => {
            ("notice", IconKind::Info, text::not_tested().to_owned())
        }
        Outcome::Problem(problem) => (
            "notice notice-danger",
            IconKind::Alert,
            format!("{} {}", text::not_connected(), words(problem, subject)),
        ),
        Outcome::NoAnswer(error) => ("notice notice-danger", IconKind::Alert, error_words(error, subject)),
    };
    view! {
        <div class=class>
            <Icon kind=icon/>
            <p>{words}</p>
        </div>
    }
}
