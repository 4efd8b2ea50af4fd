//! Reads `text/event-stream`, in whatever pieces it comes.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerEvent {
    /// Its name; `message` where it has none.
    pub name: String,
    /// Its data, lines joined.
    pub data: String,
}

/// Gathers bytes until events are whole.
#[derive(Debug, Default)]
pub struct EventReader {
    /// What came of a line that is not whole yet: a piece may end inside of a character.
    rest: Vec<u8>,
    name: String,
    data: Vec<String>,
}

impl EventReader {
    /// Takes a piece, and gives the events that it completes.
    pub fn take(&mut self, piece: &[u8]) -> Vec<ServerEvent> {
        self.rest.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        events
    }

    /// A blank line ends an event; one without data is none.
    fn line(&mut self, line: &str) -> Option<ServerEvent> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            return (!data.is_empty()).then(|| ServerEvent {
                name: if name.is_empty() { "message".to_owned() } else { name },
                data: data.join("\n"),
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push(value.to_owned()),
            // A comment keeps the connection open; ids and times to wait are for reconnecting, which nobody does here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{EventReader, ServerEvent};

    fn event(name: &str, data: &str) -> ServerEvent {
        ServerEvent {
            name: name.to_owned(),
            data: data.to_owned(),
        }
    }

    const STREAM: &str =
        ": hello\r\n\r\nevent: text\r\ndata: {\"delta\":\"Grüße 東\"}\r\n\r\ndata:a\ndata: b\n\nid: 7\n\n";

    #[test]
    fn events_come_out_whole_however_they_are_cut() {
        let expected = [event("text", "{\"delta\":\"Grüße 東\"}"), event("message", "a\nb")];
        for size in 1..STREAM.len() {
            let mut reader = EventReader::default();
            let found: Vec<ServerEvent> = STREAM
                .as_bytes()
                .chunks(size)
                .flat_map(|piece| reader.take(piece))
                .collect();
            assert_eq!(found, expected, "pieces of {size}");
        }
    }

    #[test]
    fn an_event_that_breaks_off_is_none() {
        let mut reader = EventReader::default();
        assert_eq!(reader.take(b"data: half"), []);
        assert_eq!(reader.take(b"\n"), []);
        assert_eq!(reader.take(b"\n"), [event("message", "half")]);
    }
}
