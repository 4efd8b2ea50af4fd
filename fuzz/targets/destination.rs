//! `cargo xtask fuzz destination`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::properties::destination::check(data));
