//! Server-sent events (WHATWG HTML, 9.2), decoded chunk by chunk with a limit for one event.
//!
//! Comments and unknown fields take no memory, however long they are. Bytes that are not UTF-8 become U+FFFD.

use sse_stream::Sse;

/// The bytes that decide on the meaning of a line: a byte order mark, and the longest name with its colon.
const BEGIN_BYTES: usize = 9;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The longest name and id of an event. Both are read as they come, without a look at the budget of bytes.
const MAX_NAME_BYTES: usize = 1024;

/// An event is larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventTooLarge {
    /// The limit of what is too large, in bytes.
    pub limit: usize,
}

/// Decodes one stream.
#[derive(Debug)]
pub struct SseDecoder {
    limit: usize,
    /// The line so far, without its end.
    line: Vec<u8>,
    /// The rest of the line has no meaning.
    skipping: bool,
    /// The last byte was a carriage return: a line feed belongs to it.
    after_return: bool,
    /// No line has been read: a byte order mark may come.
    at_start: bool,
    event: Option<Sse>,
}

impl SseDecoder {
    /// A decoder for a stream whose events have at most so many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            skipping: false,
            after_return: false,
            at_start: true,
            event: None,
        }
    }

    /// The bytes that are kept of an event that is not complete.
    pub fn held(&self) -> usize {
        let event = self.event.as_ref();
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.line.len() + event.map_or(0, |event| text(&event.event) + text(&event.data) + text(&event.id))
    }

    /// The next complete event; `None` when the chunk is used up. What is read is taken from the chunk.
    ///
    /// # Errors
    /// Where an event is larger than the limit.
    pub fn next(&mut self, chunk: &mut &[u8]) -> Result<Option<Sse>, EventTooLarge> {
        while let Some(&first) = chunk.first() {
            if std::mem::take(&mut self.after_return) && first == b'\n' {
                *chunk = &chunk[1..];
                continue;
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, rest) = chunk.split_at(end.unwrap_or(chunk.len()));
            self.take(part)?;
            *chunk = rest;
            let Some(&end) = rest.first() else { continue };
            *chunk = &rest[1..];
            self.after_return = end == b'\r';
            if let Some(event) = self.end_line()? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// Takes a part of a line, as far as it may have a meaning.
    fn take(&mut self, part: &[u8]) -> Result<(), EventTooLarge> {
        if self.skipping || part.is_empty() {
            return Ok(());
        }
        let is_over = self.held() + part.len() > self.limit;
        if is_over || self.line.len() < BEGIN_BYTES {
            let begin: Vec<u8> = self.line.iter().chain(part).take(BEGIN_BYTES).copied().collect();
            match meaning(self.without_mark(&begin)) {
                Meaning::None => {
                    self.skip();
                    return Ok(());
                }
                Meaning::Field if is_over => return Err(EventTooLarge { limit: self.limit }),
                // A comment is no part of an event, and an undecided line may still become one.
                Meaning::Field | Meaning::Undecided => {}
            }
        }
        self.line.extend_from_slice(part);
        Ok(())
    }

    fn skip(&mut self) {
        self.line = Vec::new();
        self.skipping = true;
    }

    fn without_mark<'line>(&self, line: &'line [u8]) -> &'line [u8] {
        match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if self.at_start => rest,
            // A part of the mark decides on nothing.
            None if self.at_start && BYTE_ORDER_MARK.starts_with(line) => b"",
            _ => line,
        }
    }

    fn end_line(&mut self) -> Result<Option<Sse>, EventTooLarge> {
        let line = std::mem::take(&mut self.line);
        let skipped = std::mem::take(&mut self.skipping);
        let content = self.without_mark(&line);
        let is_end = content.is_empty() && !skipped;
        let (name, value) = match content.iter().position(|byte| *byte == b':') {
            Some(colon) => (&content[..colon], &content[colon + 1..]),
            None => (content, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        self.at_start = false;
        if is_end {
            return Ok(self.event.take());
        }
        if !skipped {
            self.field(name, value)?;
        }
        // Replacement characters are longer than what they stand for.
        if self.held() > self.limit {
            return Err(EventTooLarge { limit: self.limit });
        }
        Ok(None)
    }

    fn field(&mut self, name: &[u8], value: &[u8]) -> Result<(), EventTooLarge> {
        let text = || String::from_utf8_lossy(value);
        match name {
            b"event" | b"id" if value.len() > MAX_NAME_BYTES => {
                return Err(EventTooLarge { limit: MAX_NAME_BYTES });
            }
            b"data" => {
                let event = self.event.get_or_insert_default();
                match &mut event.data {
                    Some(data) => {
                        data.push('\n');
                        data.push_str(&text());
                    }
                    None => event.data = Some(text().into_owned()),
                }
            }
            b"event" => self.event.get_or_insert_default().event = Some(text().into_owned()),
            b"id" if !value.contains(&0) => self.event.get_or_insert_default().id = Some(text().into_owned()),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                if let Ok(millis) = text().parse() {
                    self.event.get_or_insert_default().retry = Some(millis);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The meaning of a line.
enum Meaning {
    /// A field of an event.
    Field,
    /// The bytes so far are the beginning of a name.
    Undecided,
    /// A comment, or an unknown field.
    None,
}

/// The meaning of a line that begins so.
fn meaning(begin: &[u8]) -> Meaning {
    let mut meaning = Meaning::None;
    for name in [&b"data:"[..], b"event:", b"id:", b"retry:"] {
        if begin.starts_with(name) {
            return Meaning::Field;
        }
        if name.starts_with(begin) {
            meaning = Meaning::Undecided;
        }
    }
    meaning
}

#[cfg(test)]
mod tests {
    use sse_stream::Sse;

    use super::{EventTooLarge, SseDecoder};

    fn decode(stream: &[u8], size: usize, limit: usize) -> Result<Vec<Sse>, EventTooLarge> {
        let mut decoder = SseDecoder::new(limit);
        let mut events = Vec::new();
        for chunk in stream.chunks(size) {
            let mut rest = chunk;
            while let Some(event) = decoder.next(&mut rest)? {
                events.push(event);
            }
            assert!(rest.is_empty() && decoder.held() <= limit);
        }
        Ok(events)
    }

    #[test]
    fn events_are_the_same_wherever_the_chunks_are_cut() {
        let stream = "\u{FEFF}: hello\r\nevent: a\r\ndata: one\r\ndata:two\r\rid: 7\nretry: 500\ndata\n\n\n\
                      unknown: x\ndata:  é\u{0}\nid: \u{0}\nretry: x\n\nevent: b\n\ndata: [DONE]\n\ndata: cut off"
            .as_bytes();
        let event = |name: Option<&str>, data: Option<&str>| Sse {
            event: name.map(str::to_owned),
            data: data.map(str::to_owned),
            ..Sse::default()
        };
        let expected = vec![
            event(Some("a"), Some("one\ntwo")),
            Sse {
                id: Some("7".to_owned()),
                retry: Some(500),
                ..event(None, Some(""))
            },
            event(None, Some(" é\u{0}")),
            event(Some("b"), None),
            event(None, Some("[DONE]")),
        ];
        for size in 1..=stream.len() {
            assert_eq!(decode(stream, size, 1000).unwrap(), expected, "{size}");
        }
    }

    #[test]
    fn an_event_over_the_limit_is_refused_before_it_is_kept() {
        let line = format!("data: {}\n\n", "x".repeat(100));
        let lines = format!("{}\n", "data: 0123456789\n".repeat(10));
        for size in [1, 7, 1000] {
            assert_eq!(decode(line.as_bytes(), size, 99), Err(EventTooLarge { limit: 99 }));
            assert_eq!(decode(line.as_bytes(), size, 106).unwrap().len(), 1);
            assert_eq!(decode(lines.as_bytes(), size, 99), Err(EventTooLarge { limit: 99 }));
            assert_eq!(decode(lines.as_bytes(), size, 200).unwrap().len(), 1);
        }
    }

    #[test]
    fn names_and_ids_have_a_limit_of_their_own() {
        for field in ["event", "id"] {
            let of = |bytes: usize| format!("{field}: {}\ndata: 1\n\n", "x".repeat(bytes));
            for size in [1, 100_000] {
                assert_eq!(decode(of(1024).as_bytes(), size, 10_000).unwrap().len(), 1);
                assert_eq!(
                    decode(of(1025).as_bytes(), size, 10_000),
                    Err(EventTooLarge { limit: 1024 })
                );
            }
        }
    }

    #[test]
    fn comments_and_unknown_fields_are_not_kept() {
        let stream = format!("data: 1\n:{0}\n{0}\n{0}: x\ndatas: {0}\n\n", "x".repeat(1000));
        for size in [1, 3, 64, 10_000] {
            let events = decode(stream.as_bytes(), size, 40).unwrap();
            assert_eq!(events.len(), 1, "{size}");
            assert_eq!(events[0].data.as_deref(), Some("1"));
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_count_as_what_they_become() {
        let stream = [&b"data: "[..], &[0xFF; 100], b"\n\n"].concat();
        assert_eq!(decode(&stream, 1000, 200), Err(EventTooLarge { limit: 200 }));
        let events = decode(&stream, 1000, 400).unwrap();
        assert_eq!(events[0].data.as_deref(), Some("\u{FFFD}".repeat(100).as_str()));
    }
}
