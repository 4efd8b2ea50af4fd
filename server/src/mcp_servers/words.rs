//! Failures of MCP servers, in words that say what to do.

use app::api::NamedRecord;

use crate::http::ApiError;
use crate::outbound::{NotMcp, OutboundError, Unreachable};

/// What an operation was about, to be named in its failure.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The host of the server.
    pub host: String,
    /// The credential that was sent.
    pub credential: Option<NamedRecord>,
}

/// The problem that a failure is.
#[must_use]
pub fn problem_of(error: OutboundError, subject: &Subject) -> ApiError {
    let host = &subject.host;
    let (slug, detail) = match (error, &subject.credential) {
        (OutboundError::ValueNotSendable, Some(credential)) => return ApiError::ValueNotSendable(credential.clone()),
        (OutboundError::HostNotAllowed, Some(credential)) => {
            return ApiError::HostNotAllowed {
                host: host.clone(),
                credential: credential.clone(),
            };
        }
        (OutboundError::Refused { status, .. }, credential) => {
            ("credential-refused", refused(host, status, credential.as_ref()))
        }
        (OutboundError::Unreachable(why), _) => ("unreachable", unreachable(host, why)),
        (OutboundError::MetadataRefused, _) => (
            "unreachable",
            format!(
                "{host} leads to the metadata service of a cloud, which is never contacted. Enter the address of your server."
            ),
        ),
        (OutboundError::PrivateRefused, _) => (
            "unreachable",
            format!(
                "{host} is in a private network, and this installation does not contact those. Ask whoever runs it."
            ),
        ),
        (OutboundError::NotMcp(why), _) => ("not-mcp", not_mcp(host, why)),
        (OutboundError::TimedOut(limit), _) => (
            "timed-out",
            format!(
                "{host} did not answer within {} seconds. Try again, or look at its log.",
                limit.as_secs()
            ),
        ),
        (OutboundError::Redirected { to: Some(to), .. }, _) => (
            "redirected",
            format!("{host} redirects to {to}. Redirects are not followed: enter the final address."),
        ),
        (OutboundError::Redirected { to: None, .. }, _) => (
            "redirected",
            format!("{host} redirects elsewhere. Redirects are not followed: enter the final address."),
        ),
        (OutboundError::TooLarge { limit }, _) => (
            "answer-too-large",
            format!(
                "{host} answered with more than {} KiB, which is not read. Ask it for less.",
                limit / 1024
            ),
        ),
        (OutboundError::Rejected { message, code }, _) if message.as_str().is_empty() => {
            ("upstream-failed", format!("{host} answered with error {code}."))
        }
        (OutboundError::Rejected { message, .. }, _) => {
            ("upstream-failed", format!("{host} answered with an error: “{message}”"))
        }
        (OutboundError::Upstream { status }, _) => (
            "upstream-failed",
            format!("{host} answered with status {status}. Look at its log."),
        ),
        (OutboundError::SessionOver | OutboundError::ValueNotSendable | OutboundError::HostNotAllowed, _) => {
            ("upstream-failed", format!("{host} ended the session. Try again."))
        }
    };
    ApiError::Upstream { slug, detail }
}

fn refused(host: &str, status: u16, credential: Option<&NamedRecord>) -> String {
    match (credential, status) {
        (Some(credential), 401) => format!(
            "{host} refused {} (401). Check that its value is right and has not expired.",
            credential.name
        ),
        (Some(credential), _) => format!(
            "{host} does not allow this with {} ({status}). Check what it may do there.",
            credential.name
        ),
        (None, _) => format!("{host} asks for a credential ({status}). Choose one."),
    }
}

fn unreachable(host: &str, why: Unreachable) -> String {
    match why {
        Unreachable::UnknownHost => format!("No address is known for {host}. Check its spelling."),
        Unreachable::Closed => {
            format!("Nothing accepts connections at {host}. Check that the server runs, and the port.")
        }
        Unreachable::Tls => {
            format!("No trusted encrypted connection to {host}. Check its certificate, and that it speaks https.")
        }
        Unreachable::Broken => format!("The connection to {host} broke. Try again, or look at its log."),
    }
}

fn not_mcp(host: &str, why: NotMcp) -> String {
    match why {
        NotMcp::Answer => {
            format!("{host} answers, but not as an MCP server. Check the path of the address, often /mcp.")
        }
        NotMcp::Path => format!("{host} has no MCP server at this path. Check the path of the address, often /mcp."),
        NotMcp::Version => format!("{host} speaks no protocol version that is known here. Update it."),
    }
}
