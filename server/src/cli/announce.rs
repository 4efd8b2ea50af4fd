//! Lines about the start: on standard output for people, in the log as events where that is JSON.

use super::say;
use crate::config::LogFormat;

/// Where the lines about the start go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announce(pub LogFormat);

impl Announce {
    /// A line without any secret.
    pub(super) fn line(self, text: &str) {
        match self.0 {
            LogFormat::Text => say(text),
            LogFormat::Json => tracing::info!(target: "start", "{text}"),
        }
    }

    /// The set-up link. Its secret never goes into a log: where that is JSON, the log says only where the link is.
    pub(super) fn set_up_link(self, link: &str) {
        if self.0 == LogFormat::Json {
            tracing::warn!(target: "start", "There is no administrator yet. The link to set up the first one is on standard output.");
        }
        say(&format!("Set up the first administrator: {link}"));
    }
}
