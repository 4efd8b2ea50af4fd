//! The page.

use contract::accounts::{Action, Resource as Kind};
use contract::model_bindings::{ModelBinding, ModelBindingId};
use contract::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::controls::Controls;
use super::output::Output;
use super::run::TryModel;
use crate::PageOutcome;
use crate::accounts::may;
use crate::ai::messages;
use crate::api::{ClientError, ReadClient};
use crate::help::HelpTopic;
use crate::page::PageHeader;
use crate::ui::problem_text::error_words;

/// Tries a model binding.
#[component]
pub fn TryPage() -> impl IntoView {
    let params = use_params_map();
    let id =
        Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<ModelBindingId>().ok())));
    let client = ReadClient::from_context();
    let binding = Resource::new(
        move || id.get(),
        move |id| {
            let client = client.clone();
            async move {
                match id {
                    Some(id) => client.model_binding(id).await,
                    None => Err(ClientError::Problem(Box::new(Problem::local("not-found", 404)))),
                }
            }
        },
    );
    view! {
        <p class="back">
            <a href="/model-bindings">{messages::back()}</a>
        </p>
        <Transition fallback=|| {
            view! { <PageHeader title=messages::loading() /> }
        }>
            {move || match binding.get() {
                None => ().into_any(),
                Some(Ok(binding)) => view! { <Trying binding /> }.into_any(),
                Some(Err(error)) => unknown(&error),
            }}
        </Transition>
    }
}

#[component]
fn Trying(binding: ModelBinding) -> impl IntoView {
    let about = messages::about(&binding.settings.model_id, binding.settings.provider.label());
    let may_use = may(Kind::ModelBindings, Action::Use, Some(binding.owner.id));
    let body = if may_use {
        let model = TryModel::new(binding.id);
        on_cleanup(move || model.abort_run());
        view! {
            <div class="try">
                <Controls model />
                <Output model />
            </div>
        }
        .into_any()
    } else {
        view! { <p role="status">{messages::may_not_use()}</p> }.into_any()
    };
    view! {
        <PageHeader title=messages::title(&binding.name) about help=HelpTopic::ModelBindings />
        {body}
    }
}

fn unknown(error: &ClientError) -> AnyView {
    if error.slug() == Some("not-found") {
        PageOutcome::note_not_found();
        view! { <PageHeader title=messages::gone() about=messages::gone_help() /> }.into_any()
    } else {
        view! { <PageHeader title=messages::could_not_be_loaded() about=error_words(error) /> }.into_any()
    }
}
