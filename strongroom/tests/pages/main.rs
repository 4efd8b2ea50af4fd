//! Tests of the whole program: its pages on the real router, its commands, and its children.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose preparation fails has failed"
)]

mod attacker;
mod command;
mod cross_site;
mod help;
#[path = "../../../server/tests/api/peers/hostile.rs"]
#[allow(dead_code, reason = "each test binary uses a part of it")]
mod hostile;
mod pages;
mod process;
mod reload;
mod roles;
#[path = "../../../server/tests/support/mod.rs"]
mod support;

use strongroom::assets::Assets;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_strongroom");

/// The pages of the server under test.
fn pages() -> Assets {
    Assets::none()
}
