//! Failures of MCP servers, in words that say what to do.

use contract::api::NamedRecord;

use crate::http::ApiError;
use crate::outbound::intake::json::MAX_NODES;
use crate::outbound::{Ending, NotMcp, OutboundError, Unreachable, UpstreamText};

/// What an operation was about, to be named in its failure.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The host of the server, or the name of the program.
    pub host: String,
    /// Whether it is a program.
    pub is_program: bool,
    /// The credential that was sent.
    pub credential: Option<NamedRecord>,
}

impl Subject {
    /// A server at a host.
    #[must_use]
    pub fn at(host: String) -> Self {
        Self {
            host,
            is_program: false,
            credential: None,
        }
    }

    /// A program.
    #[must_use]
    pub fn program(name: String) -> Self {
        Self {
            host: name,
            is_program: true,
            credential: None,
        }
    }
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
        (OutboundError::Refused { status, sent_as, said }, credential) => (
            "credential-refused",
            refused(host, status, credential.as_ref(), sent_as) + &quoted(&said),
        ),
        (OutboundError::Busy, _) => return busy(host),
        (OutboundError::Unreachable(why), _) => ("unreachable", unreachable(host, why)),
        (OutboundError::MetadataRefused, _) => (
            "unreachable",
            format!(
                "{host} leads to the metadata service of a cloud, which is never contacted. Enter the address of your server."
            ),
        ),
        (OutboundError::OwnRefused, _) => (
            "unreachable",
            format!(
                "{host} is the address of Strongroom itself, which is never contacted. Enter the address of your server."
            ),
        ),
        (OutboundError::PrivateRefused, _) => (
            "unreachable",
            format!(
                "{host} is in a private network, and this installation does not contact those. Ask whoever runs it."
            ),
        ),
        (OutboundError::NotMcp(NotMcp::Answer | NotMcp::Path), _) if subject.is_program => (
            "not-mcp",
            format!("{host} runs, but does not speak MCP. Check its arguments: many programs want one for stdio."),
        ),
        (OutboundError::NotMcp(why), _) => ("not-mcp", not_mcp(host, why)),
        (OutboundError::CommandGone, _) => {
            return not_configured(subject, "Whoever runs Strongroom can offer it in stdio_commands.");
        }
        (OutboundError::VariableNotSet { name }, _) => {
            let detail = format!("{name} is not set in the environment of Strongroom. Set it there and start it anew.");
            return not_configured(subject, &detail);
        }
        (OutboundError::NotStarted, _) => (
            "unreachable",
            format!("{host} could not be started. Try again, or ask whoever runs Strongroom."),
        ),
        (OutboundError::TooMany, _) => (
            "unreachable",
            format!("{host} was not started: too many programs run at once. Try again in a moment."),
        ),
        (OutboundError::Ended { ending, said }, _) => ("unreachable", ended(host, ending, said.as_str())),
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
        (
            error @ (OutboundError::TooLarge { .. }
            | OutboundError::TooComplex { .. }
            | OutboundError::TooManyNodes
            | OutboundError::Encoded
            | OutboundError::Partial { .. }
            | OutboundError::Failed),
            _,
        ) => not_read(host, &error),
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

/// The configuration does not fit what was saved, or not any more.
#[must_use]
pub fn not_configured(subject: &Subject, detail: &str) -> ApiError {
    ApiError::Upstream {
        slug: "not-configured",
        detail: format!(
            "{} cannot be started: the configuration does not allow it. {detail}",
            subject.host
        ),
    }
}

fn ended(host: &str, ending: Ending, said: &str) -> String {
    if said.is_empty() {
        format!("{host} {ending} and wrote nothing to its standard error. Check its arguments and its directory.")
    } else {
        format!("{host} {ending}. It wrote last: “{said}”")
    }
}

fn refused(host: &str, status: u16, credential: Option<&NamedRecord>, sent_as: Option<&str>) -> String {
    let sent_as = sent_as_words(sent_as);
    match (credential, status) {
        (Some(credential), 401) => format!(
            "{host} refused {} (401).{sent_as} Check that its value is right and has not expired.",
            credential.name
        ),
        (Some(credential), _) => format!(
            "{host} does not allow this with {} ({status}).{sent_as} Check what it may do there.",
            credential.name
        ),
        (None, _) => format!("{host} asks for a credential ({status}). Choose one."),
    }
}

/// An answer that was not read, or not to its end.
fn not_read(host: &str, error: &OutboundError) -> (&'static str, String) {
    let too_large = |what: &str| {
        let detail = format!("{host} answered with {what}, which is not read. Ask it for less.");
        ("answer-too-large", detail)
    };
    let failed = |detail: String| ("upstream-failed", detail);
    match error {
        OutboundError::TooLarge { limit } => too_large(&format!("more than {} KiB", limit / 1024)),
        OutboundError::TooComplex { limit } => too_large(&format!(
            "a document that takes more than {} KiB of memory",
            limit / 1024
        )),
        OutboundError::TooManyNodes => too_large(&format!("a document of more than {MAX_NODES} values")),
        OutboundError::Encoded => (
            "encoded-answer",
            format!(
                "{host} answered with a content encoding, although it was asked for none. Switch compression off there, \
                 or in the proxy in front of it."
            ),
        ),
        OutboundError::Partial { status } => failed(format!(
            "{host} answered with a part of a document ({status}), although it was asked for all of it. Look at its log."
        )),
        _ => failed(format!(
            "The answer of {host} could not be processed. Try again, or look at the log of Strongroom."
        )),
    }
}

/// How the value was sent; empty if none was.
#[must_use]
pub fn sent_as_words(sent_as: Option<&str>) -> String {
    sent_as.map_or_else(String::new, |header| format!(" It was sent as {header}."))
}

/// The words of the other server as a sentence; empty if it said none that may be quoted.
fn quoted(said: &UpstreamText) -> String {
    if said.as_str().is_empty() {
        String::new()
    } else {
        format!(" It answered: “{said}”")
    }
}

/// The 503 error where the byte budget is spent.
fn busy(host: &str) -> ApiError {
    ApiError::TooMuchAtOnce {
        detail: format!(
            "The answer of {host} was not read: too much is being read from other servers at once. Try again in a moment."
        ),
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
