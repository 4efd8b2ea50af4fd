//! The field that a secret is typed or pasted into.
//!
//! ```ignore
//! let value = ValueHandle::new();
//! view! { <ValueField id="add-value" handle=value label=messages::value() help=messages::value_help() error=value_error/> }
//! // Save: `value.take()` goes into the input, `value.clear()` once it is stored.
//! ```

mod concealed;
mod element;
mod field;
mod handle;
mod mask;
mod messages;
mod offers;
mod paste_help;
mod tools;

pub use field::ValueField;
pub use handle::ValueHandle;
pub use paste_help::Offer;
