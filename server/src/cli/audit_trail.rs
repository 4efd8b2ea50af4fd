//! `strongroom audit`.

use std::io::BufRead as _;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::{open_base, say};
use crate::audit::{self, Event, Head, NotedIn};
use crate::clock::Clock;
use crate::config::Settings;
use crate::http::Principal;
use crate::infra::Infra;

/// So many events between two lines of progress.
const STEP: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Check every event of the trail and the head of the chain; servers can keep running.
    Verify {
        /// Start at this event instead of the first.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
        from_seq: i64,
        /// A head that you noted earlier, as printed by `strongroom audit head`. Detects if the end of the trail was
        /// deleted.
        #[arg(long, value_name = "SEQ:MAC")]
        head: Option<Head>,
    },
    /// Print the head of the chain. Keep it in a place that no one can change.
    Head,
    /// Accept the current head although the trail no longer contains the noted one, for example after you went back to
    /// an older copy of the database. Asks first, and records this in the trail.
    AcceptHead,
}

/// Runs one of the commands.
pub(super) async fn run(settings: Settings, command: AuditCommand) -> anyhow::Result<()> {
    let base = open_base(&settings, Clock::system()).await?;
    if matches!(command, AuditCommand::AcceptHead) {
        let outcome = accept_head(&base).await;
        base.db.close().await;
        return outcome;
    }
    // A file that cannot be read is a fault of its own, told before a long walk.
    let in_folder = base.head_file.read()?;
    let outcome = match command {
        AuditCommand::AcceptHead => Ok(None),
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
            let elsewhere = head.iter().map(|head| (NotedIn::Elsewhere, head));
            let in_folder = in_folder.iter().map(|head| (NotedIn::DataFolder, head));
            let noted: Vec<_> = elsewhere.chain(in_folder).collect();
            audit::verify(&base.db, &base.vault, from_seq, &noted, progress)
                .await
                .map(Some)
        }
    };
    base.db.close().await;
    let Some(report) = outcome? else { return Ok(()) };
    if let Some(complaint) = report.complaint() {
        bail!("{complaint}");
    }
    say(&format!("All {} events verified.", report.checked));
    if let Some(head) = &report.head {
        say(&format!("Head: {head}"));
    }
    Ok(())
}

/// Asks, records the decision, and notes the head that the trail has then.
async fn accept_head(base: &Infra) -> anyhow::Result<()> {
    let present = audit::head(&base.db).await?;
    // A damaged file holds no head; that is no reason to refuse.
    let noted = base.head_file.read().ok().flatten();
    let noted_text = noted.map_or_else(|| "none".to_owned(), |head| head.to_string());
    say(&format!(
        "Head noted in the data folder: {noted_text}\n\
         Head of the database:          {present}\n\
         All events after the database's head are lost, including changes and uses of credentials. Accept this only if you know why the database is older, e.g. because you restored an older copy.\n\
         Type yes to accept it:"
    ));
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("Cannot read your answer from standard input.")?;
    if answer.trim() != "yes" {
        bail!("Nothing was changed.");
    }
    let mut tx = base.db.begin().await?;
    audit::mend_head(&mut tx).await?;
    let target = ("database", uuid::Uuid::nil(), "database");
    let mut event = Event::new(base.clock.now(), &Principal::Cli, "audit.accept_head", target, None);
    event.target_id = None;
    event.details = Some(format!("noted: {noted_text}, found: {present}"));
    audit::append(&mut tx, &base.vault, &[event]).await?;
    tx.commit().await?;
    let head = audit::head(&base.db).await?;
    base.head_file.write(&head).with_context(|| {
        format!(
            "Your decision was recorded, but the file {} cannot be written.",
            base.head_file.path().display()
        )
    })?;
    say(&format!("Accepted. Head: {head}"));
    Ok(())
}
