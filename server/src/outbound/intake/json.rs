//! JSON of peers, parsed under a budget of nodes and bytes.
//!
//! A document of two bytes for each node takes a hundred times its size in memory. Nodes are counted, and their memory
//! is charged, before they are built.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::budget::OverBudget;

/// The most nodes of one document: values of every kind, objects and arrays included.
pub const MAX_NODES: usize = 200_000;

/// The memory of one node, in bytes: a value, and its place in an array that has grown by doubling.
const NODE_BYTES: u64 = 72;

/// The first item of an array takes the memory of four, in bytes on top of those of its node.
const FIRST_ITEM_BYTES: u64 = 96;

/// The memory of one leaf of the tree that holds the fields of an object, in bytes.
const LEAF_BYTES: u64 = 640;

/// The fields that a leaf holds at least, once an object has more than one leaf.
const LEAF_FIELDS: u64 = 6;

/// The beginning of names by which `serde_json` marks a text that is itself a document. Converting an object with such a
/// field parses the text, outside of every budget.
const RESERVED: &str = "$serde_json::private::";

/// The longest name of a field. Readers of documents put paths of names together.
const MAX_NAME_BYTES: usize = 1024;

/// Why a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonFault {
    /// The bytes are not JSON, are nested too deep, or have a name that is reserved or longer than 1 KiB.
    Syntax,
    /// The document has more than [`MAX_NODES`] nodes.
    TooManyNodes,
    /// The budget does not hold its memory.
    Budget(OverBudget),
}

/// Parses a document. `charge` is called with the memory of the document so far, before it is allocated.
pub fn parse(bytes: &[u8], charge: &mut dyn FnMut(u64) -> Result<(), OverBudget>) -> Result<Value, JsonFault> {
    let meter = Meter {
        nodes: Cell::new(0),
        bytes: Cell::new(0),
        charged: Cell::new(0),
        fault: Cell::new(None),
    };
    let charge = std::cell::RefCell::new(charge);
    let seed = Seed {
        meter: &meter,
        charge: &charge,
    };
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document = seed.deserialize(&mut reader).and_then(|document| {
        reader.end()?;
        Ok(document)
    });
    let document = document.map_err(|_| meter.fault.get().unwrap_or(JsonFault::Syntax))?;
    // The rest of the last step: many small documents are charged, too.
    (charge.borrow_mut())(meter.bytes.get()).map_err(JsonFault::Budget)?;
    Ok(document)
}

/// The nodes and the memory so far.
struct Meter {
    nodes: Cell<usize>,
    bytes: Cell<u64>,
    /// Bytes at the last charge.
    charged: Cell<u64>,
    fault: Cell<Option<JsonFault>>,
}

type Charge<'charge> = std::cell::RefCell<&'charge mut dyn FnMut(u64) -> Result<(), OverBudget>>;

#[derive(Clone, Copy)]
struct Seed<'meter, 'charge> {
    meter: &'meter Meter,
    charge: &'meter Charge<'charge>,
}

/// The step in which memory is charged, in bytes.
const STEP_BYTES: u64 = 16 * 1024;

impl Seed<'_, '_> {
    fn node<E: serde::de::Error>(self) -> Result<(), E> {
        let nodes = self.meter.nodes.get() + 1;
        self.meter.nodes.set(nodes);
        if nodes > MAX_NODES {
            return Err(self.fail(JsonFault::TooManyNodes));
        }
        self.bytes(NODE_BYTES)
    }

    fn bytes<E: serde::de::Error>(self, more: u64) -> Result<(), E> {
        let bytes = self.meter.bytes.get().saturating_add(more);
        self.meter.bytes.set(bytes);
        if bytes - self.meter.charged.get() < STEP_BYTES {
            return Ok(());
        }
        self.meter.charged.set(bytes);
        (self.charge.borrow_mut())(bytes).map_err(|over| self.fail(JsonFault::Budget(over)))
    }

    fn text<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        self.bytes(text.len() as u64)?;
        Ok(text.to_owned())
    }

    /// The error of serde carries no text: it would be built from the input.
    fn fail<E: serde::de::Error>(self, fault: JsonFault) -> E {
        self.meter.fault.set(Some(fault));
        E::custom("over budget")
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.node()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.text(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            if array.is_empty() {
                self.bytes::<A::Error>(FIRST_ITEM_BYTES)?;
            }
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let mut count = 0_u64;
        while let Some(name) = fields.next_key_seed(Name(self))? {
            if count.is_multiple_of(LEAF_FIELDS) {
                self.bytes::<A::Error>(LEAF_BYTES)?;
            }
            count += 1;
            object.insert(name, fields.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

/// The memory that a document takes, as it is charged while it is parsed.
pub fn memory(document: &Value) -> u64 {
    let inner = match document {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len() as u64,
        Value::Array(items) => {
            let first = if items.is_empty() { 0 } else { FIRST_ITEM_BYTES };
            first + items.iter().map(memory).sum::<u64>()
        }
        Value::Object(fields) => {
            let leaves = (fields.len() as u64).div_ceil(LEAF_FIELDS) * LEAF_BYTES;
            let names: usize = fields.keys().map(String::len).sum();
            leaves + names as u64 + fields.values().map(memory).sum::<u64>()
        }
    };
    NODE_BYTES + inner
}

/// The name of a field.
struct Name<'meter, 'charge>(Seed<'meter, 'charge>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<String, E> {
        if name.starts_with(RESERVED) || name.len() > MAX_NAME_BYTES {
            return Err(E::custom("a name that is refused"));
        }
        self.0.text(name)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::Value;

    use super::super::budget::OverBudget;
    use super::{JsonFault, MAX_NODES, parse};

    fn free(bytes: &[u8]) -> Result<Value, JsonFault> {
        parse(bytes, &mut |_| Ok(()))
    }

    #[test]
    fn a_document_is_read_as_serde_json_reads_it() {
        for text in [
            "null",
            " true ",
            "-1",
            "18446744073709551615",
            "1.5e300",
            "1e999",
            r#""a\u00e9\ud83d\ude00\n""#,
            r#"{"a":[1,{"b":null}],"a":2,"":""}"#,
            "[[],{}]",
            "",
            "{",
            "[1,]",
            "1 2",
            "\"\u{1}\"",
            "nul",
            r#"{"a"}"#,
        ] {
            let expected = serde_json::from_str::<Value>(text).map_err(|_| JsonFault::Syntax);
            assert_eq!(free(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(free(b"\"\xff\""), Err(JsonFault::Syntax));
        let deep = "[".repeat(500) + &"]".repeat(500);
        assert_eq!(free(deep.as_bytes()), Err(JsonFault::Syntax));
    }

    #[test]
    fn a_document_with_too_many_nodes_is_refused() {
        let of = |nodes: usize| format!("[{}0]", "0,".repeat(nodes - 2));
        assert!(free(of(MAX_NODES).as_bytes()).is_ok());
        assert_eq!(free(of(MAX_NODES + 1).as_bytes()), Err(JsonFault::TooManyNodes));
        let bomb = format!("[{}0]", r#"{"":0},"#.repeat(1_200_000));
        assert_eq!(free(bomb.as_bytes()), Err(JsonFault::TooManyNodes));
    }

    #[test]
    fn memory_is_charged_before_it_is_allocated() {
        let small = format!("[{}0]", r#"{"":0},"#.repeat(90_000));
        let most = Cell::new(0);
        let mut limited = |bytes: u64| {
            most.set(bytes);
            if bytes > 1_000_000 {
                Err(OverBudget::Others)
            } else {
                Ok(())
            }
        };
        assert_eq!(
            parse(small.as_bytes(), &mut limited),
            Err(JsonFault::Budget(OverBudget::Others))
        );
        assert!((1_000_000..1_100_000).contains(&most.get()), "{}", most.get());
        let long = format!("[\"{}\"]", "x".repeat(2_000_000));
        assert_eq!(
            parse(long.as_bytes(), &mut limited),
            Err(JsonFault::Budget(OverBudget::Others))
        );
    }

    #[test]
    fn small_objects_are_charged_with_what_they_take() {
        let count = 10_000_u64;
        let text = format!("[{}0]", r#"{"":0},"#.repeat(10_000));
        let mut charged = 0;
        parse(text.as_bytes(), &mut |bytes| {
            charged = bytes;
            Ok(())
        })
        .unwrap();
        // A tree leaf of 11 names and values, and the place in the array.
        let real = count * (11 * (24 + 32) + 16 + 32);
        assert!((real..2 * real).contains(&charged), "{charged} for {real}");
    }
}
