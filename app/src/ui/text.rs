//! The words of the components that belong to no feature.

/// A part of the page whose code could not be fetched.
#[must_use]
pub fn not_fetched() -> &'static str {
    "This part of the page could not be loaded. Check the connection, then reload."
}

/// Loads the page again.
#[must_use]
pub fn reload() -> &'static str {
    "Reload"
}

/// Before the moment of creation, below a name.
#[must_use]
pub fn created_short() -> &'static str {
    "created"
}

/// Before the moment of the last change, below a name.
#[must_use]
pub fn updated_short() -> &'static str {
    "updated"
}

/// Announced after copying.
#[must_use]
pub fn copied() -> String {
    "Copied".to_owned()
}

/// The browser refused the clipboard.
#[must_use]
pub fn copy_failed() -> String {
    "The browser did not allow copying. Select the text and copy it.".to_owned()
}

/// Closes a form without saving.
#[must_use]
pub fn cancel() -> &'static str {
    "Cancel"
}

/// Saves a form.
#[must_use]
pub fn save() -> &'static str {
    "Save"
}

/// The close button of a dialog.
#[must_use]
pub fn close() -> &'static str {
    "Close"
}

/// Asked before typed text is lost.
#[must_use]
pub fn discard_question() -> &'static str {
    "Discard what you typed?"
}

/// Yes to [`discard_question`].
#[must_use]
pub fn discard() -> &'static str {
    "Discard"
}

/// No to [`discard_question`].
#[must_use]
pub fn keep_editing() -> &'static str {
    "Keep editing"
}

/// Closes a toast.
#[must_use]
pub fn dismiss() -> &'static str {
    "Dismiss"
}

/// The name of the region where successes are announced.
#[must_use]
pub fn messages() -> &'static str {
    "Messages"
}

/// The heading of the list of wrong fields.
#[must_use]
pub fn fields_to_correct(count: usize) -> String {
    match count {
        1 => "Correct one field:".to_owned(),
        count => format!("Correct {count} fields:"),
    }
}

/// Before a request id.
#[must_use]
pub fn request_id() -> &'static str {
    "Request"
}

/// Copies a request id.
#[must_use]
pub fn copy_request_id() -> &'static str {
    "Copy the request ID"
}

/// A write whose answer was lost.
#[must_use]
pub fn not_known_whether_saved() -> &'static str {
    "Not known whether this was saved: no answer came. Looking for it now."
}

/// A lost write that could not be looked for either.
#[must_use]
pub fn still_not_known() -> &'static str {
    "Not known whether this was saved, and the server cannot be reached. What you typed is kept."
}

/// A lost write that was looked for and not found.
#[must_use]
pub fn was_not_saved() -> &'static str {
    "This was not saved: no answer came, and the server does not have it. Save it again."
}

/// Somebody else signed in over a form.
#[must_use]
pub fn other_person() -> &'static str {
    "Another person signed in, so this was not sent. Reload the page to go on as that person; what you typed is lost then."
}

/// The sign-in over a form was closed.
#[must_use]
pub fn not_signed_in() -> &'static str {
    "You are not signed in, so this was not saved. Save again to sign in."
}

/// An answer that this build does not understand.
#[must_use]
pub fn unreadable() -> &'static str {
    "The answer could not be read. Reload the page; what you typed is lost then."
}

/// No answer to a read.
#[must_use]
pub fn unreachable() -> &'static str {
    "The server could not be reached."
}
