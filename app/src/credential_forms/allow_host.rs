//! The choice to allow one more destination for a credential.

use contract::accounts::{Action, Me, Resource};
use contract::address::{host_of, is_readable_on_the_way};
use contract::api::NamedRecord;
use contract::problem::Problem;
use leptos::prelude::*;

use super::messages;
use crate::credentials::picker::{self, PickerHandle, WholeHost};
use crate::destination::Destination;
use crate::ui::{Icon, IconKind};

/// A credential that is not allowed for the destination of a form. `T` is what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal<T> {
    pub tested: T,
    /// The destination, as the server names it.
    pub destination: Destination,
    pub credential: NamedRecord,
}

/// What was refused, and whether it was allowed since.
#[derive(Debug)]
pub(crate) struct Consent<T: 'static> {
    refused: RwSignal<Option<Refusal<T>>>,
    /// The consent to the refused destination.
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
    pub(crate) fn refusal(self, now: &T) -> Option<(Destination, NamedRecord)> {
        let refused = self.refused.get().filter(|refusal| refusal.tested == *now)?;
        Some((refused.destination, refused.credential))
    }

    /// The words at the field of the credential, until it was allowed. Tracked.
    pub(crate) fn fault(self, now: &T) -> Option<String> {
        self.refusal(now).filter(|_| !self.allow.get())?;
        Some(messages::not_allowed().to_owned())
    }

    /// Whether the refused destination was allowed, and the form still is about it.
    pub(crate) fn allows(self, now: &T) -> bool {
        untrack(|| self.refusal(now).is_some()) && self.allow.get_untracked()
    }

    /// Keeps a refused destination, if that is what a problem is about.
    pub(crate) fn note(self, tested: T, problem: &Problem) -> bool {
        let refused = problem.slug() == "host-not-allowed";
        if let (true, Some(host), Some(credential)) = (refused, &problem.host, &problem.credential) {
            self.allow.set(false);
            self.refused.set(Some(Refusal {
                tested,
                destination: Destination::of_entry(host),
                credential: credential.clone(),
            }));
        }
        refused
    }
}

/// Which destination saving the form allows. After a refusal: a consent for users who may change the credential, and
/// whom to ask for all others. For a credential without destinations: the one that saving adds.
#[component]
pub(crate) fn AllowHost(
    /// The destination and the credential that were refused.
    refusal: Signal<Option<(Destination, NamedRecord)>>,
    /// The picker of the credential.
    picker: PickerHandle,
    /// Where the form sends the credential, as of the last field that was left.
    destination: Signal<Option<Destination>>,
    allow: RwSignal<bool>,
) -> impl IntoView {
    // Permissions come from the context, so they are read here and not in the closure below.
    let me = StoredValue::new(crate::accounts::use_me());
    let refusal = Memo::new(move |_| refusal.get());
    let first = Memo::new(move |_| {
        let choice = picker.unlinked()?;
        let mine = me.with_value(|me| may_change(me.as_ref(), picker));
        Some((destination.get()?, choice.name?)).filter(|_| mine)
    });
    let view = move || {
        if let Some((destination, credential)) = refusal.get() {
            let name = credential.name;
            return Some(if me.with_value(|me| may_change(me.as_ref(), picker)) {
                view! { <ConsentTo destination name picker allow /> }.into_any()
            } else {
                let owner = picker.selected().and_then(|choice| choice.owner);
                let words =
                    messages::ask_to_allow(&destination, &name, owner.as_ref().map(|owner| owner.name.as_str()));
                view! {
                    <div class="notice notice-warn">
                        <Icon kind=IconKind::Info />
                        <p>{words}</p>
                    </div>
                }
                .into_any()
            });
        }
        let (destination, name) = first.get()?;
        Some(view! { <FirstDestination destination name picker /> }.into_any())
    };
    view! { <div role="status">{view}</div> }
}

fn may_change(me: Option<&Me>, picker: PickerHandle) -> bool {
    let owner = picker.selected().and_then(|choice| choice.owner);
    me.is_some_and(|me| me.may(Resource::Credentials, Action::Update, owner.map(|owner| owner.id)))
}

/// The consent to one more destination. The whole host includes the path.
#[component]
fn ConsentTo(destination: Destination, name: String, picker: PickerHandle, allow: RwSignal<bool>) -> impl IntoView {
    let to = StoredValue::new(destination.clone());
    let whole = Signal::derive(move || allow.get() && to.with_value(|to| picker.allows_whole_host(to)));
    let set = move |allowed: bool, whole: bool| {
        to.with_value(|to| picker.allow_whole_host(to, whole));
        allow.set(allowed);
    };
    let (help, label) = (messages::allow_help(&name, &destination), messages::allow(&destination));
    view! {
        <div class="notice notice-warn notice-words">
            <p>{help}</p>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=allow
                    on:change=move |event| set(event_target_checked(&event), false)
                />
                <span>{label}</span>
            </label>
            <WholeHost destination whole on_change=move |whole| set(whole || allow.get_untracked(), whole) />
        </div>
    }
}

/// The destination that saving adds to an empty list.
#[component]
fn FirstDestination(destination: Destination, name: String, picker: PickerHandle) -> impl IntoView {
    let to = StoredValue::new(destination.clone());
    let whole = Signal::derive(move || to.with_value(|to| picker.allows_whole_host(to)));
    let allowed = move || to.with_value(|to| if whole.get() { to.whole_host() } else { to.clone() });
    view! {
        <div class="notice notice-words">
            <p>{move || picker::after_saving(&name, &allowed())}</p>
            <WholeHost
                destination
                whole
                on_change=move |whole| to.with_value(|to| picker.allow_whole_host(to, whole))
            />
        </div>
    }
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
                <Icon kind=IconKind::Alert />
                <p>{messages::readable_on_the_way(&host)}</p>
            </div>
        })
    }
}
