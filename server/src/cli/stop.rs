//! When to stop: Ctrl-C, or the signal that service managers send.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How long running requests may take once the server was asked to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Tells when the server was asked to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Listens from now on. A second signal ends the process at once.
    ///
    /// # Errors
    /// Where the system does not let it listen.
    pub(super) fn on_signals() -> std::io::Result<Self> {
        let mut signals = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (tell, asked) = watch::channel(false);
        tokio::spawn(async move {
            next(&mut signals).await;
            tracing::info!(
                "stopping: running requests have {} seconds; a second signal ends them at once",
                PATIENCE.as_secs()
            );
            tell.send_replace(true);
            next(&mut signals).await;
            tracing::warn!("stopped at once");
            std::process::exit(1);
        });
        Ok(Self(asked))
    }

    /// Waits until the server was asked to stop.
    pub(super) async fn asked(mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody listens any more: only at the end of the process.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until running requests have had their time.
    pub(super) async fn out_of_patience(self) {
        self.asked().await;
        tokio::time::sleep(PATIENCE).await;
    }
}

async fn next((interrupt, terminate): &mut (Signal, Signal)) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
