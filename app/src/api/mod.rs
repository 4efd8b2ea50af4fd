//! The one typed client.

mod client;
mod events;

#[cfg(feature = "ssr")]
pub use client::{BoxedAnswer, InProcess};
pub use client::{ClientError, Input, RawAnswer, ReadClient, WriteClient};
pub use events::{EventReader, ServerEvent};
