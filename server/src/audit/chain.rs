//! One link of the chain: an HMAC over the link before and everything that the row says.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Event;
use crate::http::ApiError;

/// The link of an event: `HMAC-SHA-256(key, previous || fields)`, each field with its length before it
/// and an absent one told apart from an empty one.
pub(super) fn link(key: &[u8; 32], previous: &[u8], seq: i64, event: &Event) -> Result<Vec<u8>, ApiError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|error| ApiError::Internal(error.into()))?;
    let mut field = |bytes: Option<&[u8]>| match bytes {
        None => mac.update(&[0]),
        Some(bytes) => {
            mac.update(&[1]);
            mac.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(bytes);
        }
    };
    field(Some(previous));
    field(Some(&seq.to_be_bytes()));
    field(Some(&event.at.timestamp_micros().to_be_bytes()));
    field(Some(event.actor_kind.as_bytes()));
    field(event.actor_id.as_ref().map(|id| id.0.as_bytes().as_slice()));
    field(Some(event.actor_name.as_bytes()));
    field(Some(event.action.as_bytes()));
    field(Some(event.target_kind.as_bytes()));
    field(event.target_id.as_ref().map(|id| id.as_bytes().as_slice()));
    field(Some(event.target_name.as_bytes()));
    field(event.credential.as_ref().map(|(id, _)| id.0.as_bytes().as_slice()));
    field(
        event
            .credential
            .map(|(_, version)| version.to_be_bytes())
            .as_ref()
            .map(<[u8; 8]>::as_slice),
    );
    field(event.referrer.as_ref().map(|(kind, _, _)| kind.as_str().as_bytes()));
    field(
        event
            .referrer
            .as_ref()
            .and_then(|(_, id, _)| id.as_ref())
            .map(|id| id.as_bytes().as_slice()),
    );
    field(
        event
            .referrer
            .as_ref()
            .and_then(|(_, _, name)| name.as_deref())
            .map(str::as_bytes),
    );
    for text in [
        event.host.as_deref(),
        Some(event.outcome),
        event.reason,
        event.details.as_deref(),
        event.request_id.as_deref(),
    ] {
        field(text.map(str::as_bytes));
    }
    Ok(mac.finalize().into_bytes().to_vec())
}
