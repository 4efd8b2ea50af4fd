//! What comes in, checked.

use ::http::request::Parts;
use app::api::Patch;
use app::credentials::CredentialId;
use app::mcp_servers::{McpServerId, Transport};
use axum::extract::{FromRequestParts, RawPathParams};
use serde_json::{Map, Value};
use url::Url;

use crate::destination::Destination;
use crate::http::{ApiError, Fields};

/// An address that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address.
    pub url: Url,
    /// Where requests to it go.
    pub destination: Destination,
}

/// `POST /mcp-servers`.
#[derive(Debug)]
pub struct Create {
    /// The name.
    pub name: String,
    /// Whether it may be used.
    pub enabled: bool,
    /// Where it is.
    pub address: Address,
    /// What it asks for.
    pub credential: Option<CredentialId>,
    /// Whether its host is to be added to the credential's list.
    pub allow_host: bool,
}

/// `PATCH /mcp-servers/{id}`.
#[derive(Debug)]
pub struct Update {
    /// A new name.
    pub name: Patch<String>,
    /// On or off.
    pub enabled: Patch<bool>,
    /// A new address.
    pub address: Patch<Address>,
    /// Another credential, or none.
    pub credential: Patch<CredentialId>,
    /// Whether its host is to be added to the credential's list.
    pub allow_host: bool,
}

/// `POST /mcp-servers/test`.
#[derive(Debug)]
pub struct Test {
    /// The saved server that the rest changes.
    pub id: Option<McpServerId>,
    /// The rest. A name is not needed.
    pub changes: Update,
}

const ADDRESS: &str = "Enter the address of the server, e.g. https://mcp.example.com/mcp.";

/// Reads `POST /mcp-servers`.
///
/// # Errors
/// 422 with all broken rules.
pub fn create(mut fields: Fields) -> Result<Create, ApiError> {
    let name = fields.name("name");
    let enabled = fields.patch_bool("enabled");
    transport(&mut fields);
    let address = fields.text("url", ADDRESS).and_then(|text| address(&mut fields, &text));
    let credential = fields.patch_id("credential_id");
    let allow_host = fields.flag("allow_host");
    let content = name.zip(address).map(|(name, address)| Create {
        name,
        enabled: enabled.over(Some(true)).unwrap_or(true),
        address,
        credential: credential.over(None),
        allow_host,
    });
    fields.finish(content)
}

/// Reads `PATCH /mcp-servers/{id}`.
///
/// # Errors
/// 422 with all broken rules.
pub fn update(mut fields: Fields) -> Result<Update, ApiError> {
    let content = changes(&mut fields);
    fields.finish(Some(content))
}

/// Reads `POST /mcp-servers/test`.
///
/// # Errors
/// 422 with all broken rules.
pub fn test(mut fields: Fields) -> Result<Test, ApiError> {
    let id = fields.patch_id("id").over(None);
    let changes = changes(&mut fields);
    if id.is_none() && changes.address.is_absent() && fields.is_clean() {
        fields.fault("/url", "required", ADDRESS);
    }
    fields.finish(Some(Test { id, changes }))
}

fn changes(fields: &mut Fields) -> Update {
    let name = fields.patch_name("name");
    let enabled = fields.patch_bool("enabled");
    transport(fields);
    let address = match fields.patch_text("url") {
        Patch::Set(text) => address(fields, &text).map_or(Patch::Absent, Patch::Set),
        Patch::Null | Patch::Absent => Patch::Absent,
    };
    Update {
        name,
        enabled,
        address,
        credential: fields.patch_id("credential_id"),
        allow_host: fields.flag("allow_host"),
    }
}

fn address(fields: &mut Fields, text: &str) -> Option<Address> {
    if text.trim().is_empty() {
        fields.fault("/url", "required", ADDRESS);
        return None;
    }
    match Destination::parse(text) {
        Ok((url, destination)) => Some(Address { url, destination }),
        Err(fault) => {
            fields.fault("/url", fault.code(), &fault.to_string());
            None
        }
    }
}

/// There is one transport so far.
fn transport(fields: &mut Fields) -> Transport {
    if let Patch::Set(text) = fields.patch_text("transport")
        && text != "http"
    {
        fields.fault("/transport", "unknown-transport", "Use http.");
    }
    Transport::Http
}

/// Reads `POST /mcp-servers/{id}/tools/{tool}/call`: the arguments of the tool, as its schema has them.
///
/// # Errors
/// 422 with all broken rules.
pub fn call(mut fields: Fields) -> Result<Option<Map<String, Value>>, ApiError> {
    let arguments = fields.patch_object("arguments").over(None);
    fields.finish(Some(arguments))
}

/// The name of a tool in the path.
#[derive(Debug)]
pub struct ToolPath(pub String);

/// The longest name of a tool, in characters; the protocol allows 128.
const MAX_TOOL_CHARS: usize = 256;

impl<S: Send + Sync> FromRequestParts<S> for ToolPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let tool = params
            .iter()
            .find(|(name, _)| *name == "tool")
            .map(|(_, tool)| tool.to_owned());
        tool.filter(|tool| !tool.chars().any(char::is_control) && tool.chars().count() <= MAX_TOOL_CHARS)
            .map(Self)
            .ok_or(ApiError::NotFound)
    }
}
