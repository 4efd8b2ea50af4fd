//! The fields of the form and its buttons.

use leptos::html::Input;
use leptos::prelude::*;

use super::allow_host::AllowHost;
use super::model::{Field, Form};
use super::program::{ARGS_ID, COMMAND_ID, CWD_ID, ENV_ID};
use super::program_fields::ProgramFields;
use super::test_panel::TestPanel;
use super::test_run::TestRun;
use super::transport::TransportChoice;
use crate::address::{host_of, is_readable_on_the_way};
use crate::credentials::picker::CredentialPicker;
use crate::mcp_servers::{McpServer, text};
use crate::ui::{
    Button, DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, FieldIssue, GeneralError, Icon,
    IconKind, TextField, focus_element,
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
    on_cleanup(move || form.abort_test());
    // Whatever was wrong with the choice, another one is another matter.
    Effect::new(move || {
        let _ = form.picker.selected_id();
        if !form.picker.has_unpicked_text() && !form.picker.awaits_choice() {
            form.credential_fault.set(None);
        }
    });
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <ErrorSummary issues=Signal::derive(move || issues(form))/>
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=text::name()
                    value=form.name
                    help=text::name_help()
                    error=form.name_fault
                    autofocus=true
                    node_ref=name
                    on_check=Callback::new(move |()| {
                        form.check_name();
                    })
                />
                <TransportChoice form/>
                <Show when=move || form.is_program() fallback=move || view! { <AddressFields form url/> }>
                    <ProgramFields program=form.program/>
                </Show>
                <TestPanel run=form.run outdated=Signal::derive(move || form.run.get().is_outdated(&form.draft().tested()))/>
            </DialogBody>
            <GeneralError state=form.save.state() pointers=POINTERS>
                <TakeOver form/>
            </GeneralError>
            <DialogFooter busy=form.save.busy()>
                <TestButton form focus/>
            </DialogFooter>
        </DialogForm>
    }
    .into_any()
}

/// The address and the credential for it.
#[component]
fn AddressFields(form: Form, url: NodeRef<Input>) -> impl IntoView {
    let typed_host = Signal::derive(move || host_of(&form.url.get()));
    let credential_error = Signal::derive(move || {
        form.refusal()
            .map(|refusal| text::host_not_allowed(&refusal.host, &refusal.credential.name))
            .filter(|_| !form.allow.get())
            .or_else(|| form.credential_fault.get())
    });
    view! {
        <TextField
            ids=FieldIds::of(URL_ID)
            label=text::url()
            value=form.url
            kind="url"
            help=text::url_help()
            error=form.url_fault
            placeholder=text::url_example()
            node_ref=url
            on_check=Callback::new(move |()| {
                form.check_url();
            })
        />
        <CredentialPicker
            handle=form.picker
            ids=FieldIds::of(CREDENTIAL_ID)
            label=text::credential()
            host=form.host
            help=Signal::derive(move || text::sent_to(typed_host.get().as_deref()))
            none=text::no_authentication()
            error=credential_error
        />
        <AllowHost form/>
        <PlainWarning form/>
    }
    .into_any()
}

/// Starts a test, or ends the running one.
#[component]
fn TestButton(form: Form, focus: Callback<Field>) -> impl IntoView {
    let running = move || matches!(form.run.get(), TestRun::Running(_));
    let press = Callback::new(move |_| {
        if matches!(form.run.get_untracked(), TestRun::Running(_)) {
            form.cancel_test();
        } else {
            form.test(focus);
        }
    });
    view! {
        <Button on_press=press>
            {move || if running() { text::cancel_test() } else { text::test_connection() }}
        </Button>
    }
    .into_any()
}

/// After somebody else saved the server: a way on that loses nothing.
#[component]
fn TakeOver(form: Form) -> impl IntoView {
    let changed = move || {
        form.save
            .problem()
            .is_some_and(|problem| problem.slug() == "precondition-failed")
    };
    view! {
        <Show when=changed>
            <Button on_press=Callback::new(move |_| form.take_over())>{text::take_over()}</Button>
        </Show>
    }
    .into_any()
}

/// The value would go over a connection that is not encrypted.
#[component]
fn PlainWarning(form: Form) -> impl IntoView {
    let host = move || {
        let url = form.url.get();
        (form.picker.selected_id().is_some() && is_readable_on_the_way(&url))
            .then(|| host_of(&url))
            .flatten()
    };
    move || {
        host().map(|host| {
            view! {
                <div class="notice notice-warn">
                    <Icon kind=IconKind::Alert/>
                    <p>{text::readable_on_the_way(&host)}</p>
                </div>
            }
        })
    }
}

fn issues(form: Form) -> Vec<FieldIssue> {
    let program = form.program;
    let name = (NAME_ID, text::name(), form.name_fault);
    let fields: &[_] = if form.is_program() {
        &[
            name,
            (COMMAND_ID, text::program::command(), program.command_fault),
            (ARGS_ID, text::program::args(), program.args_fault),
            (CWD_ID, text::program::cwd(), program.cwd_fault),
            (ENV_ID, text::program::variables(), program.env_fault),
        ]
    } else {
        &[
            name,
            (URL_ID, text::url(), form.url_fault),
            (CREDENTIAL_ID, text::credential(), form.credential_fault),
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
