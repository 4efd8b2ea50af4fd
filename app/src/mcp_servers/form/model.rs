//! What the form holds, and what its buttons do.

use futures::future::AbortHandle;
use leptos::prelude::*;

use super::draft::{Draft, Tested};
use super::program::ProgramModel;
use super::test_run::TestRun;
use crate::address::host_of;
use crate::api::{NamedRecord, Problem, ReadClient};
use crate::credentials::picker::PickerHandle;
use crate::mcp_servers::{McpServer, Transport, text};
use crate::ui::Save;

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
    pub transport: RwSignal<Transport>,
    pub url: RwSignal<String>,
    pub program: ProgramModel,
    pub picker: PickerHandle,
    /// The host of the address as it was when its field was left.
    pub host: RwSignal<Option<String>>,
    pub name_fault: RwSignal<Option<String>>,
    pub url_fault: RwSignal<Option<String>>,
    pub credential_fault: RwSignal<Option<String>>,
    pub run: RwSignal<TestRun>,
    /// How many tests were started.
    pub runs: StoredValue<u64>,
    /// Breaks the running test off.
    pub abort: StoredValue<Option<AbortHandle>>,
    refused: RwSignal<Option<Refusal>>,
    /// The consent to send the credential to the refused host.
    pub allow: RwSignal<bool>,
    pub save: Save,
    pub client: StoredValue<ReadClient>,
}

/// The field that comes first among those that are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Name,
    Url,
    Credential,
    /// One of a program, by the id of its control.
    Program(&'static str),
}

impl Form {
    /// An empty form. Call it while the dialog is built.
    pub(super) fn new() -> Self {
        Self {
            before: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            transport: RwSignal::new(Transport::Http),
            url: RwSignal::new(String::new()),
            program: ProgramModel::new(),
            picker: PickerHandle::new(None),
            host: RwSignal::new(None),
            name_fault: RwSignal::new(None),
            url_fault: RwSignal::new(None),
            credential_fault: RwSignal::new(None),
            run: RwSignal::new(TestRun::Idle),
            runs: StoredValue::new(0),
            abort: StoredValue::new(None),
            refused: RwSignal::new(None),
            allow: RwSignal::new(false),
            save: Save::new(),
            client: StoredValue::new(ReadClient::from_context()),
        }
    }

    /// Shows a saved server.
    pub(super) fn load(self, server: McpServer) {
        self.show(Draft::of(&server));
        self.picker.reset(server.credential.clone());
        self.before.set(Some(server));
    }

    /// Fills the fields, but for the picker.
    pub(super) fn show(self, draft: Draft) {
        self.host.set(host_of(&draft.url));
        self.name.set(draft.name.clone());
        self.transport.set(draft.transport);
        self.url.set(draft.url.clone());
        self.program.show(draft);
    }

    /// What stands in it. Tracked.
    pub(super) fn draft(self) -> Draft {
        Draft {
            name: self.name.get(),
            transport: self.transport.get(),
            url: self.url.get(),
            credential_id: self.picker.selected_id(),
            ..self.program.draft()
        }
    }

    /// Whether it is about a program. Tracked.
    pub(super) fn is_program(self) -> bool {
        self.transport.get() == Transport::Stdio
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
        self.url_fault.set(fault.map(|fault| fault.detail().to_owned()));
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
    pub(super) fn check(self, for_saving: bool) -> Option<Field> {
        let name = !for_saving || self.check_name();
        if untrack(|| self.is_program()) {
            let program = self.program.check().map(Field::Program);
            return if name { program } else { Some(Field::Name) };
        }
        let credential = self.check_credential();
        let url = self.check_url();
        match (name, url, credential) {
            (false, ..) => Some(Field::Name),
            (_, false, _) => Some(Field::Url),
            (.., false) => Some(Field::Credential),
            (true, true, true) => None,
        }
    }

    /// Whether the refused host was allowed, and the form still is about it.
    pub(super) fn allows_host(self) -> bool {
        untrack(|| self.refusal().is_some()) && self.allow.get_untracked()
    }

    /// Keeps a refused host, if that is what a problem is about.
    pub(super) fn note_refusal(self, tested: Tested, problem: &Problem) -> bool {
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
