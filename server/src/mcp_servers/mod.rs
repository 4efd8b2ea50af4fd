//! MCP servers: where tools come from, and which credential opens them.

mod input;
mod pool;
mod rows;
mod words;

pub use pool::{SessionKey, SessionPool};
