//! An object as its text has it.

use std::cell::Cell;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::plain::Plain;

/// The most entries of an object that are kept: no input has nearly so many fields.
pub(super) const MAX_ENTRIES: usize = 256;

/// A top-level object whose fields keep their order and their repetitions.
pub(super) enum Document {
    Object {
        entries: Vec<(String, Value)>,
        /// Whether it has more entries than are kept.
        more: bool,
        /// `true` if an object inside has a reserved name.
        reserved: bool,
    },
    Other,
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Document, M::Error> {
                let mut entries = Vec::new();
                let (mut more, reserved) = (false, Cell::new(false));
                while let Some(name) = map.next_key()? {
                    entries.push((name, map.next_value_seed(Plain { reserved: &reserved })?));
                    if entries.len() == MAX_ENTRIES {
                        break;
                    }
                }
                while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Document::Object {
                    entries,
                    more,
                    reserved: reserved.get(),
                })
            }
            fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_str<E>(self, _: &str) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_unit<E>(self) -> Result<Document, E> {
                Ok(Document::Other)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
                while seq.next_element::<de::IgnoredAny>()?.is_some() {}
                Ok(Document::Other)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
