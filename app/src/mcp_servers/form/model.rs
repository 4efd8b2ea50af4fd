//! What the form holds, and what its buttons do.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::address::{AddressFault, host_of};
use super::draft::{Draft, Tested};
use super::test_run::{Outcome, TestRun};
use crate::accounts::use_me;
use crate::api::{ClientError, NamedRecord, Problem, Query, ReadClient, WriteClient};
use crate::credentials::picker::PickerHandle;
use crate::mcp_servers::failure::Subject;
use crate::mcp_servers::{McpServer, text};
use crate::ui::{Look, Save};

/// A credential that may not go to the address's host yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What was refused.
    pub tested: Tested,
    /// The host, as the server names it.
    pub host: String,
    /// The credential.
    pub credential: NamedRecord,
}

/// The form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// The saved server that is being changed.
    pub before: RwSignal<Option<McpServer>>,
    pub name: RwSignal<String>,
    pub url: RwSignal<String>,
    pub picker: PickerHandle,
    /// The host of the address as it was when its field was left.
    pub host: RwSignal<Option<String>>,
    pub name_fault: RwSignal<Option<String>>,
    pub url_fault: RwSignal<Option<String>>,
    pub credential_fault: RwSignal<Option<String>>,
    pub run: RwSignal<TestRun>,
    runs: StoredValue<u64>,
    refused: RwSignal<Option<Refusal>>,
    /// The consent to send the credential to the refused host.
    pub allow: RwSignal<bool>,
    pub save: Save,
    client: StoredValue<ReadClient>,
}

/// The field that comes first among those that are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Url,
    Credential,
}

impl Form {
    /// An empty form. Call it while the dialog is built.
    pub(super) fn new() -> Self {
        Self {
            before: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            url: RwSignal::new(String::new()),
            picker: PickerHandle::new(None),
            host: RwSignal::new(None),
            name_fault: RwSignal::new(None),
            url_fault: RwSignal::new(None),
            credential_fault: RwSignal::new(None),
            run: RwSignal::new(TestRun::Idle),
            runs: StoredValue::new(0),
            refused: RwSignal::new(None),
            allow: RwSignal::new(false),
            save: Save::new(),
            client: StoredValue::new(ReadClient::from_context()),
        }
    }

    /// Shows a saved server.
    pub(super) fn load(self, server: McpServer) {
        self.name.set(server.name.clone());
        self.url.set(server.url.clone());
        self.host.set(host_of(&server.url));
        self.picker.reset(server.credential.clone());
        self.before.set(Some(server));
    }

    /// What stands in it. Tracked.
    pub(super) fn draft(self) -> Draft {
        Draft {
            name: self.name.get(),
            url: self.url.get(),
            credential_id: self.picker.selected_id(),
        }
    }

    /// Whether something would be lost by closing it, asked once.
    pub(super) fn is_dirty(self) -> bool {
        untrack(|| {
            let begun = self.before.get().as_ref().map(Draft::of).unwrap_or_default();
            self.draft() != begun || self.picker.has_unpicked_text()
        })
    }

    /// What is refused about the present address and credential. Tracked.
    pub(super) fn refusal(self) -> Option<Refusal> {
        let now = self.draft().tested();
        self.refused.get().filter(|refusal| refusal.tested == now)
    }

    /// Checks the name; says whether it fits.
    pub(super) fn check_name(self) -> bool {
        let fault = untrack(|| self.draft()).name_fault();
        self.name_fault.set(fault.map(|fault| fault.detail().to_owned()));
        fault.is_none()
    }

    /// Checks the address, and takes note of its host.
    pub(super) fn check_url(self) -> bool {
        let draft = untrack(|| self.draft());
        let fault = draft.url_fault();
        self.url_fault.set(fault.map(|fault| address_words(fault).to_owned()));
        if fault.is_none() {
            self.host.set(host_of(&draft.url));
        }
        fault.is_none()
    }

    /// Checks that the field of the credential stands for something.
    fn check_credential(self) -> bool {
        // The address was changed, and Enter pressed in its field: the picker is about to clear the choice.
        let leads_elsewhere = untrack(|| {
            let before = self.host.get();
            let now = host_of(&self.url.get());
            self.picker.selected_id().is_some() && before.is_some() && now.is_some() && before != now
        });
        let fault = if leads_elsewhere || untrack(|| self.picker.awaits_choice()) {
            Some(text::choose_again())
        } else if untrack(|| self.picker.has_unpicked_text()) {
            Some(text::pick_one())
        } else {
            None
        };
        self.credential_fault.set(fault.map(str::to_owned));
        fault.is_none()
    }

    /// Checks what a test needs, or everything that saving needs; gives the first wrong field.
    fn check(self, for_saving: bool) -> Option<Field> {
        let credential = self.check_credential();
        let name = !for_saving || self.check_name();
        let url = self.check_url();
        match (name, url, credential) {
            (false, ..) => Some(Field::Name),
            (_, false, _) => Some(Field::Url),
            (.., false) => Some(Field::Credential),
            (true, true, true) => None,
        }
    }

    fn allows_host(self) -> bool {
        untrack(|| self.refusal().is_some()) && self.allow.get_untracked()
    }

    /// Saves; gives the first wrong field to `focus` where it cannot, and the saved server to `done`.
    pub(super) fn submit(self, focus: Callback<Field>, done: Callback<McpServer>) {
        if let Some(field) = self.check(true) {
            focus.run(field);
            return;
        }
        let draft = untrack(|| self.draft());
        let (before, allow) = (self.before.get_untracked(), self.allows_host());
        let me = use_me().map(|me| me.id);
        let client = self.client.get_value();
        let (sent, sent_before) = (draft.clone(), before.clone());
        self.save.run(
            move || {
                let (draft, before) = (sent.clone(), sent_before.clone());
                async move {
                    match before {
                        None => WriteClient.create_mcp_server(&draft.create(allow)).await,
                        Some(server) => {
                            let input = draft.update(&server, allow);
                            WriteClient.update_mcp_server(server.id, server.revision, &input).await
                        }
                    }
                }
            },
            {
                let draft = draft.clone();
                move || look_for(client.clone(), draft.clone(), before.clone(), me)
            },
            move |saved| done.run(saved),
            move || self.show_problem(&draft, focus),
        );
    }

    /// Puts what the server refused to the fields that it is about.
    fn show_problem(self, draft: &Draft, focus: Callback<Field>) {
        let Some(problem) = untrack(|| self.save.problem()) else {
            return;
        };
        let at = |pointer| problem.field(pointer).map(|fault| fault.detail.clone());
        self.name_fault.set(at("/name"));
        self.url_fault.set(at("/url"));
        let refused = self.note_refusal(draft.tested(), &problem);
        self.credential_fault
            .set(if refused { None } else { at("/credential_id") });
        let first = [
            ("/name", Field::Name),
            ("/url", Field::Url),
            ("/credential_id", Field::Credential),
        ]
        .into_iter()
        .find(|(pointer, _)| problem.field(pointer).is_some());
        if let Some((_, field)) = first {
            focus.run(field);
        }
    }

    fn note_refusal(self, tested: Tested, problem: &Problem) -> bool {
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

    /// Tests what stands in the form, or gives the first wrong field to `focus`.
    pub(super) fn test(self, focus: Callback<Field>) {
        if let Some(field) = self.check(false) {
            focus.run(field);
            return;
        }
        let number = self.runs.get_value() + 1;
        self.runs.set_value(number);
        let draft = untrack(|| self.draft());
        let body = draft.test(self.before.get_untracked().as_ref(), self.allows_host());
        let subject = Subject {
            host: host_of(&draft.url),
            credential: untrack(|| self.picker.selected()).and_then(|choice| choice.name),
        };
        self.run.set(TestRun::Running(number));
        spawn_local(async move {
            let answer = WriteClient.test_mcp_server(&body).await;
            // The form may be gone by now.
            let _ = self
                .run
                .try_update(|run| run.answered(number, (draft.tested(), subject), answer));
            let problem = self.run.try_with_untracked(|run| match run {
                TestRun::Ended { outcome, .. } => match &**outcome {
                    Outcome::Problem(problem) => Some(problem.clone()),
                    Outcome::Connected(_) | Outcome::NoAnswer(_) => None,
                },
                TestRun::Idle | TestRun::Running(_) | TestRun::Cancelled => None,
            });
            if let Some(problem) = problem.flatten() {
                self.note_refusal(draft.tested(), &problem);
            }
        });
    }

    /// Stops waiting for a running test.
    pub(super) fn cancel_test(self) {
        self.run.set(TestRun::Cancelled);
    }

    /// Fetches what somebody else saved, and lays what was changed here over it.
    pub(super) fn take_over(self) {
        let Some(before) = self.before.get_untracked() else {
            return;
        };
        let client = self.client.get_value();
        spawn_local(async move {
            // Where this fails, the form says no less than before, and the button is still there.
            let Ok(theirs) = client.mcp_server(before.id).await else {
                return;
            };
            let merged = untrack(|| self.draft()).on_top_of(&before, &theirs);
            let mine = untrack(|| self.picker.selected()).filter(|choice| Some(choice.id) == merged.credential_id);
            self.host.set(host_of(&merged.url));
            self.name.set(merged.name);
            self.url.set(merged.url);
            if mine.is_none() {
                self.picker.reset(
                    theirs
                        .credential
                        .clone()
                        .filter(|choice| Some(choice.id) == merged.credential_id),
                );
            }
            self.before.set(Some(theirs));
            self.save.reset();
        });
    }
}

fn address_words(fault: AddressFault) -> &'static str {
    match fault {
        AddressFault::Missing => text::address::MISSING,
        AddressFault::Scheme => text::address::SCHEME,
        AddressFault::Host => text::address::HOST,
        AddressFault::UserInfo => text::address::USER_INFO,
        AddressFault::Fragment => text::address::FRAGMENT,
    }
}

/// The answer was lost: does the server have what was sent?
async fn look_for(
    client: ReadClient,
    draft: Draft,
    before: Option<McpServer>,
    me: Option<crate::accounts::UserId>,
) -> Result<Look<McpServer>, ClientError> {
    let sent = Draft {
        name: draft.name.trim().to_owned(),
        url: draft.url.trim().to_owned(),
        ..draft
    };
    let found = if let Some(before) = before {
        let now = client.mcp_server(before.id).await?;
        (now.revision > before.revision).then_some(now)
    } else {
        let query = Query {
            search: Some(sent.name.clone()),
            sort: Some("-created_at".to_owned()),
            ..Query::default()
        };
        let page = client.mcp_servers(&query).await?;
        page.items.into_iter().find(|server| Some(server.owner.id) == me)
    };
    Ok(found
        .filter(|server| Draft::of(server) == sent)
        .map_or(Look::NotSaved, Look::Saved))
}
