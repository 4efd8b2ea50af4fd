//! Light, dark, or as the system says; kept in a cookie, so that the server already renders it.

use leptos::prelude::*;

use super::messages;
use crate::ui::{Icon, IconKind};

/// A theme that somebody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The content of the cookie `theme` and of `data-theme`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Reads the cookie; anything else is the system's theme.
    pub fn from_cookie(content: &str) -> Option<Self> {
        match content {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }
}

/// The three choices. The server does not say which one is pressed: the browser reads it from the page.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let theme = RwSignal::new(None::<Theme>);
    Effect::new(move || {
        let root = document().document_element();
        theme.set(
            root.and_then(|root| root.get_attribute("data-theme"))
                .and_then(|content| Theme::from_cookie(&content)),
        );
    });
    let choices = [
        (None, IconKind::System, messages::theme_system()),
        (Some(Theme::Light), IconKind::Sun, messages::theme_light()),
        (Some(Theme::Dark), IconKind::Moon, messages::theme_dark()),
    ];
    view! {
        <div class="theme-switch" role="group" aria-label=messages::theme()>
            {choices
                .map(|(choice, icon, words)| {
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || if theme.get() == choice { "true" } else { "false" }
                            aria-label=words
                            title=words
                            on:click=move |_| {
                                theme.set(choice);
                                apply(choice);
                            }
                        >
                            <Icon kind=icon size=15 />
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Changes the page at once and the cookie for a year.
fn apply(theme: Option<Theme>) {
    #[cfg(target_arch = "wasm32")]
    {
        use wasm_bindgen::JsCast;
        if let Some(root) = document().document_element() {
            // The name is valid, so neither can fail.
            let _ = match theme {
                Some(theme) => root.set_attribute("data-theme", theme.as_str()),
                None => root.remove_attribute("data-theme"),
            };
        }
        let cookie = match theme {
            Some(theme) => format!("theme={}; Path=/; Max-Age=31536000; SameSite=Lax", theme.as_str()),
            None => "theme=; Path=/; Max-Age=0; SameSite=Lax".to_owned(),
        };
        if let Ok(document) = document().dyn_into::<web_sys::HtmlDocument>() {
            // Without cookies the choice holds until the next page load.
            let _ = document.set_cookie(&cookie);
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = theme;
}
