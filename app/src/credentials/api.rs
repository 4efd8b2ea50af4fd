//! The credential routes of the typed client.

use contract::api::{Page, Query};
use contract::credentials::{CreateCredential, Credential, CredentialId, Reference, UpdateCredential, Use};

use crate::api::{ClientError, ReadClient, WriteClient};

impl ReadClient {
    /// One page of the credentials.
    ///
    /// # Errors
    /// 400 for a bad sort or cursor.
    pub async fn credentials(&self, query: &Query) -> Result<Page<Credential>, ClientError> {
        self.get(&format!("/credentials{}", query.to_query_string())).await
    }

    pub async fn credential(&self, id: CredentialId) -> Result<Credential, ClientError> {
        self.get(&format!("/credentials/{id}")).await
    }

    /// What refers to a credential.
    pub async fn credential_references(&self, id: CredentialId) -> Result<Page<Reference>, ClientError> {
        self.get(&format!("/credentials/{id}/references")).await
    }

    /// The last uses of a credential, newest first.
    pub async fn credential_uses(&self, id: CredentialId) -> Result<Page<Use>, ClientError> {
        self.get(&format!("/credentials/{id}/uses")).await
    }
}

impl WriteClient {
    /// Stores a credential.
    ///
    /// # Errors
    /// 409 `name-taken`; 422 with pointers.
    pub async fn create_credential(&self, input: &CreateCredential) -> Result<Credential, ClientError> {
        self.send("POST", "/credentials", Some(input), None).await
    }

    /// Changes a credential that was seen at a revision.
    ///
    /// # Errors
    /// 412 where somebody else changed it; 409 `name-taken`; 422 with pointers.
    pub async fn update_credential(
        &self,
        id: CredentialId,
        revision: i64,
        input: &UpdateCredential,
    ) -> Result<Credential, ClientError> {
        self.send("PATCH", &format!("/credentials/{id}"), Some(input), Some(revision))
            .await
    }

    /// Deletes a credential that was seen at a revision; `force` also where something uses it.
    ///
    /// # Errors
    /// 409 `in-use` with the references; 412 where somebody else changed it.
    pub async fn delete_credential(&self, id: CredentialId, revision: i64, force: bool) -> Result<(), ClientError> {
        let query = if force { "?force=true" } else { "" };
        self.send(
            "DELETE",
            &format!("/credentials/{id}{query}"),
            None::<&()>,
            Some(revision),
        )
        .await
    }
}
