//! The page of one credential: facts, what refers to it, last uses.

use contract::accounts::{Action, Resource as Kind};
use contract::api::Page;
use contract::credentials::{Credential, CredentialId, Reference, Use};
use contract::problem::Problem;
use leptos::{ev, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};

use super::{facts::CredentialFacts, references::References, uses::LastUses};
use crate::{
    PageOutcome,
    accounts::may,
    api::{ClientError, ReadClient},
    credentials::{
        dialogs::{CredentialDialogs, DIALOG_KEYS, Done},
        messages,
    },
    help::HelpTopic,
    page::PageHeader,
    ui::{
        ButtonKind, DialogAddress, LinkButton, computed, list::SessionEnded, problem_text::error_words,
        use_addressed_dialog, use_dialog_links, use_dialogs,
    },
};

type Found<T> = Resource<Result<T, ClientError>>;

#[component]
pub fn CredentialPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<CredentialId>().ok())));
    let round = RwSignal::new(0_u32);
    let refetch = Callback::new(move |()| round.update(|round| *round = round.wrapping_add(1)));

    let fetched = fetched(id, round, |client, id| async move { client.credential(id).await });
    let references = self::fetched(
        id,
        round,
        |client, id| async move { client.credential_references(id).await },
    );
    let uses = self::fetched(id, round, |client, id| async move { client.credential_uses(id).await });
    leave_when_session_ended(fetched);
    Effect::new(move || {
        let focused = window_event_listener(ev::focus, move |_| refetch.run(()));
        on_cleanup(move || focused.remove());
    });

    let deleted = RwSignal::new(false);
    let (navigate, query) = (use_navigate(), use_query_map());
    Effect::new(move || {
        // The dialog leaves the address first, by going back; going on before that would lead back here.
        let closed = query.with(|query| DialogAddress::find(query, DIALOG_KEYS).is_none());
        if deleted.get() && closed {
            navigate(
                "/credentials",
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });
    let on_done = Callback::new(move |done: Done| match done {
        Done::Saved(_) => refetch.run(()),
        Done::Deleted(_) => deleted.set(true),
    });
    let dialog = use_addressed_dialog(DIALOG_KEYS);
    view! {
        <p class="back">
            <a href="/credentials">{messages::back_to_list()}</a>
        </p>
        <Transition fallback=|| view! { <PageHeader title=messages::loading() /> }>
            <CredentialBody fetched references uses refetch />
        </Transition>
        <CredentialDialogs dialog on_done />
    }
}

/// Fetches something of the credential, again at each round.
fn fetched<T, F, Fut>(id: Memo<Option<CredentialId>>, round: RwSignal<u32>, fetch: F) -> Found<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static,
    F: Fn(ReadClient, CredentialId) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<T, ClientError>> + Send + 'static,
{
    let client = ReadClient::from_context();
    Resource::new(
        move || (id.get(), round.get()),
        move |(id, _)| {
            let (client, fetch) = (client.clone(), fetch.clone());
            async move {
                match id {
                    Some(id) => fetch(client, id).await,
                    None => Err(ClientError::Problem(Box::new(Problem::local("not-found", 404)))),
                }
            }
        },
    )
}

fn leave_when_session_ended(fetched: Found<Credential>) {
    let ended = use_context::<SessionEnded>();
    let dialogs = use_dialogs();
    Effect::new(move || {
        let ended_now = fetched
            .get()
            .and_then(Result::err)
            .is_some_and(|error| error.is_unauthorized());
        if let Some(SessionEnded(leave)) = ended.filter(|_| ended_now && !dialogs.any_open()) {
            leave.run(());
        }
    });
}

/// Built inside the transition, so that reading the credential there makes it wait.
#[component]
fn CredentialBody(
    fetched: Found<Credential>,
    references: Found<Page<Reference>>,
    uses: Found<Page<Use>>,
    refetch: Callback<()>,
) -> impl IntoView {
    let credential = computed(move |before: Option<&Option<Credential>>| match fetched.get() {
        Some(Ok(credential)) => Some(credential),
        // What is on the screen stays when fetching it again fails.
        _ => before.cloned().flatten(),
    });
    let there = computed(move |_| credential.with(Option::is_some));
    let failure = move || fetched.get().and_then(Result::err);
    move || {
        if there.get() {
            credential
                .get_untracked()
                .map(|first| {
                    let credential = Signal::derive(move || credential.get().unwrap_or_else(|| first.clone()));
                    view! {
                        <Known credential />
                        <References found=references on_retry=refetch />
                        <LastUses found=uses on_retry=refetch />
                    }
                })
                .into_any()
        } else {
            failure().map(|error| view! { <Unknown error /> }).into_any()
        }
    }
}

#[component]
fn Known(credential: Signal<Credential>) -> impl IntoView {
    let owner = credential.with_untracked(|credential| credential.owner.id);
    let links = use_dialog_links();
    let opens = move |key: &'static str| {
        Signal::derive(move || links.run(DialogAddress::new(key, credential.with(|credential| credential.id))))
    };
    let may_update = may(Kind::Credentials, Action::Update, Some(owner));
    let may_delete = may(Kind::Credentials, Action::Delete, Some(owner));
    let change_hosts = may_update.then(|| opens("hosts"));
    view! {
        <PageHeader
            title=Signal::derive(move || credential.with(|credential| credential.name.clone()))
            help=HelpTopic::Credentials
        >
            {may_update
                .then(|| {
                    view! {
                        <LinkButton href=opens("rename")>{messages::rename()}</LinkButton>
                        <LinkButton href=opens("edit") kind=ButtonKind::Primary>
                            {messages::edit_short()}
                        </LinkButton>
                    }
                })}
            {may_delete
                .then(|| {
                    view! {
                        <LinkButton href=opens("delete") kind=ButtonKind::Caution>
                            {messages::delete_short()}
                        </LinkButton>
                    }
                })}
        </PageHeader>
        <CredentialFacts credential change_hosts />
    }
}

#[component]
fn Unknown(error: ClientError) -> impl IntoView {
    if error.slug() == Some("not-found") {
        PageOutcome::note_not_found();
        view! { <PageHeader title=messages::gone() about=messages::gone_help() /> }
    } else {
        view! { <PageHeader title=messages::could_not_be_loaded() about=error_words(&error) /> }
    }
}
