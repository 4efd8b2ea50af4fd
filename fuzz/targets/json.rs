//! `cargo xtask fuzz json`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::json::check(data));
