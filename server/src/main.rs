//! The `strongroom` binary.

// The types of views nest deeply.
#![recursion_limit = "512"]

use clap::Parser as _;
use server::cli::{Cli, run};

/// Views nest deeply; rendering them without optimisation takes more than the usual 2 MiB.
const STACK_BYTES: usize = 8 << 20;

fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
