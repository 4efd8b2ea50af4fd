//! What there is to know about one credential.

use leptos::prelude::*;

use crate::{
    credentials::{Credential, text, text::column},
    ui::{CopyButton, LinkButton, Time},
};

/// The facts.
#[component]
pub fn CredentialFacts(
    /// The credential.
    #[prop(into)]
    credential: Signal<Credential>,
    /// The address of the dialog of the hosts, for those who may change them.
    change_hosts: Option<Signal<String>>,
) -> impl IntoView {
    let id = move || credential.with(|credential| credential.id.to_string());
    let name = move || credential.with(|credential| credential.name.clone());
    let hosts = move || credential.with(|credential| credential.allowed_hosts.clone());
    view! {
        <section class="card" aria-labelledby="facts">
            <h2 id="facts">{text::facts()}</h2>
            <dl class="facts">
                <div>
                    <dt>{column::ID}</dt>
                    <dd class="facts-id">
                        <code class="full-id">{id}</code>
                        <CopyButton
                            content=Signal::derive(id)
                            label=Signal::derive(move || text::copy_id(&name()))
                        />
                    </dd>
                </div>
                <div>
                    <dt>{column::OWNER}</dt>
                    <dd>{move || credential.with(|credential| credential.owner.name.clone())}</dd>
                </div>
                <div>
                    <dt>{column::VALUE}</dt>
                    <dd>
                        <span class="mask" aria-hidden="true">
                            {text::mask()}
                        </span>
                        <span class="visually-hidden">{text::hidden_value()}</span>
                    </dd>
                </div>
                <div>
                    <dt>{text::version()}</dt>
                    <dd>{move || credential.with(|credential| text::version_words(credential.version))}</dd>
                </div>
                <div>
                    <dt>{column::CREATED}</dt>
                    <dd>
                        <Time at=Signal::derive(move || credential.with(|credential| credential.created_at)) />
                    </dd>
                </div>
                <div>
                    <dt>{column::UPDATED}</dt>
                    <dd>
                        <Time at=Signal::derive(move || credential.with(|credential| credential.updated_at)) />
                    </dd>
                </div>
                <div class="facts-wide">
                    <dt>{text::allowed_hosts()}</dt>
                    <dd>
                        <Show
                            when=move || !hosts().is_empty()
                            fallback=|| view! { <span class="muted">{text::nowhere()}</span> }
                        >
                            <ul class="hosts">
                                {move || {
                                    hosts()
                                        .into_iter()
                                        .map(|host| view! { <li class="chip mono">{host}</li> })
                                        .collect_view()
                                }}
                            </ul>
                        </Show>
                        {change_hosts
                            .map(|href| view! { <LinkButton href>{text::change_hosts()}</LinkButton> })}
                    </dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}
