//! The pages of the help.

use leptos::prelude::*;

use crate::help::{HelpTopic, messages};
use crate::{page::PageHeader, ui::use_hydrated};

/// The text of the topic at this address, as HTML made of the product's own files. The server puts it into
/// context; the browser never has it, and finds it in the page.
#[derive(Clone, Copy, Debug)]
pub struct HelpText(pub &'static str);

#[component]
pub fn HelpIndexPage() -> impl IntoView {
    let topics = HelpTopic::ALL
        .iter()
        .map(|&topic| {
            view! {
                <li class="card">
                    <h2>
                        <a href=topic.href() rel="external">
                            {messages::title(topic)}
                        </a>
                    </h2>
                    <p>{messages::summary(topic)}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <PageHeader title=messages::help() about=messages::about() />
        <ul class="help-topics">{topics}</ul>
    }
}

/// One text. Its HTML comes with the page alone, since the page's policy forbids to put HTML into it later:
/// where the app leads here by itself, e.g. on the way back, the page is loaded.
#[component]
pub fn HelpPage(topic: HelpTopic) -> impl IntoView {
    let arrived_by_navigation = use_hydrated().get_untracked();
    let body = if arrived_by_navigation {
        // Fails only while the page is being left already.
        Effect::new(|| drop(window().location().reload()));
        view! { <p role="status">{messages::loading()}</p> }.into_any()
    } else {
        let html = use_context::<HelpText>().map_or("", |text| text.0);
        view! { <div class="help" inner_html=html></div> }.into_any()
    };
    view! {
        <p class="back">
            <a href="/help">{messages::all_topics()}</a>
        </p>
        <PageHeader title=messages::page_title(topic) about=messages::summary(topic) />
        {body}
    }
}
