//! THE credential picker: the one way by which a form lets a person choose a credential, or create one on the spot.
//!
//! A form owns a [`PickerHandle`], shows it, and reads the choice when it saves:
//!
//! ```ignore
//! let credential = PickerHandle::new(server.credential.clone());
//! view! {
//!     <CredentialPicker
//!         handle=credential
//!         ids=FieldIds::of("crm-credential")
//!         label=messages::credential()
//!         destination                                          // where the value will be sent
//!         help=Signal::derive(move || messages::sent_to(destination.get()))
//!         none=messages::no_authentication()                       // said while nothing is chosen
//!         error=credential_error
//!     />
//! }
//! // Save: refuse while `credential.has_unpicked_text()`, then send `credential.selected_id()`,
//! // and call `credential.referrer_saved()` once it is stored.
//! ```
//!
//! Only picking selects. The choice is an id; a credential that was deleted, or that this person may not see, stays
//! chosen until another one is picked or the field is emptied, so the other fields of the form can be saved.

mod create_dialog;
mod effects;
mod events;
mod field;
mod handle;
mod highlight;
mod list;
mod messages;
mod notice;
mod popover_position;
mod search_input;
mod state;
mod suffix;
mod whole_host;

pub use field::CredentialPicker;
pub use handle::PickerHandle;
pub(crate) use messages::after_saving;
pub(crate) use whole_host::WholeHost;
