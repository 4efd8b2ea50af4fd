//! rmcp's transport over the pipes of a child: one JSON-RPC message a line, scanned before it is read.

use std::fmt;
use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use super::super::intake::{Charged, Grant, Message};
use super::super::mcp::SendGate;
use super::super::redact::Redactor;
use super::super::{NotMcp, Outbound, OutboundError};
use super::child::Running;

/// The most lines in a row that are no messages. Some programs greet where only messages belong.
const MAX_STRAY_LINES: usize = 100;

/// A line up to this size is assembled without a grant: a program may write some at any time.
const SMALL_LINE_BYTES: usize = 16 * 1024;

/// Reader of the messages of a child.
#[derive(Clone, Debug)]
pub(in super::super) struct Reader {
    /// The client whose limits and byte budget hold.
    pub outbound: Outbound,
    /// The name of the program, which its reads are charged to.
    pub program: String,
    /// The operations of the session.
    pub gate: SendGate,
}

/// The pipes of a child. The child ends when this is closed or dropped.
pub(in super::super) struct StdioTransport {
    input: Arc<Mutex<Option<ChildStdin>>>,
    output: BufReader<ChildStdout>,
    /// The line so far: reading may be broken off and go on.
    line: Vec<u8>,
    /// The grant of the line, once it is large.
    grant: Option<Grant>,
    /// When the last byte of the line came.
    last_byte: Instant,
    /// The line that is being parsed.
    parsing: Option<JoinHandle<Result<Option<Message>, OutboundError>>>,
    strays: usize,
    /// Whether the child closed its output.
    is_over: bool,
    redactor: Redactor,
    running: Running,
    reader: Reader,
}

impl StdioTransport {
    pub(super) fn new(
        input: ChildStdin,
        output: ChildStdout,
        redactor: Redactor,
        running: Running,
        reader: Reader,
    ) -> Self {
        Self {
            input: Arc::new(Mutex::new(Some(input))),
            output: BufReader::new(output),
            line: Vec::new(),
            grant: None,
            last_byte: Instant::now(),
            parsing: None,
            strays: 0,
            is_over: false,
            redactor,
            running,
            reader,
        }
    }

    /// The next line, `None` at the end; it can be dropped and asked for again.
    async fn next_line(&mut self) -> Result<Option<Charged>, OutboundError> {
        let limits = self.reader.outbound.limits();
        let (limit, stall) = (limits.answer_bytes, limits.read.stall);
        loop {
            let filled = if self.line.is_empty() {
                self.output.fill_buf().await
            } else {
                timeout_at(self.last_byte + stall, self.output.fill_buf())
                    .await
                    .map_err(|_| OutboundError::TimedOut(stall))?
            };
            let Ok(chunk @ [_, ..]) = filled else {
                return Ok(None);
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(chunk.len(), |end| end + 1);
            let bytes = self.line.len() + count;
            if bytes as u64 > limit {
                return Err(OutboundError::TooLarge { limit });
            }
            if bytes > SMALL_LINE_BYTES || end.is_some() {
                let grant = match self.grant.take() {
                    Some(grant) => grant,
                    None => self.reader.outbound.grant(&self.reader.program)?,
                };
                self.grant.insert(grant).hold(bytes as u64)?;
            }
            self.line.extend_from_slice(&chunk[..count]);
            self.output.consume(count);
            self.last_byte = Instant::now();
            if end.is_some()
                && let Some(grant) = self.grant.take()
            {
                let bytes = std::mem::take(&mut self.line);
                return Ok(Some(Charged { bytes, grant }));
            }
        }
    }

    /// The next message, `None` at the end; it can be dropped and asked for again.
    async fn next_message(&mut self) -> Result<Option<ServerJsonRpcMessage>, OutboundError> {
        loop {
            if self.parsing.is_none() {
                let Some(line) = self.next_line().await? else {
                    return Ok(None);
                };
                let workers = self.reader.outbound.workers().clone();
                let redactor = self.redactor.clone();
                // In a task of its own: a message that was read must not be lost where this is dropped.
                let task = async move { line.scanned_message(&workers, &redactor).await };
                self.parsing = Some(tokio::spawn(task));
            }
            let Some(parsing) = &mut self.parsing else { continue };
            let parsed = parsing.await;
            self.parsing = None;
            if let Some(Message { message, grant }) = parsed.map_err(|_| OutboundError::Failed)?? {
                if matches!(message, JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_)) {
                    self.reader.gate.keep(grant);
                }
                if matches!(message, JsonRpcMessage::Request(_)) && !self.reader.gate.may_ask() {
                    return Err(OutboundError::NotMcp(NotMcp::Answer));
                }
                self.strays = 0;
                return Ok(Some(message));
            }
            self.strays += 1;
            if self.strays > MAX_STRAY_LINES {
                return Err(OutboundError::NotMcp(NotMcp::Answer));
            }
        }
    }
}

impl Transport<RoleClient> for StdioTransport {
    type Error = OutboundError;

    fn send(
        &mut self,
        message: ClientJsonRpcMessage,
    ) -> impl Future<Output = Result<(), OutboundError>> + Send + 'static {
        let (input, running) = (Arc::clone(&self.input), self.running.clone());
        async move {
            let mut line = serde_json::to_vec(&message).map_err(|_| OutboundError::SessionOver)?;
            line.push(b'\n');
            let mut input = input.lock().await;
            let pipe = input.as_mut().ok_or(OutboundError::SessionOver)?;
            let written = async {
                pipe.write_all(&line).await?;
                pipe.flush().await
            };
            if written.await.is_ok() {
                return Ok(());
            }
            // It reads no more, so it has ended or is about to.
            running.end();
            Err(running.ended().await)
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        match self.next_message().await {
            Ok(Some(message)) => Some(message),
            Ok(None) => {
                self.is_over = true;
                self.running.end();
                None
            }
            Err(error) => {
                self.running.fail(error);
                None
            }
        }
    }

    async fn close(&mut self) -> Result<(), OutboundError> {
        // The end of its input asks a server to end.
        self.input.lock().await.take();
        self.running.end();
        self.running.ended().await;
        Ok(())
    }
}

impl Drop for StdioTransport {
    fn drop(&mut self) {
        // One that ends by itself is let, to hear how.
        if !self.is_over {
            self.running.kill();
        }
    }
}

impl fmt::Debug for StdioTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StdioTransport").finish_non_exhaustive()
    }
}
