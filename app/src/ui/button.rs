//! Buttons, and links that look like buttons.

use leptos::{ev::MouseEvent, html, prelude::*};

use super::{Icon, IconKind};

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing that the page or dialog is for.
    Primary,
    /// Everything else.
    #[default]
    Plain,
    /// Destroys something.
    Danger,
    /// Leads to what destroys something.
    Caution,
    /// Only words, in the accent colour.
    Quiet,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button-primary",
            Self::Plain => "button",
            Self::Danger => "button button-danger",
            Self::Caution => "button button-caution",
            Self::Quiet => "button button-quiet",
        }
    }
}

/// A button with words.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// Whether it submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// Whether what it started is still running: it says so, keeps its size, and stays in reach of the keyboard.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Takes the focus when a dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// The id, for moving the focus from afar.
    #[prop(optional, into)]
    id: Option<String>,
    /// The element, for moving the focus.
    #[prop(optional)]
    node_ref: NodeRef<html::Button>,
    /// Pressed.
    #[prop(optional)]
    on_press: Option<Callback<MouseEvent>>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            node_ref=node_ref
            id=id
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:is-busy=busy
            aria-busy=move || busy.get().then_some("true")
            autofocus=autofocus
            on:click=move |event| {
                if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button. It works before hydration.
#[component]
pub fn LinkButton(
    /// Where it leads.
    #[prop(into)]
    href: Signal<String>,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// The id, so that a shortcut can press it.
    #[prop(optional_no_strip)]
    id: Option<&'static str>,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <a class=kind.class() id=id href=href data-noscroll="">
            {children()}
        </a>
    }
}

/// A square button with an icon and, for those who cannot see it, words.
#[component]
pub fn IconButton(
    /// The drawing.
    icon: IconKind,
    /// What it does, with the name of the record: "Edit `PROD_KEY`".
    #[prop(into)]
    label: Signal<String>,
    /// Where it leads: a link then, that works before hydration.
    #[prop(optional, into)]
    href: Option<Signal<String>>,
    /// Whether it destroys something.
    #[prop(optional)]
    danger: bool,
    /// Pressed (buttons only).
    #[prop(optional)]
    on_press: Option<Callback<MouseEvent>>,
) -> impl IntoView {
    let class = if danger {
        "icon-button icon-button-danger"
    } else {
        "icon-button"
    };
    match href {
        Some(href) => leptos::either::Either::Left(view! {
            <a class=class href=href data-noscroll="" aria-label=label title=label>
                <Icon kind=icon />
            </a>
        }),
        None => leptos::either::Either::Right(view! {
            <button
                type="button"
                class=class
                aria-label=label
                title=label
                on:click=move |event| {
                    if let Some(on_press) = on_press {
                        on_press.run(event);
                    }
                }
            >
                <Icon kind=icon />
            </button>
        }),
    }
}
