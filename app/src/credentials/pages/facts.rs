//! The details of one credential.

use contract::credentials::Credential;
use leptos::prelude::*;

use crate::{
    credentials::messages,
    destination::Destination,
    ui::{CopyButton, Icon, IconKind, LinkButton, Time},
};

#[component]
pub fn CredentialFacts(
    #[prop(into)] credential: Signal<Credential>,
    /// The address of the dialog of the allowed destinations, for those who may change them.
    change_hosts: Option<Signal<String>>,
) -> impl IntoView {
    let id = move || credential.with(|credential| credential.id.to_string());
    let name = move || credential.with(|credential| credential.name.clone());
    let hosts = move || credential.with(|credential| credential.allowed_hosts.clone());
    let from_before = move || credential.with(|credential| credential.allowed_hosts_from_before.clone());
    view! {
        <section class="card" aria-labelledby="facts">
            <h2 id="facts">{messages::facts()}</h2>
            <dl class="facts">
                <div>
                    <dt>{messages::column_id()}</dt>
                    <dd class="facts-id">
                        <code class="full-id">{id}</code>
                        <CopyButton
                            content=Signal::derive(id)
                            label=Signal::derive(move || messages::copy_id(&name()))
                        />
                    </dd>
                </div>
                <div>
                    <dt>{messages::column_owner()}</dt>
                    <dd>{move || credential.with(|credential| credential.owner.name.clone())}</dd>
                </div>
                <div>
                    <dt>{messages::column_value()}</dt>
                    <dd>
                        <span class="mask" aria-hidden="true">
                            {messages::mask()}
                        </span>
                        <span class="visually-hidden">{messages::hidden_value()}</span>
                    </dd>
                </div>
                <div>
                    <dt>{messages::version()}</dt>
                    <dd>{move || credential.with(|credential| messages::version_words(credential.version))}</dd>
                </div>
                <div>
                    <dt>{messages::column_created()}</dt>
                    <dd>
                        <Time at=Signal::derive(move || credential.with(|credential| credential.created_at)) />
                    </dd>
                </div>
                <div>
                    <dt>{messages::column_updated()}</dt>
                    <dd>
                        <Time at=Signal::derive(move || credential.with(|credential| credential.updated_at)) />
                    </dd>
                </div>
                <div class="facts-wide">
                    <dt>{messages::allowed_hosts()}</dt>
                    <dd>
                        <Show
                            when=move || !hosts().is_empty()
                            fallback=|| view! { <span class="muted">{messages::nowhere()}</span> }
                        >
                            <ul class="hosts">
                                {move || {
                                    let from_before = from_before();
                                    hosts()
                                        .into_iter()
                                        .map(|entry| {
                                            let is_from_before = from_before.contains(&entry);
                                            view! { <AllowedDestination entry is_from_before /> }
                                        })
                                        .collect_view()
                                }}
                            </ul>
                        </Show>
                        <Show when=move || !from_before().is_empty()>
                            <p class="field-help">{messages::from_before_help()}</p>
                        </Show>
                        {change_hosts.map(|href| view! { <LinkButton href>{messages::change_hosts()}</LinkButton> })}
                    </dd>
                </div>
            </dl>
        </section>
    }
}

/// One entry of the list, as it is written, with its meaning.
#[component]
fn AllowedDestination(entry: String, is_from_before: bool) -> impl IntoView {
    let destination = Destination::of_entry(&entry);
    let any_path = destination.path().is_empty();
    view! {
        <li>
            <span class="chip mono">{entry}</span>
            {any_path.then(|| view! { <span class="muted">{messages::any_path()}</span> })}
            {is_from_before.then(|| view! { <span class="muted">{messages::from_before()}</span> })}
            {destination
                .is_plain_http()
                .then(|| {
                    view! {
                        <span class="hosts-plain">
                            <Icon kind=IconKind::Alert size=14 />
                            {messages::plain_http()}
                        </span>
                    }
                })}
        </li>
    }
}
