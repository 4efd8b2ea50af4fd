//! The three states of a field of a merge patch.

use serde::{Deserialize, Deserializer};

/// A field of a JSON Merge Patch. Use it with `#[serde(default)]`, so that a missing field is `Absent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not in the document: unchanged.
    #[default]
    Absent,
    /// `null`: cleared.
    Null,
    /// A new content.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the field is not in the document.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The content after the patch, given what it was before.
    pub fn apply_to(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Absent => before,
            Self::Null => None,
            Self::Set(content) => Some(content),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<T>::deserialize(deserializer)? {
            Some(content) => Self::Set(content),
            None => Self::Null,
        })
    }
}

#[cfg(target_arch = "wasm32")]
impl<T: serde::Serialize> serde::Serialize for Patch<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(content) => serializer.serialize_some(content),
            Self::Absent | Self::Null => serializer.serialize_none(),
        }
    }
}

/// A field that can be left out has the shape of what it can be set to. One that can be cleared says so with
/// `#[schemars(with = "Option<…>")]`.
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;

    #[derive(serde::Deserialize)]
    struct Document {
        #[serde(default)]
        field: Patch<u8>,
    }

    #[test]
    fn a_missing_field_differs_from_null() {
        let read = |text| {
            serde_json::from_str::<Document>(text)
                .map(|document| document.field)
                .ok()
        };
        assert_eq!(read("{}"), Some(Patch::Absent));
        assert_eq!(read(r#"{"field":null}"#), Some(Patch::Null));
        assert_eq!(read(r#"{"field":7}"#), Some(Patch::Set(7)));
    }

    #[test]
    fn a_patch_is_laid_over_what_was_there() {
        assert_eq!(Patch::Absent.apply_to(Some(1)), Some(1));
        assert_eq!(Patch::Null.apply_to(Some(1)), None);
        assert_eq!(Patch::Set(2).apply_to(None), Some(2));
    }
}
