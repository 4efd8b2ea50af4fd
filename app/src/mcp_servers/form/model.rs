//! What the form holds, and what its buttons do.

use contract::mcp_servers::{McpServer, TestResult, Transport};
use leptos::prelude::*;

use super::draft::{Allow, Draft, Tested};
use super::program::ProgramModel;
use crate::api::ReadClient;
use crate::credential_forms::{ConnectionTest, Consent};
use crate::credentials::picker::PickerHandle;
use crate::destination::Destination;
use crate::mcp_servers::messages;
use crate::ui::Save;

#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// The saved server that is being changed.
    pub before: RwSignal<Option<McpServer>>,
    pub name: RwSignal<String>,
    pub transport: RwSignal<Transport>,
    pub url: RwSignal<String>,
    pub program: ProgramModel,
    pub picker: PickerHandle,
    /// The destination of the address as it was when its field was left.
    pub destination: RwSignal<Option<Destination>>,
    pub name_fault: RwSignal<Option<String>>,
    pub url_fault: RwSignal<Option<String>>,
    pub credential_fault: RwSignal<Option<String>>,
    pub tester: ConnectionTest<Tested, TestResult>,
    pub consent: Consent<Tested>,
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
            destination: RwSignal::new(None),
            name_fault: RwSignal::new(None),
            url_fault: RwSignal::new(None),
            credential_fault: RwSignal::new(None),
            tester: ConnectionTest::new(),
            consent: Consent::new(),
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
        self.destination.set(Destination::of_address(&draft.url));
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

    /// What a test of it depends on. Tracked.
    pub(super) fn tested(self) -> Tested {
        self.draft().tested()
    }

    /// Checks the name; says whether it fits.
    pub(super) fn check_name(self) -> bool {
        let fault = untrack(|| self.draft()).name_fault();
        self.name_fault.set(fault.map(|fault| fault.detail().to_owned()));
        fault.is_none()
    }

    /// Checks the address, and keeps its destination.
    pub(super) fn check_url(self) -> bool {
        let draft = untrack(|| self.draft());
        let fault = draft.url_fault();
        self.url_fault.set(fault.map(|fault| fault.detail().to_owned()));
        if fault.is_none() {
            self.destination.set(Destination::of_address(&draft.url));
        }
        fault.is_none()
    }

    /// Checks that the field of the credential stands for something.
    fn check_credential(self) -> bool {
        // The address was changed, and Enter pressed in its field: the picker is about to clear the choice.
        let leads_elsewhere = untrack(|| {
            let before = self.destination.get();
            let now = Destination::of_address(&self.url.get());
            let moved = before
                .zip(now)
                .is_some_and(|(before, now)| before.origin() != now.origin());
            moved && self.picker.selected_id().is_some()
        });
        let fault = if leads_elsewhere || untrack(|| self.picker.awaits_choice()) {
            Some(messages::choose_again())
        } else if untrack(|| self.picker.has_unpicked_text()) {
            Some(messages::pick_one())
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

    /// The consent of the user to the refused destination, and to the whole host.
    pub(super) fn allow(self) -> Allow {
        untrack(|| Allow {
            host: self.consent.allows(&self.tested()),
            whole_host: Destination::of_address(&self.url.get()).is_some_and(|to| self.picker.allows_whole_host(&to)),
        })
    }
}
