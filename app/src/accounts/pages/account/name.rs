//! One's own name.

use contract::accounts::UpdateMe;
use contract::api::Patch;
use contract::names::parse_name;
use leptos::prelude::*;

use super::super::super::messages;
use crate::{
    accounts::own_name,
    api::{ReadClient, WriteClient},
    ui::{Button, ButtonKind, FieldIds, GeneralError, Save, TextField, WriteOutcome, focus_when_painted, use_toasts},
};

const NAME_ID: &str = "own-name";

/// Changes the name that others see.
#[component]
pub fn NameCard() -> impl IntoView {
    let shown = own_name();
    let name = RwSignal::new(shown.get_untracked());
    let fault = RwSignal::new(None::<String>);
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        // Not at blur: words that appear then would move the button from under the pointer that presses it.
        fault.set(
            parse_name(&name.get_untracked())
                .err()
                .map(|fault| fault.detail().to_owned()),
        );
        if fault.with_untracked(Option::is_some) {
            focus_when_painted(NAME_ID);
            return;
        }
        let wanted = StoredValue::new(name.get_untracked().trim().to_owned());
        save.run(
            move || {
                let input = UpdateMe {
                    name: Patch::Set(wanted.get_value()),
                    ..UpdateMe::default()
                };
                async move { WriteClient.update_me(&input).await }
            },
            move || {
                let client = client.get_value();
                async move {
                    let me = client.me().await?;
                    let saved = wanted.with_value(|wanted| me.name == *wanted);
                    Ok(if saved {
                        WriteOutcome::Saved(me)
                    } else {
                        WriteOutcome::NotSaved
                    })
                }
            },
            move |me| {
                name.set(me.name.clone());
                shown.set(me.name);
                toasts.say(messages::name_saved());
            },
            move || {
                let problem = save.problem();
                let detail = problem.and_then(|problem| problem.field("/name").map(|error| error.detail.clone()));
                if detail.is_some() {
                    fault.set(detail);
                    focus_when_painted(NAME_ID);
                }
            },
        );
    };
    view! {
        <section class="card" aria-labelledby="own-name-heading">
            <h2 id="own-name-heading">{messages::own_name()}</h2>
            <form class="card-form" method="post" novalidate on:submit=submit>
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=messages::name()
                    value=name
                    help=messages::name_help()
                    error=fault
                    autocomplete="name"
                />
                <GeneralError state=save.state() pointers=&["/name"] />
                <p>
                    <Button kind=ButtonKind::Primary submit=true busy=save.busy()>
                        {messages::save_name()}
                    </Button>
                </p>
            </form>
        </section>
    }
}
