//! The wire contract that is not about one feature.

mod moment;
mod page;
mod patch;
#[cfg(feature = "schema")]
mod schema;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use moment::{moment, optional_moment};
pub use page::{Page, Query};
pub use patch::Patch;
#[cfg(feature = "schema")]
pub(crate) use schema::{address, name};

/// The prefix of every route of the API.
pub const PREFIX: &str = "/api/v1";

/// The header in which the server names the build that answered.
pub const BUILD_HEADER: &str = "x-strongroom-build";

/// A record by ID and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NamedRecord {
    /// Its ID.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

/// Declares the ID type of a table: a UUID that cannot be mistaken for another table's.
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(inline))]
        #[serde(transparent)]
        pub struct $name(pub uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            /// Takes the hyphenated form only: one ID, one spelling.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = uuid::Uuid::try_parse(text)?;
                if text.len() == 36 { Ok(Self(id)) } else { uuid::Uuid::try_parse("").map(Self) }
            }
        }
    };
}
pub(crate) use id_type;
