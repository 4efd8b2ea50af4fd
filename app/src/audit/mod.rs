//! The audit trail: who did what, when, with which record, and how it ended.

mod api;
mod dto;
mod pages;
mod text;

pub use dto::{AuditActor, AuditEvent, AuditRecord};
pub use pages::AuditPage;
