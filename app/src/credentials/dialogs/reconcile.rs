//! Whether a write whose answer was lost did its work.

use chrono::{DateTime, TimeDelta, Utc};
use contract::accounts::UserId;
use contract::api::{Page, Query};
use contract::credentials::{Credential, CredentialId};

use crate::{
    api::{ClientError, ReadClient},
    ui::WriteOutcome,
};

/// How much later than it really is the server's clock may look: it is told in whole seconds, and the
/// browser's own clock may be set in the meantime.
const SLACK: TimeDelta = TimeDelta::seconds(2);

/// What was being added, by whom, and since when.
#[derive(Clone, Debug)]
pub struct Added {
    pub name: String,
    /// Who is signed in.
    pub owner: Option<UserId>,
    /// When it was sent, by the browser's clock.
    pub sent_at: DateTime<Utc>,
}

impl Added {
    /// Whether this is it, and not one that had the name before. The two clocks need not agree: what counts
    /// is how long ago each says that it was.
    fn is(&self, credential: &Credential, server_now: Option<DateTime<Utc>>, browser_now: DateTime<Utc>) -> bool {
        let since_sent = browser_now - self.sent_at;
        credential.name == self.name
            && credential.revision == 1
            && Some(credential.owner.id) == self.owner
            && server_now.is_some_and(|now| now - credential.created_at <= since_sent + SLACK)
    }
}

/// Looks for a credential that was being added.
pub async fn after_create(client: ReadClient, added: Added) -> Result<WriteOutcome<Credential>, ClientError> {
    let name = added.name.clone();
    let query = Query {
        search: Some(name),
        sort: Some("-created_at".to_owned()),
        ..Query::default()
    };
    let (page, server_now): (Page<Credential>, _) = client
        .get_dated(&format!("/credentials{}", query.to_query_string()))
        .await?;
    let browser_now = now();
    Ok(page
        .items
        .into_iter()
        .find(|credential| added.is(credential, server_now, browser_now))
        .map_or(WriteOutcome::NotSaved, WriteOutcome::Saved))
}

/// Looks whether a credential has moved on from the revision that was being changed, to what was sent.
pub async fn after_update(
    client: ReadClient,
    id: CredentialId,
    revision: i64,
    is_sent: impl Fn(&Credential) -> bool,
) -> Result<WriteOutcome<Credential>, ClientError> {
    let credential = client.credential(id).await?;
    Ok(if credential.revision == revision + 1 && is_sent(&credential) {
        WriteOutcome::Saved(credential)
    } else {
        WriteOutcome::NotSaved
    })
}

/// Looks whether a credential is gone.
pub async fn after_delete(client: ReadClient, id: CredentialId) -> Result<WriteOutcome<()>, ClientError> {
    match client.credential(id).await {
        Ok(_) => Ok(WriteOutcome::NotSaved),
        Err(error) if error.slug() == Some("not-found") => Ok(WriteOutcome::Saved(())),
        Err(error) => Err(error),
    }
}

#[expect(clippy::disallowed_methods, reason = "the server's Clock is not for the browser")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;
    use contract::accounts::Owner;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_what_came_after_sending_is_the_one_that_was_sent() {
        let at = |second| Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, second).single().unwrap();
        let owner = UserId(Uuid::from_u128(7));
        let added = Added {
            name: "A".to_owned(),
            owner: Some(owner),
            // This browser's clock is an hour behind.
            sent_at: at(10) - TimeDelta::hours(1),
        };
        let browser_now = at(15) - TimeDelta::hours(1);
        let credential = |created_at| Credential {
            id: CredentialId(Uuid::from_u128(1)),
            name: "A".to_owned(),
            owner: Owner {
                id: owner,
                name: "Ada".to_owned(),
            },
            version: 1,
            revision: 1,
            allowed_hosts: Vec::new(),
            allowed_hosts_from_before: Vec::new(),
            used_by: 0,
            created_at,
            updated_at: created_at,
        };
        let is = |credential: &Credential, server_now| added.is(credential, server_now, browser_now);
        assert!(is(&credential(at(11)), Some(at(15))));
        assert!(!is(&credential(at(2)), Some(at(15))), "it had the name before");
        assert!(!is(&credential(at(11)), None), "without a clock nothing is claimed");
        let changed = Credential {
            revision: 2,
            ..credential(at(11))
        };
        assert!(!is(&changed, Some(at(15))));
        let of_another = Owner {
            id: UserId(Uuid::from_u128(8)),
            name: "Bo".to_owned(),
        };
        assert!(!is(
            &Credential {
                owner: of_another,
                ..credential(at(11))
            },
            Some(at(15))
        ));
    }
}
