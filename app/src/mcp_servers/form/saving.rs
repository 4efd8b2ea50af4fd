//! Saving the form.

use contract::accounts::UserId;
use contract::api::Query;
use contract::mcp_servers::McpServer;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use super::model::{Field, Form};
use crate::accounts::use_me;
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::ui::WriteOutcome;

impl Form {
    /// Saves; gives the first wrong field to `focus` where it cannot, and the saved server to `done`.
    pub(super) fn submit(self, focus: Callback<Field>, done: Callback<McpServer>) {
        if let Some(field) = self.check(true) {
            focus.run(field);
            return;
        }
        let draft = untrack(|| self.draft());
        let (before, allow) = (self.before.get_untracked(), self.allow());
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
        let refused = self.consent.note(draft.tested(), &problem);
        self.credential_fault
            .set(if refused { None } else { at("/credential_id") });
        let program = self.program.show_problem(&problem).map(Field::Program);
        let first = [
            ("/name", Field::Name),
            ("/url", Field::Url),
            ("/credential_id", Field::Credential),
        ]
        .into_iter()
        .find(|(pointer, _)| problem.field(pointer).is_some());
        if let Some(field) = first.map(|(_, field)| field).or(program) {
            focus.run(field);
        }
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
            let credential_id = merged.credential_id;
            self.show(merged);
            if mine.is_none() {
                self.picker.reset(
                    theirs
                        .credential
                        .clone()
                        .filter(|choice| Some(choice.id) == credential_id),
                );
            }
            self.before.set(Some(theirs));
            self.save.reset();
        });
    }
}

/// The answer was lost: does the server have what was sent?
async fn look_for(
    client: ReadClient,
    draft: Draft,
    before: Option<McpServer>,
    me: Option<UserId>,
) -> Result<WriteOutcome<McpServer>, ClientError> {
    let sent = draft.normal();
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
        .map_or(WriteOutcome::NotSaved, WriteOutcome::Saved))
}
