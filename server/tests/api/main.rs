//! Tests of the server through its public doors: the real router, both database engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose preparation fails has failed"
)]

mod accounts;
mod audit;
mod backup;
mod bodies;
mod corpora;
mod credentials;
mod destinations;
mod echoes;
mod faults;
mod front;
mod identities;
mod key_plans;
mod keyring;
mod keys;
mod mcp_servers;
mod mcp_sessions;
mod models;
mod openapi;
mod outbound;
mod own_account;
mod own_address;
mod peers;
mod quotas;
mod races;
mod reserved_names;
mod schemas;
mod searching;
mod secret_texts;
mod session_ends;
#[path = "../support/mod.rs"]
mod support;
mod throttling;
mod trail;
mod users;
mod write_classes;

use server::pages::ApiAlone;

/// The program that starts the programs of stdio servers.
const PROGRAM: &str = env!("CARGO_BIN_EXE_stdio-launcher");

/// The pages of the server under test.
fn pages() -> ApiAlone {
    ApiAlone
}
