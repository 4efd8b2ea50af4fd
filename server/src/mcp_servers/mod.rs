//! MCP servers: where tools come from, and which credential opens them.

mod input;
mod operate;
mod pool;
mod routes;
mod rows;
mod store;
mod words;

pub use pool::{SessionKey, SessionPool};
pub use routes::router;
