//! Modal dialogs: native, mounted beside the page, with an address, and careful with typed text.

mod address;
mod addressed;
mod discard;
mod form;
mod frame;
mod message;
mod stack;

pub use address::{DialogAddress, href_with_dialog};
pub use addressed::{AddressedDialog, use_addressed_dialog, use_dialog_links};
pub use form::{DialogBody, DialogFooter, DialogForm};
pub use frame::{Dialog, DialogHandle, DialogHost, DialogSize};
pub use message::{LoadingDialog, MessageDialog};
pub use stack::{Dialogs, provide_dialogs, use_dialogs};
