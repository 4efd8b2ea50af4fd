//! The fields of the form and its buttons.

use contract::mcp_servers::{McpServer, TestResult};
use leptos::html::Input;
use leptos::prelude::*;

use super::draft::Tested;
use super::model::{Field, Form};
use super::program::{ARGS_ID, COMMAND_ID, CWD_ID, ENV_ID};
use super::program_fields::ProgramFields;
use super::transport::TransportChoice;
use crate::credential_forms::{AllowHost, Headline, Outcome, PlainWarning, TakeOver, TestButton, TestPanel, TestState};
use crate::credentials::picker::CredentialPicker;
use crate::destination::Destination;
use crate::mcp_servers::connection::Connected;
use crate::mcp_servers::messages;
use crate::ui::{
    DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, FieldIssue, GeneralError, TextField,
    focus_element,
};

const NAME_ID: &str = "mcp-server-name";
const URL_ID: &str = "mcp-server-url";
const CREDENTIAL_ID: &str = "mcp-server-credential";
const POINTERS: &[&str] = &[
    "/name",
    "/url",
    "/credential_id",
    "/command",
    "/args",
    "/cwd",
    "/env_names",
];

/// The form; inside a dialog.
#[component]
pub(super) fn FormFields(form: Form, on_saved: Callback<McpServer>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let name = NodeRef::<Input>::new();
    let url = NodeRef::<Input>::new();
    let focus = Callback::new(move |field| focus_field(form, field, name, url));
    let done = Callback::new(move |saved: McpServer| {
        form.picker.referrer_saved();
        dialog.close();
        on_saved.run(saved);
    });
    let submit = Callback::new(move |()| form.submit(focus, done));
    on_cleanup(move || form.tester.abort());
    // A fault is of one choice. The effect follows the choice alone: the focus and the open list belong to the picker, too.
    Effect::new(move |before: Option<_>| {
        let chosen = (
            form.picker.selected_id(),
            form.picker.awaits_choice() || form.picker.has_unpicked_text(),
        );
        if before.is_some_and(|before| before != chosen) && !chosen.1 {
            form.credential_fault.set(None);
        }
        chosen
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <ErrorSummary issues=Signal::derive(move || issues(form)) />
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=messages::name()
                    value=form.name
                    help=messages::name_help()
                    error=form.name_fault
                    autofocus=true
                    node_ref=name
                    on_check=Callback::new(move |()| {
                        form.check_name();
                    })
                />
                <TransportChoice form />
                <Show when=move || form.is_program() fallback=move || view! { <AddressFields form url /> }>
                    <ProgramFields program=form.program />
                </Show>
                <TestPanel
                    id="mcp-test"
                    headline=Signal::derive(move || {
                        form.tester
                            .run
                            .with(|run| Headline::of_run(run, |result| messages::connected(result.tool_count)))
                    })
                    outdated=Signal::derive(move || form.tester.is_outdated(&form.tested()))
                    details=move || details(&form.tester.run.get())
                />
            </DialogBody>
            <GeneralError state=form.save.state() pointers=POINTERS>
                <TakeOver save=form.save on_take_over=Callback::new(move |()| form.take_over()) />
            </GeneralError>
            <DialogFooter busy=form.save.busy()>
                <TestButton
                    words=messages::test_connection()
                    running=Signal::derive(move || form.tester.is_running())
                    on_test=Callback::new(move |()| form.test(focus))
                    on_cancel=Callback::new(move |()| form.tester.cancel())
                />
            </DialogFooter>
        </DialogForm>
    }
}

/// The address and the credential for it.
#[component]
fn AddressFields(form: Form, url: NodeRef<Input>) -> impl IntoView {
    let typed_host = Signal::derive(move || Destination::of_address(&form.url.get()).map(|to| to.host()));
    let credential_error = Signal::derive(move || {
        let fault = form.consent.fault(&form.tested());
        fault.or_else(|| form.credential_fault.get())
    });
    view! {
        <TextField
            ids=FieldIds::of(URL_ID)
            label=messages::url()
            value=form.url
            kind="url"
            help=messages::url_help()
            error=form.url_fault
            placeholder=messages::url_example()
            node_ref=url
            on_check=Callback::new(move |()| {
                form.check_url();
            })
        />
        <CredentialPicker
            handle=form.picker
            ids=FieldIds::of(CREDENTIAL_ID)
            label=messages::credential()
            destination=form.destination
            help=Signal::derive(move || messages::sent_to(typed_host.get().as_deref()))
            none=messages::no_authentication()
            error=credential_error
        />
        <AllowHost
            refusal=Signal::derive(move || form.consent.refusal(&form.tested()))
            picker=form.picker
            destination=form.destination.into()
            allow=form.consent.allow
        />
        <PlainWarning address=Signal::derive(move || { form.picker.selected_id().is_some().then(|| form.url.get()) }) />
    }
}

/// What a successful test found.
fn details(run: &TestState<Tested, TestResult>) -> Option<AnyView> {
    match run {
        TestState::Ended { outcome, .. } => match &**outcome {
            Outcome::Connected(result) => Some(view! { <Connected result=result.clone() /> }.into_any()),
            Outcome::Problem(_) | Outcome::NoAnswer(_) => None,
        },
        TestState::Idle | TestState::Running(_) | TestState::Cancelled => None,
    }
}

fn issues(form: Form) -> Vec<FieldIssue> {
    let program = form.program;
    let name = (NAME_ID, messages::name(), form.name_fault);
    let fields: &[_] = if form.is_program() {
        &[
            name,
            (COMMAND_ID, messages::program_command(), program.command_fault),
            (ARGS_ID, messages::program_args(), program.args_fault),
            (CWD_ID, messages::program_cwd(), program.cwd_fault),
            (ENV_ID, messages::program_variables(), program.env_fault),
        ]
    } else {
        &[
            name,
            (URL_ID, messages::url(), form.url_fault),
            (CREDENTIAL_ID, messages::credential(), form.credential_fault),
        ]
    };
    fields
        .iter()
        .filter_map(|(control, label, fault)| {
            Some(FieldIssue {
                control: (*control).to_owned(),
                label: (*label).to_owned(),
                message: fault.get()?,
            })
        })
        .collect()
}

fn focus_field(form: Form, field: Field, name: NodeRef<Input>, url: NodeRef<Input>) {
    let input = match field {
        Field::Name => name,
        Field::Url => url,
        Field::Credential => return form.picker.focus(),
        Field::Program(id) => return focus_element(id),
    };
    if let Some(input) = input.get_untracked() {
        // It is shown, so it can take the focus.
        let _ = input.focus();
    }
}
