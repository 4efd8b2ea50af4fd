//! The server of Strongroom: the API, and what stands behind it. The program in `strongroom/` adds the pages.
//! The floors of the modules are in ARCHITECTURE.md; `xtask/src/floors.rs` checks them.

#![forbid(unsafe_code)]

pub mod accounts;
pub mod actions;
pub mod address;
pub mod ai;
pub mod audit;
pub mod audit_events;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod db;
pub mod destination;
pub mod files;
pub mod health;
pub mod hex;
pub mod http;
pub mod infra;
pub mod keys;
mod kinds;
pub mod log;
pub mod mcp_servers;
pub mod metrics;
pub mod model_bindings;
pub mod name_key;
pub mod openapi;
pub mod outbound;
pub mod pages;
pub mod process_hardening;
pub mod readiness;
pub mod references;
pub mod replicas;
pub mod router;
pub mod schemas;
pub mod state;
pub mod stopping;
pub mod users;
pub mod vault;
