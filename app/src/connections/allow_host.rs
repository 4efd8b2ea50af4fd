//! The choice to let a credential go to one more host.

use leptos::prelude::*;

use super::text;
use crate::accounts::{Action, Owner, Resource};
use crate::address::{host_of, is_readable_on_the_way};
use crate::api::{NamedRecord, Problem};
use crate::ui::{Icon, IconKind};

/// A credential that may not go to the host of a form yet. `T` is what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal<T> {
    /// What was refused.
    pub tested: T,
    /// The host, as the server names it.
    pub host: String,
    /// The credential.
    pub credential: NamedRecord,
}

/// What was refused, and whether it was allowed since.
#[derive(Debug)]
pub(crate) struct Consent<T: 'static> {
    refused: RwSignal<Option<Refusal<T>>>,
    /// The consent to send the credential to the refused host.
    pub allow: RwSignal<bool>,
}

impl<T> Clone for Consent<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Consent<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Consent<T> {
    /// Nothing was refused yet. Call it while the form is built.
    pub(crate) fn new() -> Self {
        Self {
            refused: RwSignal::new(None),
            allow: RwSignal::new(false),
        }
    }

    /// What is refused about what the form holds now. Tracked.
    pub(crate) fn refusal(self, now: &T) -> Option<(String, NamedRecord)> {
        let refused = self.refused.get().filter(|refusal| refusal.tested == *now)?;
        Some((refused.host, refused.credential))
    }

    /// The words at the field of the credential, until it was allowed. Tracked.
    pub(crate) fn fault(self, now: &T) -> Option<String> {
        let (host, credential) = self.refusal(now).filter(|_| !self.allow.get())?;
        Some(text::host_not_allowed(&host, &credential.name))
    }

    /// Whether the refused host was allowed, and the form still is about it.
    pub(crate) fn allows(self, now: &T) -> bool {
        untrack(|| self.refusal(now).is_some()) && self.allow.get_untracked()
    }

    /// Keeps a refused host, if that is what a problem is about.
    pub(crate) fn note(self, tested: T, problem: &Problem) -> bool {
        let refused = problem.slug() == "host-not-allowed";
        if let (true, Some(host), Some(credential)) = (refused, &problem.host, &problem.credential) {
            self.allow.set(false);
            self.refused.set(Some(Refusal {
                tested,
                host: host.clone(),
                credential: credential.clone(),
            }));
        }
        refused
    }
}

/// Shown once the server refused the host: a choice for those who may change the credential, and whom to ask for
/// everybody else.
#[component]
pub(crate) fn AllowHost(
    /// The host and the credential that were refused.
    refusal: Signal<Option<(String, NamedRecord)>>,
    /// The owner of the credential, where known.
    owner: Signal<Option<Owner>>,
    /// The consent.
    allow: RwSignal<bool>,
) -> impl IntoView {
    // Permissions come from the context, so they are read here and not in the closure below.
    let me = crate::accounts::use_me();
    let view = move || {
        let (host, credential) = refusal.get()?;
        let (owner, name) = (owner.get(), credential.name);
        let mine_to_change = me.as_ref().is_some_and(|me| {
            me.may(
                Resource::Credentials,
                Action::Update,
                owner.as_ref().map(|owner| owner.id),
            )
        });
        Some(if mine_to_change {
            view! {
                <label class="check notice notice-warn">
                    <input
                        type="checkbox"
                        prop:checked=allow
                        on:change=move |event| allow.set(event_target_checked(&event))
                    />
                    <span>
                        {text::allow_host(&host, &name)} " "
                        <span class="field-help">{text::allow_host_help(&name, &host)}</span>
                    </span>
                </label>
            }
            .into_any()
        } else {
            view! {
                <div class="notice notice-warn">
                    <Icon kind=IconKind::Info/>
                    <p>{text::ask_to_allow(&host, &name, owner.as_ref().map(|owner| owner.name.as_str()))}</p>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <div role="status">{view}</div>
    }
    .into_any()
}

/// The value would go over a connection that is not encrypted.
#[component]
pub(crate) fn PlainWarning(
    /// The address, where a credential would be sent to it.
    address: Signal<Option<String>>,
) -> impl IntoView {
    move || {
        let address = address.get().filter(|address| is_readable_on_the_way(address))?;
        let host = host_of(&address)?;
        Some(view! {
            <div class="notice notice-warn">
                <Icon kind=IconKind::Alert/>
                <p>{text::readable_on_the_way(&host)}</p>
            </div>
        })
    }
}
