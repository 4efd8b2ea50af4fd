//! Running children: each with its own process group, which ends as a whole.

use std::process::{ExitStatus, Stdio as Pipes};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::super::redact::Redactor;
use super::super::{Ending, OutboundError, QuoteFilter};
use super::stderr_tail::StderrTail;
use super::transport::{Reader, StdioTransport};

/// The most children that run at once.
const MAX_CHILDREN: usize = 32;

/// How long a child has to end after its input was closed, and again after it was asked with a signal.
const GRACE: Duration = Duration::from_secs(1);

/// How long the end of all children is waited for.
const STOP: Duration = Duration::from_secs(2);

/// All children of this process.
#[derive(Clone, Debug)]
pub(super) struct Children {
    stopped: Arc<watch::Sender<bool>>,
    running: Arc<watch::Sender<usize>>,
}

/// What is wanted of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Run,
    /// Its input is closed: it may tidy up.
    End,
    /// Now.
    Kill,
}

/// A running child; it ends, with its whole group, when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Running(Arc<Handle>);

#[derive(Debug)]
struct Handle {
    wish: watch::Sender<Wish>,
    /// Why it had to end, where it did not end by itself.
    fault: OnceLock<OutboundError>,
    ended: watch::Receiver<Option<OutboundError>>,
    quotes: QuoteFilter,
}

impl Default for Children {
    fn default() -> Self {
        Self {
            stopped: Arc::new(watch::Sender::new(false)),
            running: Arc::new(watch::Sender::new(0)),
        }
    }
}

impl Children {
    /// Starts a child.
    pub fn start(
        &self,
        mut command: Command,
        redactor: Redactor,
        quotes: QuoteFilter,
        reader: Reader,
    ) -> Result<(StdioTransport, Running), OutboundError> {
        let place = self.place()?;
        let mut child = command
            .process_group(0)
            .stdin(Pipes::piped())
            .stdout(Pipes::piped())
            .stderr(Pipes::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|_| OutboundError::NotStarted)?;
        let group = Group::of(&child);
        let pipes = child.stdin.take().zip(child.stdout.take()).zip(child.stderr.take());
        let ((input, output), error) = pipes.ok_or(OutboundError::NotStarted)?;
        let (ended, has_ended) = watch::channel(None);
        let wish = watch::Sender::new(Wish::Run);
        let tail = StderrTail::new(&redactor, &quotes);
        let life = Life {
            child,
            group,
            place,
            wish: wish.subscribe(),
            stopped: self.stopped.subscribe(),
            tail: tail.clone(),
            ended,
        };
        let drain = tokio::spawn(tail.drain(error));
        tokio::spawn(life.run(drain));
        let running = Running(Arc::new(Handle {
            wish,
            fault: OnceLock::new(),
            ended: has_ended,
            quotes,
        }));
        let transport = StdioTransport::new(input, output, redactor, running.clone(), reader);
        Ok((transport, running))
    }

    fn place(&self) -> Result<Place, OutboundError> {
        if *self.stopped.borrow() {
            return Err(OutboundError::NotStarted);
        }
        let taken = self.running.send_if_modified(|running| {
            let free = *running < MAX_CHILDREN;
            *running += usize::from(free);
            free
        });
        taken
            .then(|| Place(Arc::clone(&self.running)))
            .ok_or(OutboundError::TooMany)
    }

    /// How many run.
    pub fn running(&self) -> usize {
        *self.running.borrow()
    }

    /// Ends all, and starts no more.
    pub async fn stop(&self) {
        self.stopped.send_replace(true);
        let mut running = self.running.subscribe();
        if timeout(STOP, running.wait_for(|running| *running == 0)).await.is_err() {
            tracing::warn!("stdio servers did not stop in time");
        }
    }
}

/// A place among the children that may run at once.
#[derive(Debug)]
struct Place(Arc<watch::Sender<usize>>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Running {
    /// Lets the child end after its input was closed.
    pub fn end(&self) {
        self.wish(Wish::End);
    }

    /// Ends the child and its group now.
    pub fn kill(&self) {
        self.wish(Wish::Kill);
    }

    /// Ends it for what it did.
    pub(super) fn fail(&self, fault: OutboundError) {
        // The first fault counts.
        let _ = self.0.fault.set(fault);
        self.kill();
    }

    fn wish(&self, wish: Wish) {
        self.0.wish.send_if_modified(|now| {
            let more = *now == Wish::Run || wish == Wish::Kill;
            if more {
                *now = wish;
            }
            more
        });
    }

    /// The filter for words of the child.
    pub(in super::super) fn quotes(&self) -> &QuoteFilter {
        &self.0.quotes
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.0.ended.borrow().is_some()
    }

    /// Waits for its end and tells why it was.
    pub async fn ended(&self) -> OutboundError {
        if let Some(fault) = self.0.fault.get() {
            return fault.clone();
        }
        let mut ended = self.0.ended.clone();
        let gone = ended.wait_for(Option::is_some).await;
        gone.ok()
            .and_then(|ended| ended.clone())
            .unwrap_or(OutboundError::SessionOver)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.wish.send_replace(Wish::Kill);
    }
}

/// The process group of a child. It ends when this is dropped: also where the task that watches over
/// the child is dropped with its runtime.
#[derive(Debug)]
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }

    fn signal(&self, signal: Signal) {
        // Where nobody is left, nothing has to end.
        let _ = self.0.map(|group| killpg(group, signal));
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

/// A child from its start to its end.
#[derive(Debug)]
struct Life {
    child: Child,
    group: Group,
    place: Place,
    wish: watch::Receiver<Wish>,
    stopped: watch::Receiver<bool>,
    tail: StderrTail,
    ended: watch::Sender<Option<OutboundError>>,
}

impl Life {
    async fn run(mut self, drain: tokio::task::JoinHandle<()>) {
        let mut asked = self.wish.clone();
        let politely = async {
            if asked.wait_for(|wish| *wish != Wish::Run).await.is_ok() {
                sleep(GRACE).await;
                self.group.signal(Signal::SIGTERM);
                sleep(GRACE).await;
            }
        };
        let status = tokio::select! {
            status = self.child.wait() => status.ok(),
            () = politely => None,
            _ = self.wish.wait_for(|wish| *wish == Wish::Kill) => None,
            _ = self.stopped.wait_for(|stopped| *stopped) => None,
        };
        // The whole group: what the child started must not outlive it.
        drop(self.group);
        let status = match status {
            Some(status) => Some(status),
            // It may have ended by itself just before.
            None => self.child.wait().await.ok().filter(|status| status.code().is_some()),
        };
        let ending = status.map_or(Ending::Closed, ending);
        // Whoever left the group may still hold the pipe.
        let _ = timeout(GRACE, drain).await;
        let said = self.tail.read();
        self.ended.send_replace(Some(OutboundError::Ended { ending, said }));
        drop(self.place);
    }
}

fn ending(status: ExitStatus) -> Ending {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Status(code),
        (None, Some(signal)) => Ending::Signal(signal),
        (None, None) => Ending::Closed,
    }
}
