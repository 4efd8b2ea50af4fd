//! What a field holds.

use super::{Form, Route};

/// What a field holds, and the rules for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A text.
    Text {
        /// One line or several.
        lines: Lines,
        /// The fewest characters.
        min: Option<usize>,
        /// The most characters.
        max: Option<usize>,
        /// Whether it may hold no spaces and line breaks.
        unbroken: bool,
    },
    /// An address, http or https.
    Url,
    /// A number.
    Number {
        /// Whether only whole numbers fit.
        whole: bool,
        /// The least.
        min: Option<f64>,
        /// The greatest.
        max: Option<f64>,
    },
    /// On or off.
    Switch,
    /// One of a few.
    Choice(Vec<Choice>),
    /// A list of texts.
    Texts {
        /// The fewest entries.
        min_items: Option<usize>,
        /// The most entries.
        max_items: Option<usize>,
        /// The most characters of an entry.
        max: Option<usize>,
        /// Whether no two may be the same.
        unique: bool,
    },
    /// Further fields.
    Object(Form),
    /// The id of a credential.
    Credential,
    /// The id of an MCP server.
    McpServer,
    /// Names of tools, chosen from what a route lists; without the list, all of them.
    ToolNames {
        /// Where they are listed.
        route: Route,
        /// The most entries.
        max_items: Option<usize>,
    },
    /// JSON, typed as text.
    Json(JsonShape),
}

/// How many lines a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One.
    Single,
    /// As many as are typed.
    Several,
}

/// What kind of JSON is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonShape {
    /// Any.
    Any,
    /// An object.
    Object,
    /// A list.
    Array,
}

/// One of the values of a choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// How people write it.
    pub label: String,
}

impl Content {
    /// Whether what is typed is one text.
    pub fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Text { .. } | Self::Url | Self::Choice(_) | Self::Credential | Self::McpServer
        )
    }

    /// Whether it is the id of something.
    pub fn is_id(&self) -> bool {
        matches!(self, Self::Credential | Self::McpServer)
    }
}
