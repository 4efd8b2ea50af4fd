//! Pages, components and the wire contract of Strongroom, shared by the server and the browser.

pub mod accounts;
pub mod api;
pub mod credentials;
pub mod mcp_servers;
pub mod names;
pub mod secret;
pub mod ui;
