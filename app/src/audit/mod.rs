//! The audit trail: who did what, when, with which record, and how it ended.

mod api;
mod pages;
mod text;

pub use pages::AuditPage;
