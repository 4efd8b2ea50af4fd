//! Servers that the product talks to in tests: real ones from registries, and small hostile ones.

#![allow(clippy::expect_used, reason = "a test whose servers do not start has failed")]

pub mod hostile;
pub mod real;
