//! Whether a write whose answer was lost did its work.

use crate::{
    api::{ClientError, Query, ReadClient},
    credentials::{Credential, CredentialId},
    ui::Look,
};

/// Looks for a credential that was being added: one of that name, never changed since.
pub async fn after_create(client: ReadClient, name: String) -> Result<Look<Credential>, ClientError> {
    let query = Query {
        search: Some(name.clone()),
        sort: Some("-created_at".to_owned()),
        ..Query::default()
    };
    let page = client.credentials(&query).await?;
    Ok(page
        .items
        .into_iter()
        .find(|credential| credential.name == name && credential.revision == 1)
        .map_or(Look::NotSaved, Look::Saved))
}

/// Looks whether a credential has moved on from the revision that was being changed, to what was sent.
pub async fn after_update(
    client: ReadClient,
    id: CredentialId,
    revision: i64,
    is_sent: impl Fn(&Credential) -> bool,
) -> Result<Look<Credential>, ClientError> {
    let credential = client.credential(id).await?;
    Ok(if credential.revision == revision + 1 && is_sent(&credential) {
        Look::Saved(credential)
    } else {
        Look::NotSaved
    })
}

/// Looks whether a credential is gone.
pub async fn after_delete(client: ReadClient, id: CredentialId) -> Result<Look<()>, ClientError> {
    match client.credential(id).await {
        Ok(_) => Ok(Look::NotSaved),
        Err(error) if error.slug() == Some("not-found") => Ok(Look::Saved(())),
        Err(error) => Err(error),
    }
}
