//! What went wrong, where the form shows it.

use contract::problem::Problem;
use leptos::prelude::*;

use super::{SaveFailure, SaveState};
use crate::ui::{CopyButton, Icon, IconKind, focus_element, messages, problem_text, reload::reload_link};

/// A field that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldIssue {
    /// The id of its control.
    pub control: String,
    /// Its label.
    pub label: String,
    /// What is wrong.
    pub message: String,
}

/// Links to the wrong fields; shown only for several. For the top of a form.
#[component]
pub fn ErrorSummary(
    /// The wrong fields, from the top.
    #[prop(into)]
    issues: Signal<Vec<FieldIssue>>,
) -> impl IntoView {
    let several = move || issues.with(|issues| issues.len() > 1);
    view! {
        <Show when=several>
            <div class="summary" role="alert">
                <p>{move || messages::fields_to_correct(issues.with(Vec::len))}</p>
                <ul>
                    {move || {
                        issues
                            .get()
                            .into_iter()
                            .map(|issue| {
                                let href = format!("#{}", issue.control);
                                let go = move |event: leptos::ev::MouseEvent| {
                                    event.prevent_default();
                                    event.stop_propagation();
                                    focus_element(&issue.control);
                                };
                                view! {
                                    <li>
                                        <a href=href on:click=go>
                                            {issue.label}
                                            ": "
                                            {issue.message}
                                        </a>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
        </Show>
    }
}

/// What went wrong with the form as a whole; for the place right above its buttons. Fields that show
/// their own errors are named by pointer, so that nothing is said twice.
#[component]
pub fn GeneralError(
    /// Where saving stands.
    #[prop(into)]
    state: Signal<SaveState>,
    /// The JSON Pointers whose errors the fields show.
    #[prop(optional)]
    pointers: &'static [&'static str],
    /// Says of further pointers whether fields show their errors.
    #[prop(optional)]
    also: Option<Callback<String, bool>>,
    /// More for certain problems: a button that loads the new revision.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let is_shown = move |pointer: &str| {
        pointers.contains(&pointer) || also.is_some_and(|also| untrack(|| also.run(pointer.to_owned())))
    };
    let words = move || general_words(&state.get(), &is_shown);
    let request = move || {
        state.with(|state| match state {
            SaveState::Failed(SaveFailure::Problem(problem)) if !problem.request_id.is_empty() => {
                Some(problem.request_id.clone())
            }
            _ => None,
        })
    };
    let is_over = move || state.with(|state| matches!(state, SaveState::Failed(SaveFailure::OtherPerson)));
    let children = StoredValue::new(children);
    view! {
        <div class="general-error" role="alert">
            <Show when=move || words().is_some()>
                <div class="notice notice-danger">
                    <Icon kind=IconKind::Alert />
                    <div class="notice-words">
                        <p>{words}</p>
                        {move || {
                            request()
                                .map(|id| {
                                    view! {
                                        <p class="request-id">
                                            {messages::request_id()} " " <code>{id.clone()}</code>
                                            <CopyButton content=id label=messages::copy_request_id() />
                                        </p>
                                    }
                                })
                        }}
                        {move || is_over().then(reload_link)}
                        {children.with_value(|children| children.as_ref().map(|children| children()))}
                    </div>
                </div>
            </Show>
        </div>
    }
}

/// The words for a state, unless the fields say everything.
fn general_words(state: &SaveState, is_shown: &dyn Fn(&str) -> bool) -> Option<String> {
    match state {
        SaveState::Idle | SaveState::Saving => None,
        SaveState::Looking => Some(messages::not_known_whether_saved().to_owned()),
        SaveState::Failed(failure) => match failure {
            SaveFailure::Problem(problem) => (!fields_say_it(problem, is_shown)).then(|| problem_text::words(problem)),
            SaveFailure::WasNotSaved => Some(messages::was_not_saved().to_owned()),
            SaveFailure::NotKnown => Some(messages::still_not_known().to_owned()),
            SaveFailure::Unknown(words) => Some((*words).to_owned()),
            SaveFailure::Unreadable => Some(messages::unreadable().to_owned()),
            SaveFailure::NotSignedIn => Some(messages::not_signed_in().to_owned()),
            SaveFailure::OtherPerson => Some(messages::other_person().to_owned()),
        },
    }
}

/// Whether every error of a problem stands at a field already.
fn fields_say_it(problem: &Problem, is_shown: &dyn Fn(&str) -> bool) -> bool {
    let by_code = matches!(problem.slug(), "name-taken") && is_shown("/name");
    by_code || (!problem.errors.is_empty() && problem.errors.iter().all(|error| is_shown(&error.pointer)))
}
