//! `strongroom audit`.

use anyhow::bail;
use clap::Subcommand;

use super::{open_base, say};
use crate::audit::{self, Head};
use crate::clock::Clock;
use crate::config::Settings;

/// So many events between two lines of progress.
const STEP: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every event of the trail, and the head of the chain; servers may go on writing.
    Verify {
        /// Begin at this event instead of the first.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
        from_seq: i64,
        /// A head that was noted elsewhere, as `strongroom audit head` prints it: finds an end that was cut off.
        #[arg(long, value_name = "SEQ:MAC")]
        head: Option<Head>,
    },
    /// Print the head of the chain, to be noted where nobody can change it.
    Head,
}

/// Runs one of the commands.
pub(super) async fn run(settings: Settings, command: AuditCommand) -> anyhow::Result<()> {
    let base = open_base(&settings, Clock::system()).await?;
    let outcome = match command {
        AuditCommand::Head => audit::head(&base.db).await.map(|head| {
            say(&head.to_string());
            None
        }),
        AuditCommand::Verify { from_seq, head } => {
            let mut told = 0;
            let progress = |checked: u64, last: i64| {
                if checked / STEP > told {
                    told = checked / STEP;
                    say(&format!("{checked} events checked, the last one is {last}"));
                }
            };
            audit::verify(&base.db, &base.vault, from_seq, head.as_ref(), progress)
                .await
                .map(Some)
        }
    };
    base.db.close().await;
    let Some(report) = outcome? else { return Ok(()) };
    if let Some(complaint) = report.complaint() {
        bail!("{complaint}");
    }
    say(&format!("All {} events hold.", report.checked));
    if let Some(head) = &report.head {
        say(&format!("Head: {head}"));
    }
    Ok(())
}
