//! Servers that the product talks to in tests: real ones from registries, and small hostile ones.

pub mod hostile;
pub mod models;
pub mod real;
pub mod tls;
