//! Labelled fields with help and error.

use leptos::{html, prelude::*};

use super::{Icon, IconKind, after_press, unique_id};

/// The ids that tie a control to its label, help and error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldIds {
    /// The control itself: an input, a textarea, a combobox.
    pub control: String,
    /// The label.
    pub label: String,
    /// The help below.
    pub help: String,
    /// The error below.
    pub error: String,
}

impl FieldIds {
    /// Ids that begin with the control's id.
    pub fn of(control: impl Into<String>) -> Self {
        let control = control.into();
        Self {
            label: format!("{control}-label"),
            help: format!("{control}-help"),
            error: format!("{control}-error"),
            control,
        }
    }

    /// Ids for a field that exists only after hydration.
    pub fn unique() -> Self {
        Self::of(unique_id("field"))
    }

    /// The content of `aria-describedby`.
    pub fn described_by(&self, has_help: bool, has_error: bool) -> Option<String> {
        match (has_error, has_help) {
            (true, true) => Some(format!("{} {}", self.error, self.help)),
            (true, false) => Some(self.error.clone()),
            (false, true) => Some(self.help.clone()),
            (false, false) => None,
        }
    }
}

/// Label above, error and help below any control. The control carries `id=ids.control`, `aria-invalid`
/// and `aria-describedby=ids.described_by(..)`.
#[component]
pub fn FieldFrame(
    /// The ids.
    ids: FieldIds,
    /// The visible label.
    #[prop(into)]
    label: Signal<String>,
    /// What the field is for.
    #[prop(optional, into)]
    help: MaybeProp<String>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let FieldIds {
        control,
        label: label_id,
        help: help_id,
        error: error_id,
    } = ids;
    view! {
        <div class="field" class:field-bad=move || error.get().is_some()>
            <label class="field-label" id=label_id for=control>
                {label}
            </label>
            {children()}
            <p class="field-error" id=error_id hidden=move || error.get().is_none()>
                <Icon kind=IconKind::Alert size=14 />
                <span>{move || error.get()}</span>
            </p>
            <p class="field-help" id=help_id hidden=move || help.get().is_none()>
                {move || help.get()}
            </p>
        </div>
    }
}

/// A text field of one line, with a living content. For secrets there is the value field.
#[component]
pub fn TextField(
    /// The visible label.
    #[prop(into)]
    label: Signal<String>,
    /// What is typed.
    value: RwSignal<String>,
    /// The ids; give them for fields that the server renders.
    #[prop(optional)]
    ids: Option<FieldIds>,
    /// What the field is for.
    #[prop(optional, into)]
    help: MaybeProp<String>,
    /// What is wrong, if anything.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// The HTML input type.
    #[prop(default = "text")]
    kind: &'static str,
    /// For the browser's autofill; `off` unless said otherwise.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Takes the focus when a dialog opens.
    #[prop(optional)]
    autofocus: bool,
    /// Shown as long as nothing is typed; an example, never the label.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Left after a change, or with an error shown: the time for checking.
    #[prop(optional)]
    on_check: Option<Callback<()>>,
    /// The element, for moving the focus.
    #[prop(optional)]
    node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let ids = ids.unwrap_or_else(FieldIds::unique);
    let changed = StoredValue::new(false);
    let control = ids.control.clone();
    let described = {
        let ids = ids.clone();
        move || ids.described_by(help.get().is_some(), error.get().is_some())
    };
    let check_after_press = move || {
        if let Some(on_check) = on_check.filter(|_| changed.try_get_value() == Some(true)) {
            after_press(move || {
                // The form may be closed by now.
                if changed.try_get_value().is_some() {
                    on_check.run(());
                }
            });
        }
    };
    view! {
        <FieldFrame ids label help error>
            <input
                node_ref=node_ref
                class="field-input"
                id=control
                type=kind
                autocomplete=autocomplete
                autocapitalize="off"
                spellcheck="false"
                autofocus=autofocus
                placeholder=placeholder
                aria-invalid=move || error.get().is_some().then_some("true")
                aria-describedby=described
                prop:value=value
                on:input=move |event| {
                    changed.set_value(true);
                    value.set(event_target_value(&event));
                }
                on:blur=move |_| check_after_press()
            />
        </FieldFrame>
    }
}
