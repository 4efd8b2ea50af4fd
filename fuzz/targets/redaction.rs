//! `cargo xtask fuzz redaction`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::redaction::check(data));
