//! The choice of tools.

use contract::schemas::{Content, Entry, Route};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

use super::FormHandle;
use super::field::FieldContext;
use crate::api::ReadClient;
use crate::schemas::messages;
use crate::ui::{Button, Icon, IconKind, problem_text};

/// What is known of the tools.
#[derive(Clone, Debug, Default, PartialEq)]
enum Tools {
    #[default]
    Nothing,
    Asked,
    Found(Vec<String>),
    Failed(String),
}

/// The tools to choose from, and the chosen ones.
#[derive(Clone, Copy)]
struct Offer {
    form: FormHandle,
    pointer: StoredValue<String>,
    client: StoredValue<ReadClient>,
    /// Where they are listed, once that is known.
    path: Memo<Option<String>>,
    tools: RwSignal<Tools>,
    /// Nothing: all of them.
    chosen: Memo<Option<Vec<String>>>,
}

impl Offer {
    fn new(context: &FieldContext, route: Route) -> Self {
        let (form, base, pointer) = (
            context.form,
            context.base.clone(),
            StoredValue::new(context.pointer.clone()),
        );
        Self {
            form,
            pointer,
            client: StoredValue::new(ReadClient::from_context()),
            path: Memo::new(move |_| {
                route.path(|name| {
                    Some(
                        form.draft
                            .with(|draft| draft.text(&format!("{base}/{name}")).to_owned()),
                    )
                })
            }),
            tools: RwSignal::new(Tools::Nothing),
            chosen: Memo::new(move |_| match pointer.with_value(|pointer| form.entry(pointer)) {
                Some(Entry::Tools(names)) => names,
                _ => None,
            }),
        }
    }

    fn is_limited(self) -> bool {
        self.chosen.with(Option::is_some)
    }

    fn ask(self) {
        let Some(wanted) = self.path.get_untracked() else {
            return self.tools.set(Tools::Nothing);
        };
        self.tools.set(Tools::Asked);
        let client = self.client.get_value();
        spawn_local(async move {
            let answer = client.get::<Value>(&wanted).await;
            // The form may be closed, or lead elsewhere by now.
            if self.path.try_with_untracked(|now| now.as_ref() == Some(&wanted)) == Some(true) {
                self.tools.set(match answer {
                    Ok(list) => Tools::Found(names_of(&list)),
                    Err(error) => Tools::Failed(problem_text::error_words(&error)),
                });
            }
        });
    }

    fn set(self, names: Option<Vec<String>>) {
        self.pointer.with_value(|pointer| {
            self.form.set(pointer, Entry::Tools(names));
            self.form.check_field(pointer);
        });
    }

    fn pick(self, name: &str, is_chosen: bool) {
        let mut names = self.chosen.get_untracked().unwrap_or_default();
        names.retain(|known| known != name);
        if is_chosen {
            names.push(name.to_owned());
        }
        self.set(Some(names));
    }

    /// Those that are offered, and the chosen ones that are not any more. Tracked.
    fn names(self) -> Vec<String> {
        let mut names = match self.tools.get() {
            Tools::Found(names) => names,
            _ => Vec::new(),
        };
        for name in self.chosen.get().unwrap_or_default() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    fn status(self) -> Option<String> {
        match self.tools.get() {
            Tools::Nothing => Some(messages::tools_wait().to_owned()),
            Tools::Asked => Some(messages::loading().to_owned()),
            Tools::Failed(words) => Some(words),
            Tools::Found(names) => names.is_empty().then(|| messages::no_tools().to_owned()),
        }
    }
}

/// All tools, or some of those that the route lists.
#[component]
pub(super) fn ToolNamesField(context: FieldContext) -> impl IntoView {
    let Content::ToolNames { route, .. } = context.field.content.clone() else {
        return ().into_any();
    };
    let (ids, error, help) = (context.ids(), context.error(), context.field.help.clone());
    let offer = Offer::new(&context, route);
    // Another server has other tools; they are asked for only where somebody chooses among them.
    let limited = Memo::new(move |_| offer.is_limited());
    Effect::new(move || {
        offer.path.track();
        if limited.get() {
            offer.ask();
        }
    });
    let group = ids.control.clone();
    let radio = move |to_some: bool, words: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name=group.clone()
                    prop:checked=move || limited.get() == to_some
                    on:change=move |_| offer.set(to_some.then(Vec::new))
                />
                <span>{words}</span>
            </label>
        }
    };
    let described = {
        let (ids, has_help) = (ids.clone(), help.is_some());
        move || ids.described_by(has_help, error.get().is_some())
    };
    view! {
        <fieldset
            class="field choices"
            class:field-bad=move || error.get().is_some()
            id=ids.control
            tabindex="-1"
            aria-describedby=described
        >
            <legend class="field-label">{context.field.title.clone()}</legend>
            {radio(false, messages::all_tools())}
            {radio(true, messages::only_these())}
            <Show when=move || limited.get()>
                <ToolChoices offer />
            </Show>
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
    .into_any()
}

/// The tools, each with a box to tick.
#[component]
fn ToolChoices(offer: Offer) -> impl IntoView {
    view! {
        <div class="schema-tools">
            <For
                each=move || offer.names()
                key=String::clone
                children=move |name| view! { <ToolChoice offer name /> }
            />
            <p class="field-help" role="status">
                {move || offer.status()}
            </p>
            <Show when=move || matches!(offer.tools.get(), Tools::Failed(_))>
                <div>
                    <Button on_press=Callback::new(move |_| offer.ask())>{messages::retry()}</Button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn ToolChoice(offer: Offer, name: String) -> impl IntoView {
    let shown = name.clone();
    let name = StoredValue::new(name);
    let is_chosen = move || {
        let has = |names: &Option<Vec<String>>| {
            name.with_value(|name| names.as_ref().is_some_and(|names| names.contains(name)))
        };
        offer.chosen.with(has)
    };
    let is_gone = move || match offer.tools.get() {
        Tools::Found(names) => name.with_value(|name| !names.contains(name)),
        _ => false,
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                prop:checked=is_chosen
                on:change=move |event| name.with_value(|name| offer.pick(name, event_target_checked(&event)))
            />
            <span>
                <code>{shown}</code>
                {move || {
                    is_gone()
                        .then(|| {
                            view! {
                                " "
                                <span class="field-help">{messages::not_offered()}</span>
                            }
                        })
                }}
            </span>
        </label>
    }
}

/// The names in a list of tools.
fn names_of(list: &Value) -> Vec<String> {
    let items = list.get("items").and_then(Value::as_array).into_iter().flatten();
    let name = |item: &Value| item.get("name").and_then(Value::as_str).map(str::to_owned);
    items.filter_map(name).collect()
}
