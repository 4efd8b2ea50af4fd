//! The frame of every dialog.

use leptos::{context::Provider, ev::KeyboardEvent, html, portal::Portal, prelude::*};

use super::{Dialogs, discard::DiscardQuestion, stack::OpenDialog, use_dialogs};
use crate::ui::{IconButton, IconKind, ToastRegion, messages, unique_id, use_hydrated};

const HOST_ID: &str = "dialogs";

/// The place beside the page where dialogs are mounted, so that none is ever inside a form. Once, in the shell.
#[component]
pub fn DialogHost() -> impl IntoView {
    view! { <div id=HOST_ID></div> }
}

/// How wide a dialog may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialogSize {
    /// A form.
    #[default]
    Normal,
    /// Tables and schemas.
    Wide,
}

/// The way for a dialog's content to close it; in context inside [`Dialog`].
#[derive(Clone, Copy, Debug)]
pub struct DialogHandle {
    close: Callback<()>,
    request: Callback<()>,
}

impl DialogHandle {
    /// The dialog around the calling component. Outside of one, closing does nothing.
    pub fn from_context() -> Self {
        use_context().unwrap_or_else(|| Self {
            close: Callback::new(|()| {}),
            request: Callback::new(|()| {}),
        })
    }

    /// Closes without a question: after saving.
    pub fn close(&self) {
        self.close.run(());
    }

    /// Closes, and asks before where something was typed: for Cancel.
    pub fn request_close(&self) {
        self.request.run(());
    }
}

/// A modal dialog, open as long as it is rendered: put it into a `Show`. Wherever it stands in the code,
/// it is mounted in the [`DialogHost`]; on the server it renders nothing.
///
/// Escape, Cancel, Back and links ask "Discard what you typed?" while `is_dirty` says so; a click beside
/// the dialog never closes it. The focus goes to the first control, or to the one with `autofocus`, and
/// afterwards back to where it was.
#[component]
pub fn Dialog(
    /// The heading; it names the record: "Edit `PROD_KEY`".
    #[prop(into)]
    title: Signal<String>,
    /// Whether typed text would be lost. Asked at the moment of closing.
    #[prop(optional)]
    is_dirty: Option<Callback<(), bool>>,
    /// How wide it may become.
    #[prop(optional)]
    size: DialogSize,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
    /// The content, usually one [`super::DialogForm`].
    children: ChildrenFn,
) -> impl IntoView {
    if !use_hydrated().get_untracked() {
        return None;
    }
    let host = host()?;
    let dialogs = use_dialogs();
    let this = dialogs.enter(is_dirty);
    let handle = handle_of(dialogs, this, on_close);
    give_focus_back();
    on_cleanup(move || dialogs.leave(this.id));

    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        if let Some(element) = element.get().filter(|element| !element.open()) {
            // Fails only for an element outside the document; the effect runs again when it is in.
            let _ = element.show_modal();
        }
    });
    // The browser may close a dialog on its own, for example at a second Escape: it is opened again to ask.
    let closed_by_browser = move |_| {
        if dialogs.is_open(this.id) {
            if let Some(element) = element.get_untracked().filter(|_| this.dirty()) {
                let _ = element.show_modal();
            }
            handle.request_close();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            event.stop_propagation();
            if this.asking.get_untracked() {
                this.asking.set(false);
            } else {
                handle.request_close();
            }
        }
    };
    let title_id = StoredValue::new(unique_id("dialog-title"));
    let children = StoredValue::new(children);
    let class = match size {
        DialogSize::Normal => "dialog",
        DialogSize::Wide => "dialog dialog-wide",
    };
    Some(view! {
        <Portal mount=host>
            <dialog
                node_ref=element
                class=class
                aria-labelledby=title_id.get_value()
                on:keydown=on_key
                on:cancel=move |event: leptos::ev::Event| {
                    event.prevent_default();
                    handle.request_close();
                }
                on:close=closed_by_browser
            >
                <div class="dialog-frame" inert=move || this.asking.get()>
                    <header class="dialog-header">
                        <h2 id=title_id.get_value()>{title}</h2>
                        <IconButton
                            icon=IconKind::Cross
                            label=messages::close()
                            on_press=Callback::new(move |_| handle.request_close())
                        />
                    </header>
                    <Provider value=handle>{children.with_value(|children| children())}</Provider>
                </div>
                <Show when=move || this.asking.get()>
                    <DiscardQuestion
                        on_keep=Callback::new(move |()| this.asking.set(false))
                        on_discard=Callback::new(move |()| handle.close())
                    />
                </Show>
                <ToastRegion dialog=this.id />
            </dialog>
        </Portal>
    })
}

fn handle_of(dialogs: Dialogs, this: OpenDialog, on_close: Callback<()>) -> DialogHandle {
    let close = Callback::new(move |()| {
        // Out of the stack first: nothing may ask about it any more.
        dialogs.leave(this.id);
        on_close.run(());
    });
    let request = Callback::new(move |()| {
        if this.dirty() {
            this.asking.set(true);
        } else {
            close.run(());
        }
    });
    DialogHandle { close, request }
}

/// Remembers who has the focus now, and gives it back when the dialog is gone, unless something else took it.
fn give_focus_back() {
    #[cfg(target_arch = "wasm32")]
    {
        use wasm_bindgen::JsCast;
        let opener = StoredValue::new_local(
            document()
                .active_element()
                .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()),
        );
        on_cleanup(move || {
            let opener = opener.try_get_value().flatten();
            request_animation_frame(move || {
                let lost = document()
                    .active_element()
                    .is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body"));
                if let Some(opener) = opener.filter(|opener| lost && opener.is_connected()) {
                    let _ = opener.focus();
                }
            });
        });
    }
}

/// The host stands in every page of the shell; without one, the body does.
fn host() -> Option<leptos::web_sys::Element> {
    let document = document();
    document
        .get_element_by_id(HOST_ID)
        .or_else(|| document.body().map(Into::into))
}
