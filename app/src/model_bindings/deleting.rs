//! Deleting a model binding.

use contract::model_bindings::{ModelBinding, ModelBindingId};

use super::text;
use crate::api::{ClientError, ReadClient, WriteClient};
use crate::connections::Deletable;

impl Deletable for ModelBinding {
    type Id = ModelBindingId;

    const KIND: &str = "model binding";

    fn id(&self) -> ModelBindingId {
        self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn means(&self) -> String {
        let credential = self
            .credential
            .as_ref()
            .and_then(|credential| credential.name.as_deref());
        text::delete_means(credential)
    }

    async fn fetch(client: ReadClient, id: ModelBindingId) -> Result<Self, ClientError> {
        client.model_binding(id).await
    }

    async fn delete(self) -> Result<(), ClientError> {
        WriteClient.delete_model_binding(self.id, self.revision).await
    }
}
