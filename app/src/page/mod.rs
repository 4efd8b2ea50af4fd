//! The head of every page.

mod messages;
mod page_header;

pub use messages::{document_title, product};
pub use page_header::PageHeader;
