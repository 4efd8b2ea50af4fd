//! What comes in, checked as far as that can be done without knowing what is stored.

use ::http::request::Parts;
use axum::extract::{FromRequestParts, RawPathParams};
use contract::api::Patch;
use contract::credentials::CredentialId;
use contract::mcp_servers::{McpServerId, Transport};
use serde_json::{Map, Value};

use super::target::{self, ServerTarget};
use crate::address::Address;
use crate::config::StdioSettings;
use crate::http::{ApiError, Fields};
use crate::references::{Allow, allow};

/// `POST /mcp-servers`.
#[derive(Debug)]
pub struct Create {
    pub name: String,
    /// Whether it may be used.
    pub enabled: bool,
    pub target: ServerTarget,
    /// What it asks for.
    pub credential: Option<CredentialId>,
    /// Consent to add the destination to the credential's list.
    pub allow: Allow,
}

/// `PATCH /mcp-servers/{id}`.
#[derive(Debug)]
pub struct Update {
    pub name: Patch<String>,
    /// On or off.
    pub enabled: Patch<bool>,
    pub moves: Moves,
    /// Another credential, or none.
    pub credential: Patch<CredentialId>,
    /// Consent to add the destination to the credential's list.
    pub allow: Allow,
}

impl Update {
    /// `true` if the change only switches the server off or detaches its credential.
    pub fn only_revokes(&self) -> bool {
        let switches_off = self.enabled == Patch::Set(false);
        let detaches = self.credential == Patch::Null;
        let keeps_the_rest = (switches_off && self.credential.is_absent()) || (detaches && self.enabled.is_absent());
        (keeps_the_rest || switches_off && detaches)
            && self.name.is_absent()
            && self.moves.are_none()
            && self.allow == Allow::default()
    }
}

/// What changes about the target of a server.
#[derive(Clone, Debug, Default)]
pub struct Moves {
    pub transport: Patch<Transport>,
    pub url: Patch<Address>,
    /// Another entry of the configuration.
    pub command: Patch<String>,
    pub args: Patch<Vec<String>>,
    /// Another working directory.
    pub cwd: Patch<String>,
    pub env_names: Patch<Vec<String>>,
}

impl Moves {
    /// Whether nothing is said about the target.
    pub fn are_none(&self) -> bool {
        self.transport.is_absent()
            && self.url.is_absent()
            && self.command.is_absent()
            && self.args.is_absent()
            && self.cwd.is_absent()
            && self.env_names.is_absent()
    }

    /// Whether it is to be a program, where it was one or not.
    pub fn lead_to_stdio(&self, before: Transport) -> bool {
        self.transport.apply_to(Some(before)) == Some(Transport::Stdio)
    }
}

/// `POST /mcp-servers/test`.
#[derive(Debug)]
pub struct Test {
    /// The saved server that the rest changes.
    pub id: Option<McpServerId>,
    /// The rest. A name is not needed.
    pub changes: Update,
}

/// Reads `POST /mcp-servers`.
///
/// # Errors
/// 422 with all broken rules; 403 for a program, where the caller may not have one.
pub fn create(mut fields: Fields, stdio: &StdioSettings, may_stdio: bool) -> Result<Create, ApiError> {
    let name = fields.name("name");
    let changes = changes(&mut fields, false);
    if changes.moves.lead_to_stdio(Transport::Http) && !may_stdio {
        return Err(ApiError::Forbidden);
    }
    let target = target::of(stdio, None, &changes)
        .map_err(|errors| fields.faults(errors))
        .ok();
    let content = name.zip(target).map(|(name, target)| Create {
        name,
        enabled: changes.enabled.apply_to(Some(true)).unwrap_or(true),
        target,
        credential: changes.credential.apply_to(None),
        allow: changes.allow,
    });
    fields.into_result(content)
}

/// Reads `PATCH /mcp-servers/{id}`.
pub fn update(mut fields: Fields) -> Result<Update, ApiError> {
    let content = changes(&mut fields, true);
    fields.into_result(Some(content))
}

/// Reads `POST /mcp-servers/test`.
pub fn test(mut fields: Fields) -> Result<Test, ApiError> {
    let id = fields.patch_id("id").apply_to(None);
    let changes = changes(&mut fields, true);
    fields.into_result(Some(Test { id, changes }))
}

fn changes(fields: &mut Fields, with_name: bool) -> Update {
    let name = if with_name {
        fields.patch_name("name")
    } else {
        Patch::Absent
    };
    let enabled = fields.patch_bool("enabled");
    let transport = transport(fields);
    let url = match fields.patch_clearable_text("url") {
        Patch::Set(text) => address(fields, &text).map_or(Patch::Absent, Patch::Set),
        Patch::Null => Patch::Null,
        Patch::Absent => Patch::Absent,
    };
    let args = fields.patch_list("args", target::MAX_ARGS, "bad-argument", target::argument);
    if let Patch::Set(args) = &args {
        for index in target::secrets_after_flags(args) {
            fields.fault(format!("/args/{index}"), "bad-argument", target::SECRET_ARGUMENT);
        }
    }
    Update {
        name,
        enabled,
        moves: Moves {
            transport,
            url,
            command: fields.patch_text("command"),
            args,
            cwd: fields.patch_clearable_text("cwd"),
            env_names: fields.patch_list("env_names", target::MAX_NAMES, "bad-variable", target::variable),
        },
        credential: fields.patch_id("credential_id"),
        allow: allow(fields),
    }
}

fn address(fields: &mut Fields, text: &str) -> Option<Address> {
    if text.trim().is_empty() {
        fields.fault("/url", "required", target::ADDRESS);
        return None;
    }
    Address::enter(text)
        .map_err(|fault| fields.fault("/url", fault.code(), &fault.to_string()))
        .ok()
}

fn transport(fields: &mut Fields) -> Patch<Transport> {
    let Patch::Set(text) = fields.patch_text("transport") else {
        return Patch::Absent;
    };
    match text.as_str() {
        "http" => Patch::Set(Transport::Http),
        "stdio" => Patch::Set(Transport::Stdio),
        _ => {
            fields.fault("/transport", "unknown-transport", "Use http or stdio.");
            Patch::Absent
        }
    }
}

/// Reads `POST /mcp-servers/{id}/tools/{tool}/call`: the arguments of the tool, as its schema has them.
pub fn call(mut fields: Fields) -> Result<Option<Map<String, Value>>, ApiError> {
    let arguments = fields.patch_object("arguments").apply_to(None);
    fields.into_result(Some(arguments))
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
