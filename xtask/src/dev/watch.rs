//! Changes of source files, as the system reports them.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::change::{FLAT_FOLDERS, FOLDERS};

/// An editor saves in several steps, and `git switch` many files: changes count as one until this time passes without
/// another.
const SETTLED_AFTER: Duration = Duration::from_millis(50);

/// Reasons to act.
#[derive(Debug)]
pub enum Event {
    /// A file changed; relative to the checkout.
    Changed(String),
    /// The server with this number ended.
    ServerEnded(u32),
}

/// Reports changes below the checkout until it is dropped.
pub fn start(root: &Path, events: Sender<Event>) -> Result<RecommendedWatcher> {
    let checkout = root.to_path_buf();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in event.paths {
            if let Some(path) = relative(&checkout, &path) {
                // The receiver is gone at the end of the command.
                let _ = events.send(Event::Changed(path));
            }
        }
    })
    .context("cannot watch files")?;
    let recursive = FOLDERS.map(|folder| (folder, RecursiveMode::Recursive));
    let flat = FLAT_FOLDERS.map(|folder| (folder, RecursiveMode::NonRecursive));
    for (folder, mode) in recursive.into_iter().chain(flat) {
        let folder = root.join(folder);
        watcher
            .watch(&folder, mode)
            .with_context(|| format!("cannot watch {}", folder.display()))?;
    }
    Ok(watcher)
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let path: PathBuf = path.strip_prefix(root).ok()?.to_path_buf();
    Some(path.to_string_lossy().replace('\\', "/"))
}

/// Waits for events, and for those that come with them. Returns when the first came.
pub fn next(events: &Receiver<Event>) -> Result<(Instant, Vec<Event>)> {
    let first = events.recv().context("files are no longer watched")?;
    let since = Instant::now();
    let mut batch = vec![first];
    while let Ok(event) = events.recv_timeout(SETTLED_AFTER) {
        batch.push(event);
    }
    Ok((since, batch))
}
