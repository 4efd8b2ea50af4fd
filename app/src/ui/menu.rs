//! A button that opens a small menu in the top layer.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{Icon, IconKind};

/// Closes the menu around an entry; in context inside [`Menu`].
#[derive(Clone, Copy, Debug)]
struct MenuHandle(Callback<()>);

/// A menu button. Its entries are [`MenuLink`] and [`MenuButton`]; they exist only while it is open. Button
/// and popover are tied by the browser, so that a press on the button closes what it opened.
#[component]
pub fn Menu(
    /// The id of the menu: unique in the page, and the same on the server.
    #[prop(into)]
    id: String,
    /// What the menu is for: "More for `PROD_KEY`".
    #[prop(into)]
    label: Signal<String>,
    /// Whether the button shows these words, instead of three dots.
    #[prop(optional)]
    words: bool,
    /// The entries.
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let button = NodeRef::<html::Button>::new();
    let menu = NodeRef::<html::Div>::new();
    let children = StoredValue::new(children);
    let close = Callback::new(move |()| {
        if let Some(menu) = menu.get_untracked() {
            // Not open any more is as good.
            let _ = menu.hide_popover();
        }
    });
    let on_toggle = move |_| {
        let now_open = menu
            .get_untracked()
            .is_some_and(|menu| menu.matches(":popover-open").unwrap_or(false));
        open.set(now_open);
        // In the next frame its entries are there, so it can be measured.
        request_animation_frame(move || {
            if let (Some(menu), Some(button), true) = (menu.get_untracked(), button.get_untracked(), now_open) {
                place_below(&menu, &button);
                move_focus(&menu, Step::First);
            }
        });
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(menu) = menu.get_untracked() else { return };
        let step = match event.key().as_str() {
            "ArrowDown" => Step::Next,
            "ArrowUp" => Step::Previous,
            "Home" => Step::First,
            "End" => Step::Last,
            "Escape" | "Tab" => {
                if event.key() == "Escape" {
                    event.prevent_default();
                    event.stop_propagation();
                }
                close.run(());
                if let Some(button) = button.get_untracked() {
                    // From the button, Tab goes on to where the reader expects it.
                    let _ = button.focus();
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        move_focus(&menu, step);
    };
    view! {
        <button
            node_ref=button
            type="button"
            id=format!("{id}-button")
            class=if words { "button" } else { "icon-button" }
            aria-label=label
            title=(!words).then_some(label)
            aria-haspopup="menu"
            aria-expanded=move || if open.get() { "true" } else { "false" }
            popovertarget=id.clone()
        >
            {if words {
                view! {
                    <span aria-hidden="true">{label}</span>
                    <Icon kind=IconKind::ChevronDown size=14 />
                }
                    .into_any()
            } else {
                view! { <Icon kind=IconKind::More /> }.into_any()
            }}
        </button>
        <div
            node_ref=menu
            id=id
            class="menu"
            role="menu"
            popover="auto"
            aria-label=label
            on:keydown=on_key
            on:toggle=on_toggle
        >
            <Show when=move || open.get()>
                <leptos::context::Provider value=MenuHandle(
                    close,
                )>{children.with_value(|children| children())}</leptos::context::Provider>
            </Show>
        </div>
    }
}

/// An entry that leads somewhere.
#[component]
pub fn MenuLink(
    /// Where to.
    #[prop(into)]
    href: Signal<String>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let menu = use_context::<MenuHandle>();
    view! {
        <a
            role="menuitem"
            tabindex="-1"
            href=href
            data-noscroll=""
            on:click=move |_| {
                if let Some(MenuHandle(close)) = menu {
                    close.run(());
                }
            }
        >
            {children()}
        </a>
    }
}

/// An entry that does something.
#[component]
pub fn MenuButton(
    /// Pressed.
    on_press: Callback<()>,
    /// The words.
    children: Children,
) -> impl IntoView {
    let menu = use_context::<MenuHandle>();
    view! {
        <button
            type="button"
            role="menuitem"
            tabindex="-1"
            on:click=move |_| {
                if let Some(MenuHandle(close)) = menu {
                    close.run(());
                }
                on_press.run(());
            }
        >
            {children()}
        </button>
    }
}

/// Where the focus goes inside the menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    First,
    Last,
    Next,
    Previous,
}

/// The entry after a step, round and round.
fn target(step: Step, now: Option<u32>, count: u32) -> u32 {
    let last = count.saturating_sub(1);
    match (step, now) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Previous, None | Some(0)) => last,
        (Step::Next, Some(now)) if now >= last => 0,
        (Step::Next, Some(now)) => now + 1,
        (Step::Previous, Some(now)) => now - 1,
    }
}

#[cfg(target_arch = "wasm32")]
fn move_focus(menu: &web_sys::HtmlDivElement, step: Step) {
    use wasm_bindgen::JsCast;
    let Ok(entries) = menu.query_selector_all("[role=menuitem]") else {
        return;
    };
    let active = document().active_element();
    let now = (0..entries.length()).find(|index| {
        let entry = entries.get(*index);
        entry.is_some() && entry.as_ref() == active.as_ref().map(AsRef::as_ref)
    });
    if let Some(Ok(entry)) = entries
        .get(target(step, now, entries.length()))
        .map(JsCast::dyn_into::<web_sys::HtmlElement>)
    {
        // An entry of an open menu can take the focus.
        let _ = entry.focus();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn move_focus(_menu: &leptos::web_sys::HtmlDivElement, step: Step) {
    let _ = target(step, None, 0);
}

/// Puts the menu under its button, or above where there is no room, aligned with the button's end.
#[cfg(target_arch = "wasm32")]
fn place_below(menu: &web_sys::HtmlDivElement, button: &web_sys::HtmlButtonElement) {
    const GAP: f64 = 4.0;
    let (anchor, own) = (button.get_bounding_client_rect(), menu.get_bounding_client_rect());
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or(f64::MAX);
    let below = anchor.bottom() + GAP;
    let top = if below + own.height() > height {
        (anchor.top() - GAP - own.height()).max(GAP)
    } else {
        below
    };
    let left = (anchor.right() - own.width()).max(GAP);
    let style = web_sys::HtmlElement::style(menu);
    // Plain lengths are always accepted.
    let _ = style.set_property("top", &format!("{top}px"));
    let _ = style.set_property("left", &format!("{left}px"));
    // The style shows it from now on.
    let _ = menu.set_attribute("data-placed", "");
}

#[cfg(not(target_arch = "wasm32"))]
fn place_below(_menu: &leptos::web_sys::HtmlDivElement, _button: &leptos::web_sys::HtmlButtonElement) {}

#[cfg(test)]
mod tests {
    use super::{Step, target};

    #[test]
    fn arrows_go_round() {
        assert_eq!(target(Step::Next, Some(2), 3), 0);
        assert_eq!(target(Step::Previous, Some(0), 3), 2);
        assert_eq!(target(Step::Next, None, 3), 0);
        assert_eq!(target(Step::Previous, None, 3), 2);
        assert_eq!(target(Step::Last, Some(0), 3), 2);
    }
}
