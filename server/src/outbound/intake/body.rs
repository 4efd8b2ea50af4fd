//! The body of an answer, read chunk by chunk: within limits of size and time, and scanned.

use std::time::Duration;

use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt as _};
use tokio::time::{Instant, timeout_at};

use super::super::OutboundError;
use super::super::redact::Scanner;
use super::budget::GRANT_BYTES;
use super::{Charged, Grant, Workers};

/// Limits of time for one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// For the next byte inside of a document or an event. A grant that got no byte for so long ends.
    pub stall: Duration,
    /// For the next byte between events, or before the first byte.
    pub quiet: Duration,
    /// For the whole answer.
    pub total: Duration,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            stall: Duration::from_secs(30),
            quiet: Duration::from_mins(5),
            total: Duration::from_mins(15),
        }
    }
}

/// A body that is being read.
pub(in super::super) struct Body {
    chunks: BoxStream<'static, Result<Bytes, OutboundError>>,
    /// `None` after the end, or after an error.
    scanner: Option<Scanner>,
    limit: u64,
    left: u64,
    times: ReadLimits,
    ends_at: Instant,
    workers: Workers,
    /// Away while a worker charges it.
    grant: Option<Grant>,
}

impl Body {
    pub fn new(
        chunks: BoxStream<'static, Result<Bytes, OutboundError>>,
        scanner: Scanner,
        limit: u64,
        times: ReadLimits,
        workers: Workers,
        grant: Grant,
    ) -> Self {
        Self {
            chunks,
            scanner: Some(scanner),
            limit,
            left: limit,
            times,
            ends_at: Instant::now() + times.total,
            workers,
            grant: Some(grant),
        }
    }

    /// The grant of this read.
    pub fn grant(&mut self) -> Option<&mut Grant> {
        self.grant.as_mut()
    }

    /// The grant, for work that charges it elsewhere.
    pub fn take_grant(&mut self) -> Option<Grant> {
        self.grant.take()
    }

    /// The grant, after such work.
    pub fn put_grant(&mut self, grant: Grant) {
        self.grant = Some(grant);
    }

    /// The whole body.
    pub async fn whole(mut self) -> Result<Charged, OutboundError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next(!bytes.is_empty()).await? {
            self.add(&mut bytes, &chunk)?;
        }
        let grant = self.take_grant().ok_or(OutboundError::Failed)?;
        Ok(Charged { bytes, grant })
    }

    /// The beginning of the body. Any failure ends it.
    pub async fn beginning(mut self) -> Option<Charged> {
        let mut bytes = Vec::new();
        while let Ok(Some(chunk)) = self.next(!bytes.is_empty()).await {
            if self.add(&mut bytes, &chunk).is_err() {
                break;
            }
        }
        let grant = self.take_grant()?;
        Some(Charged { bytes, grant })
    }

    fn add(&mut self, bytes: &mut Vec<u8>, chunk: &[u8]) -> Result<(), OutboundError> {
        let grant = self.grant.as_mut().ok_or(OutboundError::Failed)?;
        grant.hold((bytes.len() + chunk.len()) as u64)?;
        bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// The next scanned chunk; `None` at the end. Inside of a document or an event it must come soon.
    pub async fn next(&mut self, is_inside: bool) -> Result<Option<Vec<u8>>, OutboundError> {
        loop {
            let Some(mut scanner) = self.scanner.take() else {
                return Ok(None);
            };
            let Some(chunk) = self.receive(is_inside).await? else {
                return Ok(Some(scanner.finish()).filter(|rest| !rest.is_empty()));
            };
            let size = chunk.len();
            self.left = self
                .left
                .checked_sub(size as u64)
                .ok_or(OutboundError::TooLarge { limit: self.limit })?;
            let scan = move || {
                let clean = scanner.push(&chunk);
                (scanner, clean)
            };
            let (scanner, clean) = self.workers.run(size, scan).await.ok_or(OutboundError::Failed)?;
            if let Some(grant) = self.grant.as_mut() {
                grant.hold_undecided(scanner.held().len() as u64)?;
            }
            self.scanner = Some(scanner);
            if !clean.is_empty() {
                return Ok(Some(clean));
            }
        }
    }

    /// The next chunk as it comes.
    async fn receive(&mut self, is_inside: bool) -> Result<Option<Bytes>, OutboundError> {
        let now = Instant::now();
        let stalled_at = now + self.times.stall;
        if stalled_at < self.ends_at
            && let Ok(chunk) = timeout_at(stalled_at, self.chunks.next()).await
        {
            return chunk.transpose();
        }
        if is_inside && stalled_at < self.ends_at {
            return Err(OutboundError::TimedOut(self.times.stall));
        }
        if let Some(grant) = self.grant.as_mut() {
            grant.park();
            // A silent peer would keep others from reading.
            if grant.held() > GRANT_BYTES && stalled_at < self.ends_at {
                return Err(OutboundError::TimedOut(self.times.stall));
            }
        }
        let (until, limit) = if now + self.times.quiet < self.ends_at {
            (now + self.times.quiet, self.times.quiet)
        } else {
            (self.ends_at, self.times.total)
        };
        match timeout_at(until, self.chunks.next()).await {
            Ok(chunk) => chunk.transpose(),
            Err(_) => Err(OutboundError::TimedOut(limit)),
        }
    }
}
