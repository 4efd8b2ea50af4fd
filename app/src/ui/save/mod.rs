//! Saving a form: once however often it is pressed, honest when the answer is lost.

mod issues;
mod machine;
mod sign_in_again;

pub use issues::{ErrorSummary, FieldIssue, GeneralError};
pub use machine::{Save, SaveFailure, SaveState, WriteOutcome};
pub use sign_in_again::{ReauthOutcome, SignInAgain};
