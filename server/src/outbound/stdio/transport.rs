//! rmcp's transport over the pipes of a child: one JSON-RPC message a line, scanned before it is read.

use std::fmt;
use std::sync::Arc;

use rmcp::RoleClient;
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use super::super::OutboundError;
use super::super::mcp::read_message;
use super::super::redact::Redactor;
use super::child::Running;

/// The most lines in a row that are no messages. Some programs greet where only messages belong.
const MAX_STRAY_LINES: usize = 100;

/// The pipes of a child. The child ends when this is closed or dropped.
pub(in super::super) struct StdioTransport {
    input: Arc<Mutex<Option<ChildStdin>>>,
    output: BufReader<ChildStdout>,
    /// The line so far: reading may be broken off and go on.
    line: Vec<u8>,
    strays: usize,
    /// Whether the child closed its output.
    is_over: bool,
    redactor: Redactor,
    running: Running,
    limit: u64,
}

/// What became of a line.
enum Line {
    Whole(Vec<u8>),
    End,
    TooLong,
}

impl StdioTransport {
    pub(super) fn new(input: ChildStdin, output: ChildStdout, redactor: Redactor, running: Running) -> Self {
        Self {
            input: Arc::new(Mutex::new(Some(input))),
            output: BufReader::new(output),
            line: Vec::new(),
            strays: 0,
            is_over: false,
            redactor,
            running,
            limit: u64::MAX,
        }
    }

    /// The same with a limit for one message, in bytes.
    pub(in super::super) fn limited_to(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The next line; it can be dropped and asked for again.
    async fn next_line(&mut self) -> Line {
        loop {
            let Ok(chunk @ [_, ..]) = self.output.fill_buf().await else {
                return Line::End;
            };
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(chunk.len(), |end| end + 1);
            self.line.extend_from_slice(&chunk[..count]);
            self.output.consume(count);
            if self.line.len() as u64 > self.limit {
                return Line::TooLong;
            }
            if end.is_some() {
                return Line::Whole(std::mem::take(&mut self.line));
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
        loop {
            match self.next_line().await {
                Line::Whole(line) => {
                    // Each line by itself: what is held back of one would wait for the next.
                    let mut scanner = self.redactor.scanner();
                    let mut clean = scanner.push(&line);
                    clean.extend(scanner.finish());
                    if let Some(message) = read_message(&self.redactor, &clean) {
                        self.strays = 0;
                        return Some(message);
                    }
                    self.strays += 1;
                    if self.strays > MAX_STRAY_LINES {
                        self.running.fail(OutboundError::NotMcp(super::super::NotMcp::Answer));
                        return None;
                    }
                }
                Line::End => {
                    self.is_over = true;
                    self.running.end();
                    return None;
                }
                Line::TooLong => {
                    self.running.fail(OutboundError::TooLarge { limit: self.limit });
                    return None;
                }
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
