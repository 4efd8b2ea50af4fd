//! The model binding routes of the typed client.

use contract::api::{Page, Query};
use contract::model_bindings::{ModelBinding, ModelBindingId, ModelBindingInput, ModelTestResult};

use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// One page of the model bindings.
    ///
    /// # Errors
    /// 400 for a bad sort or cursor.
    pub async fn model_bindings(&self, query: &Query) -> Result<Page<ModelBinding>, ClientError> {
        self.get(&format!("/model-bindings{}", query.to_query_string())).await
    }

    pub async fn model_binding(&self, id: ModelBindingId) -> Result<ModelBinding, ClientError> {
        self.get(&format!("/model-bindings/{id}")).await
    }
}

impl WriteClient {
    /// Stores a model binding.
    ///
    /// # Errors
    /// 409 `name-taken`; 422 with pointers, `host-not-allowed` among them.
    pub async fn create_model_binding(&self, input: &ModelBindingInput) -> Result<ModelBinding, ClientError> {
        self.send("POST", "/model-bindings", Some(input), None).await
    }

    /// Changes a model binding that was seen at a revision.
    ///
    /// # Errors
    /// 412 where somebody else changed it; 409 `name-taken`; 422 with pointers.
    pub async fn update_model_binding(
        &self,
        id: ModelBindingId,
        revision: i64,
        input: &ModelBindingInput,
    ) -> Result<ModelBinding, ClientError> {
        self.send("PATCH", &format!("/model-bindings/{id}"), Some(input), Some(revision))
            .await
    }

    /// Deletes a model binding that was seen at a revision.
    ///
    /// # Errors
    /// 412 where somebody else changed it.
    pub async fn delete_model_binding(&self, id: ModelBindingId, revision: i64) -> Result<(), ClientError> {
        self.send("DELETE", &format!("/model-bindings/{id}"), None::<&()>, Some(revision))
            .await
    }

    /// Tries settings that are not saved yet, or saved ones with changes. Nothing is stored.
    ///
    /// # Errors
    /// 422 with pointers, as when saving. A model that does not answer is not an error but a result.
    pub async fn test_model_binding(&self, input: &ModelBindingInput) -> Result<ModelTestResult, ClientError> {
        self.send("POST", "/model-bindings/test", Some(input), None).await
    }

    /// Tries a saved binding as it is.
    ///
    /// # Errors
    /// 404 where it is gone. A model that does not answer is not an error but a result.
    pub async fn test_saved_model_binding(&self, id: ModelBindingId) -> Result<ModelTestResult, ClientError> {
        self.send("POST", &format!("/model-bindings/{id}/test"), None::<&()>, None)
            .await
    }
}
