//! The wire contract that server and browser share: request and response bodies, ids, names, secrets, and the rules of
//! forms. No views and no database, so that an edit of a page does not recompile the API.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod accounts;
pub mod address;
pub mod ai;
pub mod api;
pub mod audit;
pub mod credentials;
pub mod kinds;
pub mod mcp_servers;
pub mod model_bindings;
pub mod names;
pub mod problem;
pub mod schemas;
pub mod secret;
pub mod secret_text;
pub mod users;
