//! One link of the chain: an HMAC over the link before and everything that the row says.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::event::Content;
use crate::http::ApiError;

/// What stands before the first link.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// Names the field after those that every row has, so that a later one can never be read as this one.
const ADDRESS_TAG: &[u8] = b"address/1";

/// The link of an event: `HMAC-SHA-256(key, previous || fields)`, each field with its length before it
/// and an absent one told apart from an empty one. The address is covered where it is set.
pub(super) fn link(key: &[u8; 32], previous: &[u8], seq: i64, content: &Content<'_>) -> Result<Vec<u8>, ApiError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| ApiError::Internal(error.into()))?;
    let mut field = |bytes: Option<&[u8]>| match bytes {
        None => mac.update(&[0]),
        Some(bytes) => {
            mac.update(&[1]);
            mac.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(bytes);
        }
    };
    let id = |id: &Option<Uuid>| id.map(Uuid::into_bytes);
    field(Some(previous));
    field(Some(&seq.to_be_bytes()));
    field(Some(&content.at.timestamp_micros().to_be_bytes()));
    field(Some(content.actor_kind.as_bytes()));
    field(id(&content.actor_id).as_ref().map(<[u8; 16]>::as_slice));
    field(Some(content.actor_name.as_bytes()));
    field(Some(content.action.as_bytes()));
    field(Some(content.target_kind.as_bytes()));
    field(id(&content.target_id).as_ref().map(<[u8; 16]>::as_slice));
    field(Some(content.target_name.as_bytes()));
    field(id(&content.credential_id).as_ref().map(<[u8; 16]>::as_slice));
    let version = content.credential_version.map(i64::to_be_bytes);
    field(version.as_ref().map(<[u8; 8]>::as_slice));
    field(content.referrer_kind.map(str::as_bytes));
    field(id(&content.referrer_id).as_ref().map(<[u8; 16]>::as_slice));
    for text in [
        content.referrer_name,
        content.host,
        Some(content.outcome),
        content.reason,
        content.details,
        content.request_id,
    ] {
        field(text.map(str::as_bytes));
    }
    // Rows without an address have the links of releases before the column.
    if let Some(address) = content.address {
        field(Some(ADDRESS_TAG));
        field(Some(address.as_bytes()));
    }
    Ok(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::{BEGINNING, Content, link};
    use crate::hex::hex;

    fn linked(address: Option<&str>) -> String {
        let content = Content {
            at: DateTime::from_timestamp_micros(1_772_460_300_123_456).unwrap(),
            actor_kind: "user",
            actor_id: Some(Uuid::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])),
            actor_name: "Ada",
            action: "credential.use",
            target_kind: "credential",
            target_id: None,
            target_name: "KEY",
            credential_id: None,
            credential_version: Some(2),
            referrer_kind: Some("mcp_server"),
            referrer_id: None,
            referrer_name: Some("crm"),
            host: Some("a.example"),
            address,
            outcome: "allowed",
            reason: None,
            details: Some("x"),
            request_id: None,
        };
        hex(&link(&[7; 32], &BEGINNING, 5, &content).unwrap())
    }

    // Both computed apart from this code. The first is the link of releases before the address.
    #[test]
    fn a_row_without_an_address_has_the_link_of_older_releases() {
        assert_eq!(
            linked(None),
            "e47501156aa76e0ca19af991a0d77ce00a3d43a10f75a1d836ac37d2732df3d8"
        );
        assert_eq!(
            linked(Some("https://a.example/mcp")),
            "1bcae6cb62d158a7fd35216a71f1fce2630caf1030ccb055b4c1eee6a4d42c30"
        );
    }
}
