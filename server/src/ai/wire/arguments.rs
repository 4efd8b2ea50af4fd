//! Tool arguments and objects that models write as text: parsed under the byte budget, as every document of a peer is.

use serde_json::{Map, Value};

use super::Completion;
use crate::outbound::OutboundError;
use crate::outbound::intake::Grant;
use crate::outbound::intake::json::{JsonFault, memory, parse};

impl Completion {
    /// Parses the arguments of all calls that came as texts. A text that is no document stays as it is.
    ///
    /// # Errors
    /// `Err` if the grant cannot grow or a document has too many values.
    pub fn read_arguments(&mut self, grant: &mut Grant) -> Result<(), OutboundError> {
        let before = grant.held();
        for call in &mut self.calls {
            if let Value::String(text) = &call.arguments {
                if let Some(document) = document(text, grant)? {
                    call.arguments = document;
                }
            } else {
                grant.hold(grant.held() + memory(&call.arguments))?;
            }
        }
        self.argument_bytes = grant.held().saturating_sub(before);
        Ok(())
    }
}

/// The document of a text; `None` where there is none. The grant holds its memory on top of what it held.
pub(in crate::ai) fn document(text: &str, grant: &mut Grant) -> Result<Option<Value>, OutboundError> {
    if text.trim().is_empty() {
        return Ok(Some(Value::Object(Map::new())));
    }
    let before = grant.held();
    match parse(text.as_bytes(), &mut |bytes| grant.hold(before + bytes)) {
        Ok(document) => Ok(Some(document)),
        Err(JsonFault::Syntax) => {
            grant.hold(before)?;
            Ok(None)
        }
        Err(JsonFault::TooManyNodes) => Err(OutboundError::TooManyNodes),
        Err(JsonFault::Budget(over)) => Err(over.into()),
    }
}

/// Follows a document that comes in pieces to its end, each byte once.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: usize,
    in_text: bool,
    escaped: bool,
    ended: bool,
}

impl Nesting {
    /// Reads one more piece.
    pub fn add(&mut self, piece: &str) {
        for byte in piece.bytes() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.ended = self.depth == 0;
                }
                _ => {}
            }
        }
    }

    /// `true` once an object or an array has come whole.
    pub fn is_whole(&self) -> bool {
        self.ended && self.depth == 0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Nesting, document};
    use crate::ai::wire::{Call, Completion};
    use crate::outbound::OutboundError;
    use crate::outbound::intake::{Account, ReadBudget};

    #[test]
    fn a_document_is_whole_at_its_last_bracket() {
        let text = r#"{"a":"}\"]","b":[{}]}"#;
        let mut nesting = Nesting::default();
        for (at, byte) in text.char_indices() {
            assert!(!nesting.is_whole(), "{at}");
            nesting.add(byte.encode_utf8(&mut [0; 4]));
        }
        assert!(nesting.is_whole());
    }

    #[test]
    fn arguments_are_parsed_within_the_budget() {
        let call = |text: String| Call {
            arguments: Value::String(text),
            ..Call::default()
        };
        let budget = ReadBudget::new(64 << 20);
        let mut grant = budget.grant_of_operation(Account::of(None)).unwrap();
        let mut answer = Completion {
            calls: [r#"{"a":1}"#, "", "no json"].map(|text| call(text.to_owned())).into(),
            ..Completion::default()
        };
        answer.read_arguments(&mut grant).unwrap();
        let read: Vec<Value> = answer.calls.into_iter().map(|call| call.arguments).collect();
        assert_eq!(read, [json!({"a": 1}), json!({}), json!("no json")]);
        assert!(answer.argument_bytes > 0);

        // Documents of a few bytes for each value, together larger than the share of a user.
        let bomb = || call(format!("[{}0]", r#"{"":0},"#.repeat(20_000)));
        let mut answer = Completion {
            calls: vec![bomb(), bomb()],
            ..Completion::default()
        };
        let refused = answer.read_arguments(&mut grant);
        assert!(matches!(refused, Err(OutboundError::TooComplex { .. })), "{refused:?}");
        let many = format!("[{}0]", "0,".repeat(300_000));
        let large = ReadBudget::new(1 << 30);
        let mut grant = large.grant_of_operation(Account::of(None)).unwrap();
        assert_eq!(document(&many, &mut grant), Err(OutboundError::TooManyNodes));
    }
}
