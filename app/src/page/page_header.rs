//! The head of a page: title, heading, what the page is about, and what one can do there.

use leptos::{html, prelude::*, text_prop::TextProp};
use leptos_meta::Title;

use crate::help::{HelpTopic, messages as help_messages};
use crate::ui::use_hydrated;

/// The head of a page. After a navigation inside the app the heading takes the focus, so that a screen
/// reader says where one is.
#[component]
pub fn PageHeader(
    /// The heading, and the title of the tab.
    #[prop(into)]
    title: Signal<String>,
    /// One sentence about the page.
    #[prop(optional, into)]
    about: MaybeProp<String>,
    /// The text of the help about it.
    #[prop(optional)]
    help: Option<HelpTopic>,
    /// Search and buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    let arrived_by_navigation = use_hydrated().get_untracked();
    Effect::new(move || {
        if let Some(heading) = heading.get().filter(|_| arrived_by_navigation) {
            request_animation_frame(move || {
                // A dialog that the address opened has the focus already.
                let taken = document()
                    .active_element()
                    .is_some_and(|element| element.closest("dialog").ok().flatten().is_some());
                if !taken {
                    let _ = heading.focus();
                }
            });
        }
    });
    // The server writes the head of the document when the page's own signals may be gone.
    let tab: TextProp = if cfg!(feature = "ssr") {
        title.get_untracked().into()
    } else {
        (move || title.get()).into()
    };
    view! {
        <Title text=tab />
        <header class="page-header">
            <div class="page-header-words">
                <h1 node_ref=heading tabindex="-1">
                    {title}
                </h1>
                <p hidden=move || {
                    about.get().is_none() && help.is_none()
                }>{move || about.get()} " " {help.map(|topic| view! { <HelpLink topic /> })}</p>
            </div>
            {children.map(|children| view! { <div class="page-header-actions">{children()}</div> })}
        </header>
    }
}

/// The way to the text about a page. It is loaded, since only the server has it.
#[component]
fn HelpLink(topic: HelpTopic) -> impl IntoView {
    view! {
        <a class="help-link" href=topic.href() rel="external">
            {help_messages::link(topic)}
        </a>
    }
}
