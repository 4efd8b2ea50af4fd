//! What the page holds, and running it.

use contract::ai::{ActionName, ActionOutput};
use contract::model_bindings::ModelBindingId;
use contract::problem::Problem;
use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::{Map, Value, json};

use super::mcp_rows::McpRow;
use super::trial::Trial;
use crate::api::{ClientError, WriteClient};
use crate::schemas::FormHandle;
use crate::ui::{ReauthOutcome, SignInAgain, scroll_into_sight};

pub(super) const OUTPUT_ID: &str = "try-output";

/// The generated forms of the present action.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActionForms {
    pub inputs: FormHandle,
    pub settings: FormHandle,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct TryModel {
    binding: ModelBindingId,
    pub action: RwSignal<ActionName>,
    pub forms: RwSignal<Option<ActionForms>>,
    /// What was typed for actions before this one.
    kept: StoredValue<(Map<String, Value>, Map<String, Value>)>,
    /// The MCP servers of an agent.
    pub mcp: RwSignal<Vec<McpRow>>,
    /// Whether the settings are unfolded.
    pub unfolded: RwSignal<bool>,
    pub trial: RwSignal<Trial>,
    count: StoredValue<u64>,
    abort: StoredValue<Option<AbortHandle>>,
    again: SignInAgain,
}

impl TryModel {
    /// Nothing was run yet. Call it while the page is built.
    pub(super) fn new(binding: ModelBindingId) -> Self {
        Self {
            binding,
            action: RwSignal::new(ActionName::AiGenerateText),
            forms: RwSignal::new(None),
            kept: StoredValue::new((Map::new(), Map::new())),
            mcp: RwSignal::new(Vec::new()),
            unfolded: RwSignal::new(false),
            trial: RwSignal::new(Trial::default()),
            count: StoredValue::new(0),
            abort: StoredValue::new(None),
            again: SignInAgain::from_context(),
        }
    }

    /// Chooses another action; what was typed stays where that one takes it.
    pub(super) fn choose(self, action: ActionName) {
        if let Some(forms) = self.forms.get_untracked() {
            let values = untrack(|| (forms.inputs.value(), forms.settings.value()));
            self.kept.update_value(|(inputs, settings)| {
                inputs.extend(values.0.as_object().cloned().unwrap_or_default());
                settings.extend(values.1.as_object().cloned().unwrap_or_default());
            });
        }
        self.action.set(action);
    }

    /// Takes the forms of an action, filled with what was typed before.
    pub(super) fn show(self, forms: ActionForms) {
        let (inputs, settings) = self.kept.get_value();
        forms.inputs.load(&Value::Object(inputs), &[]);
        forms.settings.load(&Value::Object(settings), &[]);
        self.forms.set(Some(forms));
    }

    /// Runs what stands there; the focus goes to the first wrong field where it cannot.
    pub(super) fn run(self) {
        let Some(body) = self.body() else { return };
        let number = self.count.get_value() + 1;
        self.count.set_value(number);
        self.trial.set(Trial::started(number));
        scroll_into_sight(OUTPUT_ID);
        let action = self.action.get_untracked();
        let (waiting, abort) = abortable(async move {
            let mut end = self.ask(action, &body, number).await;
            let ended = end.as_ref().is_err_and(ClientError::is_unauthorized);
            if ended {
                match self.again.ask().await {
                    ReauthOutcome::SamePerson => end = self.ask(action, &body, number).await,
                    ReauthOutcome::OtherPerson => end = Err(ClientError::OtherPerson),
                    ReauthOutcome::Declined => {}
                }
            }
            end
        });
        self.abort.set_value(Some(abort));
        spawn_local(async move {
            // Broken off: the request went with its future.
            let Ok(end) = waiting.await else { return };
            if let Err(ClientError::Problem(problem)) = &end {
                self.show_problem(problem);
            }
            // The page may be left by now.
            let _ = self.trial.try_update(|trial| trial.ended(number, end));
        });
    }

    async fn ask(self, action: ActionName, body: &Value, number: u64) -> Result<Option<ActionOutput>, ClientError> {
        if !action.streams() {
            return WriteClient.run_action(action, body).await.map(Some);
        }
        let on_event = move |event| {
            let _ = self.trial.try_update(|trial| trial.take(number, event));
        };
        WriteClient.stream_action(action, body, on_event).await.map(|()| None)
    }

    /// Ends it, here and, since the connection ends, on the server.
    pub(super) fn stop(self) {
        self.abort_run();
        self.trial.update(Trial::stop);
    }

    /// The same for a page that is left.
    pub(super) fn abort_run(self) {
        if let Some(abort) = self.abort.try_update_value(Option::take).flatten() {
            abort.abort();
        }
    }

    /// What is sent, if everything fits.
    fn body(self) -> Option<Value> {
        let forms = self.forms.get_untracked()?;
        let inputs = forms.inputs.check();
        let settings = forms.settings.check();
        let action = self.action.get_untracked();
        let rows = if action == ActionName::AiAgent {
            self.mcp.get_untracked()
        } else {
            Vec::new()
        };
        let mcp: Vec<_> = rows.into_iter().map(|row| (row.form, row.form.check())).collect();
        // From the top of the page.
        let inputs = inputs.map_err(|pointer| forms.inputs.focus(&pointer)).ok()?;
        for (form, checked) in &mcp {
            if let Err(pointer) = checked {
                form.focus(pointer);
                return None;
            }
        }
        let settings = settings.map_err(|pointer| self.focus_setting(forms, &pointer)).ok()?;
        let mcp: Vec<Value> = mcp.into_iter().filter_map(|(_, checked)| checked.ok()).collect();
        let mut body = json!({"model_binding_id": self.binding, "inputs": inputs, "settings": settings});
        if !mcp.is_empty() {
            body["mcp"] = Value::Array(mcp);
        }
        Some(body)
    }

    fn focus_setting(self, forms: ActionForms, pointer: &str) {
        self.unfolded.set(true);
        forms.settings.focus(pointer);
    }

    /// Puts what the server refused to its fields.
    fn show_problem(self, problem: &Problem) {
        let Some(forms) = self.forms.try_get_untracked().flatten() else {
            return;
        };
        let settings = forms.settings.show_problem(problem, "/settings");
        let inputs = forms.inputs.show_problem(problem, "/inputs");
        for (index, row) in self.mcp.get_untracked().into_iter().enumerate() {
            if let Some(pointer) = row.form.show_problem(problem, &format!("/mcp/{index}")) {
                row.form.focus(&pointer);
            }
        }
        if let Some(pointer) = inputs {
            forms.inputs.focus(&pointer);
        } else if let Some(pointer) = settings {
            self.focus_setting(forms, &pointer);
        }
    }
}
