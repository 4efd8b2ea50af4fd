//! The value field itself.

use leptos::ev;
use leptos::html::Button;
use leptos::prelude::*;

use super::ValueHandle;
use super::offers::PasteOffers;
use super::text;

/// A field of several lines for a secret: concealed, unknown to the browser's and other people's fill-in aids, and
/// empty in the document whenever it is neither in use nor shown. It exists only once the page works, so nothing can
/// be typed that the browser would send or keep by itself.
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
    let describedby = move || {
        if error.get().is_some() {
            format!("{id}-error {id}-help")
        } else {
            format!("{id}-help")
        }
    };
    let warned = move || for_header && !handle.is_sendable();

    view! {
        <div class="field value-field" class:field-bad=move || error.get().is_some()>
            <label class="field-label" for=id>
                {label}
            </label>
            <Show
                when=move || alive.get()
                fallback=|| view! { <div class="value-field-waiting">{text::waiting()}</div> }
            >
                <div class="value-field-box">
                    <ConcealedText handle id describedby=Signal::derive(describedby) error said on_submit/>
                    <ValueTools handle id label said/>
                </div>
            </Show>
            {move || {
                error.get().map(|words| view! { <p id=format!("{id}-error") class="field-error">{words}</p> })
            }}
            <p id=format!("{id}-help") class="field-help">
                {help}
            </p>
            <PasteOffers handle said on_name_found/>
            <Show when=warned>
                <p class="field-warning">{text::not_sendable()}</p>
            </Show>
            <p class="value-field-said" role="status">
                {move || said.get()}
            </p>
        </div>
    }
}

/// Keeps the browser, password managers, spelling and translation services away from the text.
const LEAVE_ALONE: &[(&str, &str)] = &[
    ("autocomplete", "off"),
    ("autocapitalize", "off"),
    ("autocorrect", "off"),
    ("spellcheck", "false"),
    ("translate", "no"),
    ("writingsuggestions", "false"),
    ("data-1p-ignore", "true"),
    ("data-op-ignore", "true"),
    ("data-lpignore", "true"),
    ("data-bwignore", "true"),
    ("data-protonpass-ignore", "true"),
    ("data-form-type", "other"),
];

/// The element that is typed into.
#[component]
fn ConcealedText(
    handle: ValueHandle,
    id: &'static str,
    describedby: Signal<String>,
    error: Signal<Option<String>>,
    said: RwSignal<&'static str>,
    on_submit: Option<Callback<()>>,
) -> impl IntoView {
    let pasted = StoredValue::new(false);
    handle.node.on_load(move |node: leptos::web_sys::HtmlTextAreaElement| {
        for (name, content) in LEAVE_ALONE {
            // All of them are valid names, so none is refused.
            let _ = node.set_attribute(name, content);
        }
        handle.refresh();
        if handle.wants_focus() {
            // The element is in the document only after this turn.
            request_animation_frame(move || {
                let _ = node.focus();
            });
        }
    });
    let withhold = move |event: &leptos::web_sys::Event| {
        if !handle.shown.get_untracked() {
            event.prevent_default();
            said.set(text::copy_needs_show());
        }
    };
    let on_input = move |_| {
        handle.read();
        said.set("");
        if pasted.get_value() || !handle.offers.get_untracked().is_empty() {
            pasted.set_value(false);
            handle.look_for_offers();
        }
    };
    let on_keydown = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) && !event.is_composing() {
            event.prevent_default();
            if let Some(submit) = on_submit {
                submit.run(());
            }
        }
    };
    view! {
        <textarea
            node_ref=handle.node
            id=id
            class="field-input value-field-text"
            class:concealed=move || !handle.shown.get()
            rows="3"
            dir="ltr"
            aria-required="true"
            aria-invalid=move || error.get().is_some().then_some("true")
            aria-describedby=move || describedby.get()
            placeholder=move || text::hidden_lines(handle.lines.get())
            on:focus=move |_| {
                handle.focused.set(true);
                handle.refresh();
            }
            on:blur=move |_| {
                // A field that is taken away with the focus in it hears of that when its text is wiped already.
                if handle.is_alive() {
                    handle.read();
                    handle.focused.set(false);
                    handle.refresh();
                    handle.look_for_offers();
                }
            }
            on:paste=move |_| pasted.set_value(true)
            on:drop=move |_| pasted.set_value(true)
            on:copy=move |event| withhold(&event)
            on:cut=move |event| withhold(&event)
            on:dragstart=move |event| withhold(&event)
            on:input=on_input
            on:keydown=on_keydown
        ></textarea>
    }
}

/// Show and Clear: one stop of the Tab key, arrows move between the two.
#[component]
fn ValueTools(
    handle: ValueHandle,
    id: &'static str,
    label: Signal<String>,
    said: RwSignal<&'static str>,
) -> impl IntoView {
    let show = NodeRef::<Button>::new();
    let clear = NodeRef::<Button>::new();
    let on_keydown = move |event: ev::KeyboardEvent| {
        let target = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" | "End" => clear,
            "ArrowLeft" | "ArrowUp" | "Home" => show,
            _ => return,
        };
        if let Some(button) = target.get_untracked() {
            event.prevent_default();
            let _ = button.focus();
        }
    };
    let toggle = move |_| {
        handle.read_if_present();
        handle.shown.update(|shown| *shown = !*shown);
        handle.refresh();
    };
    view! {
        <div
            class="value-field-tools"
            role="toolbar"
            aria-label=move || text::tools(&label.get())
            aria-controls=id
            on:keydown=on_keydown
        >
            <button
                node_ref=show
                type="button"
                class="value-field-tool"
                aria-label=move || text::show(&label.get())
                aria-pressed=move || if handle.shown.get() { "true" } else { "false" }
                on:click=toggle
            >
                "Show"
            </button>
            <Show when=move || !handle.is_empty()>
                <button
                    node_ref=clear
                    type="button"
                    class="value-field-tool"
                    tabindex="-1"
                    aria-label=move || text::clear(&label.get())
                    on:click=move |_| {
                        handle.clear();
                        said.set(text::cleared());
                        handle.focus();
                    }
                >
                    "Clear"
                </button>
            </Show>
        </div>
    }
}
