//! Testing a saved record from its row.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Headline, HeadlineLine, Outcome, Record, messages};
use crate::api::ReadClient;
use crate::ui::{Button, Dialog, DialogBody};

/// Tests a saved record at once and shows the result; `on_close` stops rendering it. A function, since a component cannot
/// be told its type parameter.
pub(crate) fn test_dialog<T: Record>(id: T::Id, on_close: Callback<()>) -> AnyView {
    let client = StoredValue::new(ReadClient::from_context());
    let record = RwSignal::new(None::<T>);
    let outcome = RwSignal::new(None::<Outcome<T::Test>>);
    let test = move || {
        outcome.set(None);
        let client = client.get_value();
        spawn_local(async move {
            // Only for its names: where it fails, so does the test, and that is said.
            if let Ok(found) = T::fetch(client, id).await {
                let _ = record.try_set(Some(found));
            }
            let answer = T::test(id).await;
            // The dialog may be closed by now.
            let _ = outcome.try_set(Some(Outcome::of(answer)));
        });
    };
    Effect::new(test);
    let title = Signal::derive(move || record.with(|record| T::test_title(record.as_ref().map(T::name))));
    let headline = move || {
        let headline = match outcome.get() {
            None => {
                let target = record.with(|record| record.as_ref().and_then(T::target));
                Headline::Waiting(messages::testing(target.as_deref()))
            }
            Some(outcome) => Headline::of(&outcome, T::connected),
        };
        view! { <HeadlineLine headline /> }
    };
    let details = move || match outcome.get() {
        Some(Outcome::Connected(result)) => Some(T::facts(result)),
        _ => None,
    };
    view! {
        <Dialog title on_close>
            <DialogBody>
                <div role="status">{headline}</div>
                {details}
                <Show when=move || outcome.with(Option::is_some)>
                    <div>
                        <Button on_press=Callback::new(move |_| test())>{messages::test_again()}</Button>
                    </div>
                </Show>
            </DialogBody>
        </Dialog>
    }
    .into_any()
}
