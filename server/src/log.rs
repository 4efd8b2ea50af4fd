//! The log: lines on standard error, for people or for programs.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing::Subscriber;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{LogFormat, Settings};

/// Begins to log what the settings ask for.
///
/// # Errors
/// A sentence about a filter that cannot be read.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .context("The setting log is not valid. Use, for example, info or server=debug,warn.")?;
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::registry()
        .with(filter)
        .with(lines(settings.log_format, colours, std::io::stderr))
        .try_init()
        .context("Logging is already set up.")
}

/// Lines in a format. Those of a request carry its id in the span `request`.
pub fn lines<S, W>(format: LogFormat, colours: bool, writer: W) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        LogFormat::Text => lines.with_ansi(colours).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(true)
            .boxed(),
    }
}
