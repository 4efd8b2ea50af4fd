//! The AI actions: text, replies, objects and agents, with a model that a binding names.

mod api;
mod messages;
mod try_page;

pub use try_page::TryPage;
