//! Changing where the value of a credential may be sent.

use contract::api::Patch;
use contract::credentials::{Credential, UpdateCredential};
use contract::problem::Problem;
use leptos::prelude::*;

use super::{Done, conflict::LoadCurrent, reconcile};
use crate::{
    api::{ReadClient, WriteClient},
    credentials::messages,
    ui::{
        Dialog, DialogBody, DialogFooter, DialogForm, DialogHandle, FieldFrame, FieldIds, GeneralError, Save,
        focus_when_painted, use_toasts,
    },
};

const HOSTS_ID: &str = "credential-hosts";

/// The entries of a text, one per line. A comma before a space separates two, too; any other may be part of a path.
fn parse_hosts(text: &str) -> Vec<String> {
    text.lines()
        .flat_map(|line| line.split(", "))
        .map(|entry| entry.trim().trim_end_matches(','))
        .filter(|host| !host.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The errors of a problem about single entries, one per line, each after its entry.
fn hosts_fault(problem: &Problem, hosts: &[String]) -> Option<String> {
    let faults = problem.errors.iter().filter_map(|error| {
        let item = error.pointer.strip_prefix("/allowed_hosts")?;
        let index = item.strip_prefix('/').and_then(|index| index.parse::<usize>().ok());
        Some(match index.and_then(|index| hosts.get(index)) {
            Some(host) => format!("{host}: {}", error.detail),
            None => error.detail.clone(),
        })
    });
    let faults: Vec<String> = faults.collect();
    (!faults.is_empty()).then(|| faults.join("\n"))
}

/// The dialog of the allowed destinations.
#[component]
pub fn AllowedHostsDialog(
    /// The credential as it was fetched.
    credential: Credential,
    on_close: Callback<()>,
    on_done: Callback<Done>,
) -> impl IntoView {
    let title = messages::hosts_title(&credential.name);
    let begun_with = StoredValue::new(credential.allowed_hosts.join("\n"));
    let typed = RwSignal::new(begun_with.get_value());
    let credential = RwSignal::new(credential);
    let is_dirty = Callback::new(move |()| begun_with.with_value(|begun_with| *begun_with != typed.get_untracked()));
    view! {
        <Dialog title is_dirty on_close>
            <HostsForm credential typed on_done />
        </Dialog>
    }
}

#[component]
fn HostsForm(credential: RwSignal<Credential>, typed: RwSignal<String>, on_done: Callback<Done>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let toasts = use_toasts();
    let client = StoredValue::new(ReadClient::from_context());
    let save = Save::new();
    let said = RwSignal::new(None::<String>);
    let fault = Signal::derive(move || {
        save.problem()
            .and_then(|problem| hosts_fault(&problem, &parse_hosts(&typed.get_untracked())))
    });
    let submit = Callback::new(move |()| {
        said.set(None);
        let (id, revision) = credential.with_untracked(|credential| (credential.id, credential.revision));
        let hosts = StoredValue::new(parse_hosts(&typed.get_untracked()));
        save.run(
            move || {
                let input = UpdateCredential {
                    allowed_hosts: Patch::Set(hosts.get_value()),
                    ..UpdateCredential::default()
                };
                async move { WriteClient.update_credential(id, revision, &input).await }
            },
            move || {
                let sent = hosts.with_value(Vec::len);
                reconcile::after_update(client.get_value(), id, revision, move |credential| {
                    credential.allowed_hosts.len() == sent
                })
            },
            move |saved: Credential| {
                dialog.close();
                toasts.say(messages::hosts_saved(&saved.name));
                on_done.run(Done::Saved(Box::new(saved)));
            },
            move || {
                if fault.get_untracked().is_some() {
                    focus_when_painted(HOSTS_ID);
                }
            },
        );
    });
    let emptied = move || {
        let stops = credential.with(|credential| credential.used_by > 0 && !credential.allowed_hosts.is_empty());
        (stops && typed.with(|typed| parse_hosts(typed).is_empty())).then(messages::emptied)
    };
    let ids = FieldIds::of(HOSTS_ID);
    let described = {
        let ids = ids.clone();
        move || ids.described_by(true, fault.get().is_some())
    };
    view! {
        <DialogForm on_submit=submit>
            <DialogBody>
                <FieldFrame ids label=messages::allowed_hosts() help=messages::allowed_hosts_help() error=fault>
                    <textarea
                        class="field-input field-lines"
                        id=HOSTS_ID
                        rows="4"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        autofocus=true
                        aria-invalid=move || fault.get().is_some().then_some("true")
                        aria-describedby=described
                        prop:value=typed
                        on:input=move |event| typed.set(event_target_value(&event))
                    ></textarea>
                </FieldFrame>
                <p role="status">{emptied}</p>
                <p role="status">{move || said.get()}</p>
            </DialogBody>
            <GeneralError
                state=save.state()
                also=Callback::new(|pointer: String| pointer.starts_with("/allowed_hosts"))
            >
                <LoadCurrent save credential said />
            </GeneralError>
            <DialogFooter busy=save.busy() />
        </DialogForm>
    }
}

#[cfg(test)]
mod tests {
    use contract::problem::{Problem, Violation};

    use super::{hosts_fault, parse_hosts};

    #[test]
    fn entries_are_read_from_lines_and_commas_before_spaces() {
        assert_eq!(
            parse_hosts(" a.example/x,y \n\nb.example:8443, c.example,\n"),
            ["a.example/x,y", "b.example:8443", "c.example"]
        );
        assert!(parse_hosts("\n , ").is_empty());
    }

    #[test]
    fn each_bad_entry_is_named_with_its_own_error() {
        let error = |pointer: &str, detail: &str| Violation {
            pointer: pointer.to_owned(),
            code: "bad-host".to_owned(),
            detail: detail.to_owned(),
        };
        let mut problem = Problem::local("invalid", 422);
        let hosts = ["a".to_owned(), "b".to_owned()];
        assert_eq!(hosts_fault(&problem, &hosts), None);
        problem.errors = vec![
            error("/name", "Other."),
            error("/allowed_hosts/1", "Second."),
            error("/allowed_hosts/7", "Unknown."),
            error("/allowed_hosts", "Too many."),
        ];
        assert_eq!(
            hosts_fault(&problem, &hosts).as_deref(),
            Some("b: Second.\nUnknown.\nToo many.")
        );
    }
}
