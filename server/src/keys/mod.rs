//! Rotation of the key that wraps the data keys: add, activate, rewrap. Servers go on running and
//! writing; each step can be interrupted and repeated.

mod activate;
mod add;
mod list;
mod rewrap;

pub use activate::{Activated, activate};
pub use add::{Added, add};
pub use list::{ListedKey, list};
pub use rewrap::{REWRAP_BATCH, RewrapReport, rewrap};

use chrono::{DateTime, Utc};

use crate::audit::Event;
use crate::http::Principal;

/// A step of a rotation, for the audit trail.
fn event(now: DateTime<Utc>, action: &'static str, key: &str) -> Event {
    let mut event = Event::new(now, &Principal::Cli, action, ("key", uuid::Uuid::nil(), key), None);
    // Keys have names only.
    event.target_id = None;
    event
}
