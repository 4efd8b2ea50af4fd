//! The audit trail: who did what, when, with which record, and how it ended.

mod api;
mod messages;
mod pages;

pub use pages::AuditPage;
