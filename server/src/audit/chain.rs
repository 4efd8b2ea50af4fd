//! One link of the chain: an HMAC over the link before and everything that the row says.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use super::event::Content;
use crate::http::ApiError;

/// What stands before the first link.
pub(super) const BEGINNING: [u8; 32] = [0; 32];

/// The link of an event: `HMAC-SHA-256(key, previous || fields)`, each field with its length before it
/// and an absent one told apart from an empty one.
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
    Ok(mac.finalize().into_bytes().to_vec())
}
