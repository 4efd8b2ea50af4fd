//! The fields of the form and its buttons.

use contract::model_bindings::{ModelBinding, ModelTestResult, Provider};
use leptos::prelude::*;
use serde_json::Value;

use super::model::{API_KEY, BindingForm, SETTINGS};
use crate::credential_forms::{AllowHost, Headline, Outcome, PlainWarning, TakeOver, TestButton, TestPanel, TestState};
use crate::model_bindings::destination::base_url;
use crate::model_bindings::test_result::Answered;
use crate::model_bindings::{leads_to, messages};
use crate::schemas::SchemaForm;
use crate::ui::{
    DialogBody, DialogFooter, DialogForm, DialogHandle, ErrorSummary, FieldIds, FieldIssue, GeneralError, TextField,
};

pub(super) const NAME_ID: &str = "model-binding-name";

/// The form; inside a dialog.
#[component]
pub(super) fn FormFields(form: BindingForm, on_saved: Callback<ModelBinding>) -> impl IntoView {
    let dialog = DialogHandle::from_context();
    let done = Callback::new(move |saved: ModelBinding| {
        form.settings.saved();
        dialog.close();
        on_saved.run(saved);
    });
    on_cleanup(move || form.tester.abort());
    clear_for_another_provider(form);
    say_refusal(form);
    let settings = Signal::derive(move || form.settings.value());
    view! {
        <DialogForm on_submit=Callback::new(move |()| form.submit(done))>
            <DialogBody>
                <ErrorSummary issues=Signal::derive(move || issues(form)) />
                <TextField
                    ids=FieldIds::of(NAME_ID)
                    label=messages::name()
                    value=form.name
                    help=messages::name_help()
                    error=form.name_fault
                    autofocus=true
                    on_check=Callback::new(move |()| {
                        form.check_name();
                    })
                />
                <SchemaForm form=form.settings />
                {form
                    .settings
                    .picker(API_KEY)
                    .map(|picker| {
                        view! {
                            <AllowHost
                                refusal=Signal::derive(move || form.consent.refusal(&settings.get()))
                                picker
                                destination=Signal::derive(move || form.settings.destination())
                                allow=form.consent.allow
                            />
                        }
                    })}
                <PlainWarning address=Signal::derive(move || {
                    form.settings.credential(API_KEY).and_then(|_| base_url(&settings.get()))
                }) />
                <TestPanel
                    id="model-test"
                    headline=Signal::derive(move || {
                        form.tester.run.with(|run| Headline::of_run(run, |_| messages::works().to_owned()))
                    })
                    outdated=Signal::derive(move || form.tester.is_outdated(&settings.get()))
                    details=move || details(&form.tester.run.get())
                />
            </DialogBody>
            <GeneralError
                state=form.save.state()
                pointers=&["/name"]
                also=Callback::new(move |pointer: String| form.settings.shows(&pointer, SETTINGS))
            >
                <TakeOver save=form.save on_take_over=Callback::new(move |()| form.take_over()) />
            </GeneralError>
            <DialogFooter busy=form.save.busy()>
                <TestButton
                    words=messages::test_model()
                    running=Signal::derive(move || form.tester.is_running())
                    on_test=Callback::new(move |()| form.test())
                    on_cancel=Callback::new(move |()| form.tester.cancel())
                />
            </DialogFooter>
        </DialogForm>
    }
}

/// What a successful test found.
fn details(run: &TestState<Value, ModelTestResult>) -> Option<AnyView> {
    match run {
        TestState::Ended { outcome, .. } => match &**outcome {
            Outcome::Connected(result) => Some(view! { <Answered result=result.clone() /> }.into_any()),
            Outcome::Problem(_) | Outcome::NoAnswer(_) => None,
        },
        TestState::Idle | TestState::Running(_) | TestState::Cancelled => None,
    }
}

/// The wrong fields, from the top.
fn issues(form: BindingForm) -> Vec<FieldIssue> {
    let name = form.name_fault.get().map(|message| FieldIssue {
        control: NAME_ID.to_owned(),
        label: messages::name().to_owned(),
        message,
    });
    name.into_iter().chain(form.settings.issues()).collect()
}

/// The provider of the model, and the host that its key goes to, if there is one yet.
type Served = (Provider, Option<String>);

/// A key was chosen for one provider. Where the host changes with it, the picker notices by itself, and says so.
fn clear_for_another_provider(form: BindingForm) {
    Effect::new(move |before: Option<Option<Served>>| {
        let settled = form.settings.settled_value();
        let name = settled.get("provider").and_then(Value::as_str);
        let now = name
            .and_then(Provider::from_name)
            .map(|provider| (provider, leads_to(&settled).map(|to| to.host())));
        let before = before.flatten();
        if let (Some(before), Some(now)) = (&before, &now)
            && is_another_provider(before, now)
            && let Some(picker) = form.settings.picker(API_KEY)
        {
            picker.host_changed(before.0.label().to_owned(), now.0.label().to_owned());
        }
        now.or(before)
    });
}

/// Whether a key for the one is not for the other, and no change of the host tells.
fn is_another_provider(before: &Served, now: &Served) -> bool {
    let host_tells = matches!((&before.1, &now.1), (Some(before), Some(now)) if before != now);
    before.0 != now.0 && !host_tells
}

/// Says at the credential that it may not go to this host yet, until that is allowed.
fn say_refusal(form: BindingForm) {
    Effect::new(move |said: Option<bool>| {
        let fault = form.consent.fault(&form.settings.value());
        let says = fault.is_some();
        if says || said == Some(true) {
            form.settings.set_fault(API_KEY, fault);
        }
        says
    });
}

#[cfg(test)]
mod tests {
    use contract::model_bindings::Provider;
    use serde_json::{Value, json};

    use super::{Served, is_another_provider};
    use crate::model_bindings::leads_to;

    fn served(settings: &Value) -> Served {
        let name = settings["provider"].as_str().unwrap_or_default();
        (
            Provider::from_name(name).unwrap(),
            leads_to(settings).map(|to| to.host()),
        )
    }

    #[test]
    fn a_key_is_for_one_provider_wherever_it_is_reached() {
        let cleared = |before: Value, now: Value| is_another_provider(&served(&before), &served(&now));
        let openai = json!({"provider": "openai"});
        assert!(!cleared(openai.clone(), openai.clone()));
        // The same host.
        assert!(cleared(openai.clone(), json!({"provider": "openai-responses"})));
        // No host yet: whichever is typed then, it is of another provider.
        assert!(cleared(openai.clone(), json!({"provider": "openai-compatible"})));
        assert!(cleared(json!({"provider": "openai-compatible"}), openai.clone()));
        // The address of the same provider: the picker looks after that.
        let typed = json!({"provider": "openai-compatible", "base_url": "https://api.openai.com/v1"});
        assert!(!cleared(json!({"provider": "openai-compatible"}), typed));
        // Another host: so does it here.
        assert!(!cleared(openai, json!({"provider": "anthropic"})));
    }
}
