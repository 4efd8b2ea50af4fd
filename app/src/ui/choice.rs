//! A choice of one among a few, each with what it means.

use leptos::prelude::*;

/// One of the choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceOption {
    /// What is chosen.
    pub value: &'static str,
    /// Its name.
    pub words: String,
    /// What it means.
    pub means: String,
}

/// Radio buttons under a heading.
#[component]
pub fn Choice(
    /// The question.
    #[prop(into)]
    label: String,
    /// The name of the group: unique in the page.
    name: &'static str,
    /// The choices.
    options: Vec<ChoiceOption>,
    /// What is chosen.
    value: RwSignal<&'static str>,
) -> impl IntoView {
    view! {
        <fieldset class="choice">
            <legend class="field-label">{label}</legend>
            {options
                .into_iter()
                .map(|option| {
                    let this = option.value;
                    view! {
                        <label class="check">
                            <input
                                type="radio"
                                name=name
                                value=this
                                prop:checked=move || value.get() == this
                                on:change=move |_| value.set(this)
                            />
                            <span>{option.words} <span class="field-help">{option.means}</span></span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}
