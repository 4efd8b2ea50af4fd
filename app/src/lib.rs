//! Pages and components of Strongroom, shared by the server and the browser.

// The types of views nest deeply.
#![recursion_limit = "512"]

pub mod accounts;
pub mod ai;
pub mod api;
pub mod audit;
pub mod chunks;
mod credential_forms;
pub mod credentials;
pub mod destination;
mod document;
pub mod help;
mod help_pages;
mod kinds;
pub mod locale;
pub mod mcp_servers;
#[cfg(test)]
#[path = "../build/messages.rs"]
mod messages_generator;
pub mod model_bindings;
mod page;
mod page_table;
mod routes;
pub mod schemas;
mod shell;
pub mod ui;
pub mod users;

pub use document::{PageOutcome, PageRequest, SiteNames, shell};
pub use help_pages::HelpText;
pub use routes::{App, PAGES, Page};
pub use shell::Theme;
