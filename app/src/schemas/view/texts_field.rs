//! A list of texts.

use contract::schemas::Entry;
use leptos::prelude::*;

use super::FormHandle;
use super::check_field::Leaving;
use super::field::FieldContext;
use crate::schemas::messages;
use crate::ui::{Button, Icon, IconButton, IconKind, focus_when_painted};

/// The rows of a list.
#[derive(Clone, Copy)]
struct Rows {
    form: FormHandle,
    pointer: StoredValue<String>,
    title: StoredValue<String>,
    now: Memo<Vec<String>>,
    leaving: Leaving,
}

impl Rows {
    fn of(context: &FieldContext) -> Self {
        let (form, pointer) = (context.form, StoredValue::new(context.pointer.clone()));
        Self {
            form,
            pointer,
            title: StoredValue::new(context.field.title.clone()),
            now: Memo::new(move |_| match pointer.with_value(|pointer| form.entry(pointer)) {
                Some(Entry::Texts(rows)) => rows,
                _ => Vec::new(),
            }),
            leaving: Leaving::of(context),
        }
    }

    fn change(self, change: impl FnOnce(&mut Vec<String>)) {
        let mut rows = self.now.get_untracked();
        change(&mut rows);
        self.pointer
            .with_value(|pointer| self.form.set(pointer, Entry::Texts(rows)));
        self.leaving.changed();
    }

    fn row_id(self, index: usize) -> String {
        self.pointer
            .with_value(|pointer| self.form.control(&format!("{pointer}/{index}")))
    }

    fn add_id(self) -> String {
        self.pointer
            .with_value(|pointer| format!("{}-more", self.form.control(pointer)))
    }

    fn add(self) {
        let count = self.now.with_untracked(Vec::len);
        self.change(|rows| rows.push(String::new()));
        focus_when_painted(self.row_id(count));
    }

    fn remove(self, index: usize) {
        self.change(|rows| drop(rows.remove(index)));
        self.leaving.left();
        let count = self.now.with_untracked(Vec::len);
        focus_when_painted(if index < count {
            self.row_id(index)
        } else {
            self.add_id()
        });
    }

    /// What is wrong with a row. Rows without text are no entries, so the others are counted.
    fn fault(self, index: usize) -> Option<String> {
        let rows = self.now.get();
        let at = rows.iter().take(index).filter(|row| !row.is_empty()).count();
        let is_entry = rows.get(index).is_some_and(|row| !row.is_empty());
        let fault = || {
            self.pointer
                .with_value(|pointer| self.form.fault(&format!("{pointer}/{at}")))
        };
        is_entry.then(fault).flatten()
    }
}

/// Rows that are added and taken away.
#[component]
pub(super) fn TextsField(context: FieldContext) -> impl IntoView {
    let (ids, error, help) = (context.ids(), context.error(), context.field.help.clone());
    let rows = Rows::of(&context);
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    view! {
        <fieldset
            class="field schema-texts"
            class:field-bad=move || error.get().is_some()
            id=ids.control
            tabindex="-1"
            aria-describedby=described
        >
            <legend class="field-label">{context.field.title.clone()}</legend>
            <For
                each=move || 0..rows.now.with(Vec::len)
                key=|index| *index
                children=move |index| view! { <Row rows index /> }
            />
            <div>
                <Button id=rows.add_id() on_press=Callback::new(move |_| rows.add())>
                    {messages::add_entry()}
                </Button>
            </div>
            <p class="field-error" id=ids.error hidden=move || error.get().is_none()>
                <Icon kind=IconKind::Alert size=14 />
                <span>{error}</span>
            </p>
            {help
                .map(|help| {
                    view! {
                        <p class="field-help" id=ids.help>
                            {help}
                        </p>
                    }
                })}
        </fieldset>
    }
}

#[component]
fn Row(rows: Rows, index: usize) -> impl IntoView {
    let typed = Memo::new(move |_| rows.now.with(|rows| rows.get(index).cloned().unwrap_or_default()));
    let fault = Memo::new(move |_| rows.fault(index));
    let error_id = format!("{}-error", rows.row_id(index));
    let described = error_id.clone();
    let name = Signal::derive(move || rows.title.with_value(|title| messages::entry(title, index + 1)));
    let remove_words = Signal::derive(move || rows.title.with_value(|title| messages::remove_entry(title, index + 1)));
    view! {
        <div class="schema-row" class:field-bad=move || fault.get().is_some()>
            <input
                class="field-input"
                id=rows.row_id(index)
                type="text"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-label=name
                aria-invalid=move || fault.get().is_some().then_some("true")
                aria-describedby=move || fault.get().is_some().then(|| described.clone())
                prop:value=typed
                on:input=move |event| {
                    let text = event_target_value(&event);
                    rows.change(|rows| {
                        if let Some(row) = rows.get_mut(index) {
                            *row = text;
                        }
                    });
                }
                on:blur=move |_| rows.leaving.left()
            />
            <IconButton icon=IconKind::Cross label=remove_words on_press=Callback::new(move |_| rows.remove(index)) />
            <p class="field-error" id=error_id hidden=move || fault.get().is_none()>
                <Icon kind=IconKind::Alert size=14 />
                <span>{fault}</span>
            </p>
        </div>
    }
}
