//! Components and browser plumbing that know nothing of credentials or any other feature.

#![warn(missing_docs)]

mod button;
mod choice;
mod computed;
#[cfg(test)]
mod contrast_tests;
mod copy;
mod dialog;
mod field;
mod focus;
mod hydrated;
mod icon;
#[cfg(test)]
mod inner_html_tests;
mod lazy;
pub mod list;
mod menu;
mod messages;
#[cfg(test)]
mod problem_slug_tests;
pub mod problem_text;
mod query_string;
mod reload;
mod save;
mod shorten;
mod time;
mod toast;
mod unique;
pub mod value_field;

pub use button::{Button, ButtonKind, IconButton, LinkButton};
pub use choice::{Choice, ChoiceOption};
pub use computed::computed;
pub use copy::{CopyButton, copy_text};
pub use dialog::{
    AddressedDialog, Dialog, DialogAddress, DialogBody, DialogFooter, DialogForm, DialogHandle, DialogHost, DialogSize,
    Dialogs, LoadingDialog, MessageDialog, provide_dialogs, use_addressed_dialog, use_dialog_links, use_dialogs,
};
pub use field::{FieldFrame, FieldIds, TextField};
pub use focus::{after_press, focus_autofocus, focus_element, focus_when_painted, scroll_into_sight};
pub use hydrated::{provide_hydrated, use_hydrated};
pub use icon::{Icon, IconKind};
pub(crate) use lazy::chunk;
pub use lazy::{NotFetched, lazily};
pub use menu::{Menu, MenuButton, MenuLink};
pub(crate) use messages::{created_short, updated_short};
pub use save::{
    ErrorSummary, FieldIssue, GeneralError, ReauthOutcome, Save, SaveFailure, SaveState, SignInAgain, WriteOutcome,
};
pub use shorten::shorten_middle;
pub use time::Time;
pub use toast::{ToastRegion, Toasts, provide_toasts, use_toasts};
pub use unique::unique_id;
