//! Model bindings among the records that send a credential to another server.

use contract::model_bindings::{ModelBinding, ModelBindingId, ModelTestResult};
use leptos::prelude::*;

use super::{messages, test_result::Answered};
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::credential_forms::Record;

impl Record for ModelBinding {
    type Id = ModelBindingId;
    type Test = ModelTestResult;

    const KIND: &str = "model binding";

    fn id(&self) -> ModelBindingId {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn row_id(id: ModelBindingId) -> String {
        format!("model-binding-{id}")
    }

    fn means(&self) -> String {
        let credential = self
            .credential
            .as_ref()
            .and_then(|credential| credential.name.as_deref());
        messages::delete_means(credential)
    }

    async fn fetch(client: ReadClient, id: ModelBindingId) -> Result<Self, ClientError> {
        client.model_binding(id).await
    }

    async fn delete(self) -> Result<(), ClientError> {
        WriteClient.delete_model_binding(self.id, self.revision).await
    }

    fn target(&self) -> Option<String> {
        Some(self.host.clone())
    }

    async fn test(id: ModelBindingId) -> Result<ModelTestResult, ClientError> {
        WriteClient.test_saved_model_binding(id).await
    }

    fn test_title(name: Option<&str>) -> String {
        messages::test(name.unwrap_or(messages::a_binding()))
    }

    fn connected(_: &ModelTestResult) -> String {
        messages::works().to_owned()
    }

    fn facts(result: ModelTestResult) -> AnyView {
        view! { <Answered result /> }.into_any()
    }
}
