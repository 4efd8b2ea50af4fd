//! What the two pages share.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    page::product,
    ui::{FieldFrame, FieldIds, Icon, IconKind},
};

/// A narrow card in the middle of the page.
#[component]
pub fn AlonePage(
    /// The heading, and the title of the tab.
    title: &'static str,
    /// What the page is for.
    about: &'static str,
    /// Why the last try failed.
    #[prop(into)]
    error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title />
        <main id="main" class="alone">
            <p class="alone-brand">
                <Icon kind=IconKind::Vault size=26 />
                {product()}
            </p>
            <div class="alone-card">
                <h1>{title}</h1>
                <p class="alone-about">{about}</p>
                <div role="alert">
                    {move || {
                        error
                            .get()
                            .map(|words| {
                                view! {
                                    <div class="notice notice-danger" id="alone-error">
                                        <Icon kind=IconKind::Alert />
                                        <p>{words}</p>
                                    </div>
                                }
                            })
                    }}
                </div>
                {children()}
            </div>
        </main>
    }
}

/// A field of a plain form: named, and never bound to anything living.
#[component]
pub fn PlainField(
    /// The name in the form, and the id.
    name: &'static str,
    label: &'static str,
    /// What it is for.
    #[prop(optional, into)]
    help: MaybeProp<String>,
    /// The HTML input type.
    #[prop(default = "text")]
    kind: &'static str,
    /// For the browser's autofill.
    autocomplete: &'static str,
    /// Whether this is the field that the last try failed at.
    #[prop(optional, into)]
    bad: Signal<bool>,
    /// The focus begins here.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let ids = FieldIds::of(name);
    let described = {
        let ids = ids.clone();
        move || match (bad.get(), help.get().is_some()) {
            (true, true) => Some(format!("alone-error {}", ids.help)),
            (true, false) => Some("alone-error".to_owned()),
            (false, true) => Some(ids.help.clone()),
            (false, false) => None,
        }
    };
    view! {
        <FieldFrame ids label help>
            <input
                class="field-input"
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                required
                autofocus=autofocus
                aria-invalid=move || bad.get().then_some("true")
                aria-describedby=described
            />
        </FieldFrame>
    }
}
