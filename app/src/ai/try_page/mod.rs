//! The page on which a model binding is tried.

mod controls;
mod inputs;
mod mcp_rows;
mod output;
mod page;
mod run;
mod steps;
mod trial;

pub use page::TryPage;
