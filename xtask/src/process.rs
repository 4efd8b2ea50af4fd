//! Child processes: run one to its end, keep one in the background, and leave none behind.
//!
//! Every child leads its own process group, so that stopping it also stops what it started.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::progress::{Waiting, say};

/// How long a child may take to end after it was asked to.
const STOP_WITHIN: Duration = Duration::from_secs(15);

/// How long the output of an ended child may be held open by what it left running.
const LEFTOVERS_WITHIN: Duration = Duration::from_secs(3);

static LIVE: Mutex<Vec<Live>> = Mutex::new(Vec::new());
static FOLDERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

#[derive(Debug, Clone, Copy)]
struct Live {
    pid: Pid,
    signal: Signal,
    whole_group: bool,
}

impl Live {
    fn ask_to_stop(self) {
        let _ = if self.whole_group {
            killpg(self.pid, self.signal)
        } else {
            kill(self.pid, self.signal)
        };
    }
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// On Ctrl-C, SIGTERM or SIGHUP: stops all children, removes temporary folders, and ends with status 130.
pub fn stop_children_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        say("\nStopping …");
        let live: Vec<Live> = lock(&LIVE).drain(..).collect();
        // The newest first: a server before the database that it uses.
        for child in live.into_iter().rev() {
            child.ask_to_stop();
            wait_until_gone(child.pid);
        }
        for folder in lock(&FOLDERS).drain(..) {
            let _ = fs::remove_dir_all(folder);
        }
        std::process::exit(130);
    })
    .context("cannot listen for Ctrl-C")
}

/// After an interrupt the main thread leaves the last word to the handler, which ends the process.
pub fn wait_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_secs(1));
    }
}

fn wait_until_gone(pid: Pid) {
    let since = Instant::now();
    while since.elapsed() < STOP_WITHIN {
        match waitpid(pid, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => thread::sleep(Duration::from_millis(50)),
            // Ended now, or reaped by the thread that waits for it.
            Ok(_) | Err(_) => return,
        }
    }
    let _ = killpg(pid, Signal::SIGKILL);
}

fn start(command: &mut Command, signal: Signal, whole_group: bool) -> Result<(Child, Pid)> {
    wait_if_interrupted();
    let shown = describe(command);
    // Held while starting, so that an interrupt cannot miss the new child.
    let mut live = lock(&LIVE);
    let child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let pid = Pid::from_raw(child.id().cast_signed());
    live.push(Live {
        pid,
        signal,
        whole_group,
    });
    Ok((child, pid))
}

fn forget(pid: Pid) {
    lock(&LIVE).retain(|live| live.pid != pid);
}

/// The command as a person would type it.
pub fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let mut text = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// What a finished command printed, and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// How the command ended.
    pub status: ExitStatus,
    /// Standard output and standard error, in the order they were written.
    pub output: String,
}

/// Runs a command to its end. Lines that `show` accepts appear at once, the others are only kept.
pub fn run_showing(mut command: Command, show: impl Fn(&str) -> bool) -> Result<Finished> {
    let (reader, writer) = io::pipe().context("cannot make a pipe")?;
    command
        .stdout(writer.try_clone().context("cannot share a pipe")?)
        .stderr(writer);
    let (mut child, pid) = start(&mut command, Signal::SIGTERM, true)?;
    // The command holds the pipe's writing ends; its output would never end.
    drop(command);

    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(reader);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });

    let mut waiting = Waiting::start();
    let mut output = String::new();
    let mut newest = String::new();
    let mut ended: Option<Instant> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(500)) {
            Ok(line) => {
                if show(line.trim_end()) {
                    waiting.clear();
                    say(line.trim_end());
                }
                output.push_str(&line);
                newest = line;
            }
            Err(RecvTimeoutError::Timeout) => waiting.tick(&newest),
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if ended.is_none() && matches!(child.try_wait(), Ok(Some(_))) {
            ended = Some(Instant::now());
        }
        if ended.is_some_and(|at| at.elapsed() > LEFTOVERS_WITHIN) && killpg(pid, Signal::SIGKILL).is_ok() {
            waiting.clear();
            say("      (stopped processes that the command had left running)");
        }
    }
    waiting.clear();
    let status = child.wait().context("cannot wait for a child process")?;
    forget(pid);
    wait_if_interrupted();
    Ok(Finished { status, output })
}

/// Runs a command silently; when it fails, prints all that it wrote.
pub fn run_quietly(command: Command) -> Result<String> {
    let shown = describe(&command);
    let finished = run_showing(command, |_| false)?;
    if !finished.status.success() {
        say(finished.output.trim_end());
        bail!("`{shown}` failed ({})", finished.status);
    }
    Ok(finished.output)
}

/// The standard output of a short command that needs no progress; `None` when it fails or is missing.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A child that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Background {
    child: Child,
    pid: Pid,
    stopping: Live,
}

impl Background {
    /// Starts the command. `signal` asks it to end; with `whole_group`, all that it started is asked too.
    pub fn start(mut command: Command, signal: Signal, whole_group: bool) -> Result<Self> {
        let (child, pid) = start(&mut command, signal, whole_group)?;
        Ok(Self {
            child,
            pid,
            stopping: Live {
                pid,
                signal,
                whole_group,
            },
        })
    }

    /// How the child ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        forget(self.pid);
        if self.ended().is_some() {
            return;
        }
        self.stopping.ask_to_stop();
        let since = Instant::now();
        while self.ended().is_none() {
            if since.elapsed() > STOP_WITHIN {
                let _ = killpg(self.pid, Signal::SIGKILL);
                let _ = self.child.wait();
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A folder that is removed when it goes out of scope, and on an interrupt.
#[derive(Debug)]
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes an empty folder that only this user can open.
    pub fn new(purpose: &str) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;

        let name = format!("strongroom-{purpose}-{}", crate::secrets::random_text(10)?);
        let path = std::env::temp_dir().join(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        lock(&FOLDERS).push(path.clone());
        Ok(Self(path))
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        lock(&FOLDERS).retain(|folder| folder != &self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A port on the loopback address that nothing listens on: `wanted`, or one of the next hundred.
pub fn free_port_from(wanted: u16) -> Result<u16> {
    (wanted..wanted.saturating_add(100))
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .with_context(|| format!("no free port from {wanted} on: end a server that you do not need"))
}

/// Any free port on the loopback address.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("a listener has no address")?.port())
}
