//! Testing a saved server from its row.

use contract::mcp_servers::{McpServer, McpServerId, TestResult};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::connection::Connected;
use super::text;
use crate::api::{ReadClient, WriteClient};
use crate::connections::{Headline, HeadlineLine, Outcome, test_again, testing};
use crate::ui::{Button, Dialog, DialogBody};

/// Tests a saved server as it is, at once, and shows how that ended.
#[component]
pub fn TestDialog(
    /// Which server.
    id: McpServerId,
    /// Closed: stop rendering it.
    on_close: Callback<()>,
) -> impl IntoView {
    let client = StoredValue::new(ReadClient::from_context());
    let server = RwSignal::new(None::<McpServer>);
    let outcome = RwSignal::new(None::<Outcome<TestResult>>);
    let test = move || {
        outcome.set(None);
        let client = client.get_value();
        spawn_local(async move {
            // Only for its names: where it fails, so does the test, and that is said.
            if let Ok(found) = client.mcp_server(id).await {
                let _ = server.try_set(Some(found));
            }
            let answer = WriteClient.test_saved_mcp_server(id).await;
            // The dialog may be closed by now.
            let _ = outcome.try_set(Some(Outcome::of(answer)));
        });
    };
    Effect::new(test);
    let title = Signal::derive(move || match server.get() {
        Some(server) => text::test(&server.name),
        None => text::test(text::a_server()),
    });
    let headline = move || {
        let headline = match outcome.get() {
            None => Headline::Waiting(testing(server.get().as_ref().and_then(McpServer::target).as_deref())),
            Some(outcome) => Headline::of(&outcome, |result| text::connected(result.tool_count)),
        };
        view! { <HeadlineLine headline /> }
    };
    let details = move || match outcome.get() {
        Some(Outcome::Connected(result)) => Some(view! { <Connected result /> }),
        _ => None,
    };
    view! {
        <Dialog title on_close>
            <DialogBody>
                <div role="status">{headline}</div>
                {details}
                <Show when=move || outcome.with(Option::is_some)>
                    <div>
                        <Button on_press=Callback::new(move |_| test())>{test_again()}</Button>
                    </div>
                </Show>
            </DialogBody>
        </Dialog>
    }
}
