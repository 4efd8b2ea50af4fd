//! One field, by what it holds.

use contract::schemas::{Content, Field, Lines};
use leptos::prelude::*;

use super::FormHandle;
use super::add_menu::focus_menu;
use super::choice_field::ChoiceField;
use super::credential_field::CredentialField;
use super::fields::fields;
use super::lines_field::LinesField;
use super::mcp_server_field::McpServerField;
use super::switch_field::SwitchField;
use super::text_field::OneLineField;
use super::texts_field::TextsField;
use super::tool_names_field::ToolNamesField;
use crate::schemas::messages;
use crate::ui::{FieldIds, IconButton, IconKind};

/// What every kind of field is given.
#[derive(Clone, Debug)]
pub(super) struct FieldContext {
    /// The form around it.
    pub form: FormHandle,
    /// The pointer of the object around it.
    pub base: String,
    pub pointer: String,
    /// What the schema says of it.
    pub field: Field,
}

impl FieldContext {
    /// The ids of its control.
    pub fn ids(&self) -> FieldIds {
        FieldIds::of(self.form.control(&self.pointer))
    }

    /// What is wrong with it.
    pub fn error(&self) -> Signal<Option<String>> {
        let (form, pointer) = (self.form, self.pointer.clone());
        Signal::derive(move || form.fault(&pointer))
    }
}

/// A field, and the button that takes it away again.
#[component]
pub(super) fn SchemaField(form: FormHandle, base: String, field: Field, is_added: Signal<bool>) -> impl IntoView {
    let pointer = format!("{base}/{}", field.name);
    let title = field.title.clone();
    let context = FieldContext {
        form,
        base: base.clone(),
        pointer: pointer.clone(),
        field,
    };
    let remove = Callback::new(move |_| {
        form.draft.update(|draft| draft.remove(&pointer));
        form.set_fault(&pointer, None);
        focus_menu(form, &base);
    });
    view! {
        <div class="schema-field" class:schema-field-added=is_added>
            <div class="schema-field-content">{control(context)}</div>
            <Show when=move || is_added.get()>
                <IconButton icon=IconKind::Cross label=messages::remove(&title) on_press=remove />
            </Show>
        </div>
    }
}

fn control(context: FieldContext) -> AnyView {
    match &context.field.content {
        Content::Text {
            lines: Lines::Several, ..
        }
        | Content::Json(_) => view! { <LinesField context /> }.into_any(),
        Content::Text { .. } | Content::Url | Content::Number { .. } => view! { <OneLineField context /> }.into_any(),
        Content::Switch => view! { <SwitchField context /> }.into_any(),
        Content::Choice(_) => view! { <ChoiceField context /> }.into_any(),
        Content::Texts { .. } => view! { <TextsField context /> }.into_any(),
        Content::Credential => view! { <CredentialField context /> }.into_any(),
        Content::McpServer => view! { <McpServerField context /> }.into_any(),
        Content::ToolNames { .. } => view! { <ToolNamesField context /> }.into_any(),
        Content::Object(_) => object(&context),
    }
}

/// A group of fields.
fn object(context: &FieldContext) -> AnyView {
    let id = context.form.control(&context.pointer);
    let help = context.field.help.clone();
    let help_id = format!("{id}-help");
    let described = help.is_some().then(|| help_id.clone());
    view! {
        <fieldset class="schema-object" id=id tabindex="-1" aria-describedby=described>
            <legend class="field-label">{context.field.title.clone()}</legend>
            {help
                .map(|help| {
                    view! {
                        <p class="field-help" id=help_id>
                            {help}
                        </p>
                    }
                })}
            {fields(context.form, &context.pointer, Some(context.field.title.clone()))}
        </fieldset>
    }
    .into_any()
}
