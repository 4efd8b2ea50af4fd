//! The launcher of stdio servers alone, for tests of the API: `strongroom` starts itself for it.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use server::process_hardening::harden;

fn main() -> ExitCode {
    if harden().is_err() {
        return ExitCode::FAILURE;
    }
    server::outbound::stdio::launched().unwrap_or(ExitCode::FAILURE)
}
