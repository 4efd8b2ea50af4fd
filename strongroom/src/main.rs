//! The `strongroom` binary.

#![forbid(unsafe_code)]
// The types of views nest deeply.
#![recursion_limit = "512"]

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser as _;
use server::cli::{Cli, run};
use server::config::Settings;
use server::process_hardening::harden;
use strongroom::assets::Assets;
use strongroom::reload;

/// Returns memory to the system a second after a load has ended (`.cargo/config.toml` has its options). The allocator of
/// the C library keeps a heap for each thread at its largest size.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Views nest deeply; rendering them without optimisation takes more than the usual 2 MiB.
const STACK_BYTES: usize = 8 << 20;

/// How long work off the async threads may hold the end up.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Loads the site in the language of the settings. Its pages reload themselves if `cargo xtask dev` asks for it.
fn load(settings: &Settings) -> anyhow::Result<Assets> {
    let locale = settings.locale.parse().map_err(anyhow::Error::msg);
    app::locale::set(locale.context("The setting --locale is not a supported language.")?);
    Ok(Assets::load(settings.site_dir.as_deref())?.with_reload(reload::asked_for()))
}

fn main() -> ExitCode {
    if let Err(error) = harden() {
        eprintln!("{error:#}");
        return ExitCode::FAILURE;
    }
    if let Some(code) = server::outbound::stdio::launched() {
        return code;
    }
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(cli, load));
            runtime.shutdown_timeout(END_WITHIN);
            outcome
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
