//! The value field itself.

use leptos::ev;
use leptos::prelude::*;

use super::concealed::ConcealedText;
use super::offers::PasteOffers;
use super::tools::ValueTools;
use super::{ValueHandle, messages};
use crate::ui::{FieldFrame, FieldIds, Icon, IconKind};

/// A field of several lines for a secret: concealed and ignored by autofill and password managers. While concealed, the
/// element has a mask of the text if it has the focus, and is empty if not. The field exists only after hydration, so
/// that the browser cannot submit or restore its text.
#[component]
pub fn ValueField(
    /// Where the text is kept, and how the form gets it.
    handle: ValueHandle,
    /// Unique in the page; the ids of help and error are made from it.
    id: &'static str,
    /// The field's label.
    #[prop(into)]
    label: Signal<String>,
    /// One sentence below the field.
    #[prop(into)]
    help: Signal<String>,
    /// What is wrong with the value, in words.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Gets the name that stood before `=` in a paste.
    #[prop(into, optional)]
    on_name_found: Option<Callback<String>>,
    /// Left after a change: the time for checking.
    #[prop(into, optional)]
    on_check: Option<Callback<()>>,
    /// Called on Ctrl+Enter (or Command+Enter).
    #[prop(into, optional)]
    on_submit: Option<Callback<()>>,
    /// Whether the value is going to be sent as a header, so that one that cannot be is pointed out.
    #[prop(optional)]
    for_header: bool,
) -> impl IntoView {
    let alive = RwSignal::new(false);
    let said = RwSignal::new("");
    Effect::new(move || {
        alive.set(true);
        let blur = window_event_listener(ev::blur, move |_| handle.conceal());
        // A page that the browser puts aside, or leaves, takes no secret with it.
        let hide = window_event_listener(ev::pagehide, move |_| handle.clear());
        on_cleanup(move || {
            blur.remove();
            hide.remove();
        });
    });
    let ids = FieldIds::of(id);
    let described_by = {
        let ids = ids.clone();
        Signal::derive(move || ids.described_by(true, error.get().is_some()))
    };
    let warned = move || for_header && !handle.is_sendable();

    view! {
        <FieldFrame ids label help error>
            <Show
                when=move || alive.get()
                fallback=|| view! { <div class="value-field-waiting">{messages::waiting()}</div> }
            >
                <div class="value-field-box">
                    <ConcealedText handle id described_by error said on_check on_submit />
                    <ValueTools handle id label said />
                </div>
            </Show>
            <PasteOffers handle said on_name_found />
            <Show when=warned>
                <p class="field-warning">
                    <Icon kind=IconKind::Alert size=14 />
                    <span>{messages::not_sendable()}</span>
                </p>
            </Show>
            <p class="value-field-said" role="status">
                {move || said.get()}
            </p>
        </FieldFrame>
    }
}
