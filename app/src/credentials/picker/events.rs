//! What happens to the picker, and what the page has to do then.

use contract::api::Page;
use contract::credentials::{Credential, CredentialSummary};

use crate::api::ClientError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    Focused,
    /// The text was changed by typing or pasting.
    Typed(String),
    /// A secret was pasted; the text of it is not part of the event.
    SecretPasted,
    /// The list was asked for.
    Opened,
    /// The list was dismissed; the text stays.
    Closed,
    /// The focus left the picker.
    Left,
    /// The active row moves by one, around the ends.
    Moved(Step),
    /// A row was pressed.
    Pressed(usize),
    Entered,
    /// A request has been under way for so long that it has to be said.
    Slow(u64),
    Answered(u64, Result<Page<Credential>, ClientError>),
}

/// A direction of the arrow keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Next,
    Previous,
}

/// What the page has to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    /// Ask the server.
    Fetch {
        /// Comes back with the answer.
        ticket: u64,
        /// What to search for.
        search: String,
        /// Whether to wait for more typing first.
        after_typing: bool,
    },
    /// This was picked.
    Select {
        choice: CredentialSummary,
        /// `true` if its list of allowed destinations is empty.
        is_unlinked: bool,
    },
    /// The text was emptied: nothing is chosen any more.
    Clear,
    /// Open the creation form with this in Name.
    Create(String),
    /// Open the creation form with the pasted secret in Value.
    CreateFromPaste,
}
