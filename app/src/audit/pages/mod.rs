//! The page of the audit trail.

mod details;
mod filters;
mod moments;
mod page;
mod row;

pub use page::AuditPage;
