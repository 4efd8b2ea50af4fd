//! When to stop: Ctrl-C, or the signal that service managers send.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::config::StopTimes;

/// The progress of the stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    #[default]
    No,
    /// The signal came: balancers are told.
    Drain,
    /// New connections are refused.
    Stop,
}

/// Waits for the signal to stop.
#[derive(Clone, Debug)]
pub(super) struct Stop {
    asked: watch::Receiver<Asked>,
    stop: Duration,
}

impl Stop {
    /// Listens from now on. A second signal ends the process at once.
    pub(super) fn on_signals(times: StopTimes) -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (tell, asked) = watch::channel(Asked::No);
        tokio::spawn(async move {
            // Ctrl-C comes from a terminal, where no balancer has to be told.
            let drain = tokio::select! {
                _ = interrupt.recv() => Duration::ZERO,
                _ = terminate.recv() => times.drain,
            };
            tracing::info!(
                "stopping: not ready for {} seconds, then running requests get {} seconds; a second signal ends them at once",
                drain.as_secs(),
                times.stop.as_secs()
            );
            tell.send_replace(Asked::Drain);
            tokio::select! {
                () = tokio::time::sleep(drain) => tell.send_replace(Asked::Stop),
                () = next(&mut interrupt, &mut terminate) => end_at_once(),
            };
            next(&mut interrupt, &mut terminate).await;
            end_at_once();
        });
        Ok(Self {
            asked,
            stop: times.stop,
        })
    }

    /// Waits for the signal.
    pub(super) async fn signalled(self) {
        self.until(Asked::Drain).await;
    }

    /// Waits until balancers had their time: the listener closes now.
    pub(super) async fn drained(self) {
        self.until(Asked::Stop).await;
    }

    /// Waits until running requests have had their time.
    pub(super) async fn out_of_patience(self) {
        let stop = self.stop;
        self.drained().await;
        tokio::time::sleep(stop).await;
    }

    async fn until(mut self, phase: Asked) {
        if self.asked.wait_for(|asked| *asked >= phase).await.is_err() {
            // The task that listens ends only with the process.
            std::future::pending::<()>().await;
        }
    }
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn end_at_once() -> ! {
    tracing::warn!("stopped at once");
    std::process::exit(1);
}
