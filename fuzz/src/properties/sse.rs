//! Server-sent events: the same events wherever the chunks are cut, within the limit of memory.

use server::outbound::intake::sse::{EventTooLarge, SseDecoder};

/// The bytes of a line whose meaning is not known yet.
const UNDECIDED_BYTES: usize = 9;

/// The first byte is the size of the chunks, the second the limit of an event, the rest the stream.
///
/// # Panics
/// Where the events depend on the chunks, or more is held than the limit.
pub fn check(data: &[u8]) {
    let [size, limit, stream @ ..] = data else { return };
    let limit = 16 + usize::from(*limit) * 4;
    let cut = decode(stream, 1 + usize::from(*size) % 16, limit);
    let whole = decode(stream, stream.len().max(1), limit);
    assert_eq!(cut, whole, "the events do not depend on the chunks");
}

/// The data, names and ids of the events, and whether one was too large.
fn decode(stream: &[u8], size: usize, limit: usize) -> (Vec<String>, Result<(), EventTooLarge>) {
    let mut decoder = SseDecoder::new(limit);
    let mut events = Vec::new();
    for chunk in stream.chunks(size) {
        let mut rest = chunk;
        loop {
            match decoder.next(&mut rest) {
                Ok(Some(event)) => events.push(format!("{event:?}")),
                Ok(None) => break,
                Err(error) => return (events, Err(error)),
            }
        }
        assert!(rest.is_empty(), "a chunk is used up");
        assert!(
            decoder.held() <= limit + UNDECIDED_BYTES,
            "no more is held than the limit"
        );
    }
    (events, Ok(()))
}
