//! The routes of the AI actions of the typed client.

use contract::ai::{ActionEvent, ActionName, ActionOutput};
use serde_json::Value;

use crate::api::{ClientError, WriteClient};

impl WriteClient {
    /// Runs an action to its end.
    ///
    /// # Errors
    /// 422 with pointers; what the provider or a tool refused.
    pub async fn run_action(&self, action: ActionName, input: &Value) -> Result<ActionOutput, ClientError> {
        self.send("POST", &path(action), Some(input), None).await
    }

    /// Runs an action and hands on what it says meanwhile. An event of a later release is left out.
    ///
    /// # Errors
    /// A refusal before the first event. What fails later is an event.
    pub async fn stream_action(
        &self,
        action: ActionName,
        input: &Value,
        mut on_event: impl FnMut(ActionEvent),
    ) -> Result<(), ClientError> {
        let read = |data: &str| serde_json::from_str::<ActionEvent>(data).ok();
        self.stream(&path(action), input, |event| {
            if let Some(event) = read(&event.data) {
                on_event(event);
            }
        })
        .await
    }
}

fn path(action: ActionName) -> String {
    format!("/actions/{}", action.as_str())
}
