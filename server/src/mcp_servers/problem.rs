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
    pub fn at(host: String) -> Self {
        Self {
            host,
            is_program: false,
            credential: None,
        }
    }

    pub fn program(name: String) -> Self {
        Self {
            host: name,
            is_program: true,
            credential: None,
        }
    }
}

/// The problem that a failure is.
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
                "{host} points to a cloud metadata service, and Strongroom never contacts those. Enter your server's URL."
            ),
        ),
        (OutboundError::OwnRefused, _) => (
            "unreachable",
            format!("{host} is Strongroom's own address. Enter your server's URL."),
        ),
        (OutboundError::PrivateRefused, _) => (
            "unreachable",
            format!(
                "{host} is in a private network, and Strongroom isn't allowed to contact those. Ask your operator to allow it."
            ),
        ),
        (OutboundError::NotMcp(NotMcp::Answer | NotMcp::Path), _) if subject.is_program => (
            "not-mcp",
            format!(
                "{host} runs, but doesn't respond with MCP. Check its arguments: many programs need one for stdio."
            ),
        ),
        (OutboundError::NotMcp(why), _) => ("not-mcp", not_mcp(host, why)),
        (OutboundError::CommandGone, _) => {
            return not_configured(
                subject,
                "It isn't in strongroom.toml. Ask your operator to add it to stdio_commands.",
            );
        }
        (OutboundError::VariableNotSet { name }, _) => {
            let detail = format!(
                "{name} isn't set in Strongroom's environment. Ask your operator to set it and restart Strongroom."
            );
            return not_configured(subject, &detail);
        }
        (OutboundError::NotStarted, _) => (
            "unreachable",
            format!("{host} couldn't be started. Try again, or ask your operator."),
        ),
        (OutboundError::TooMany, _) => (
            "unreachable",
            format!("{host} wasn't started because too many programs are running. Try again in a moment."),
        ),
        (OutboundError::Ended { ending, said }, _) => ("unreachable", ended(host, ending, said.as_str())),
        (OutboundError::TimedOut(limit), _) => (
            "timed-out",
            format!(
                "{host} didn't respond within {} seconds. Try again, or check its log.",
                limit.as_secs()
            ),
        ),
        (OutboundError::Redirected { to: Some(to), .. }, _) => (
            "redirected",
            format!("{host} redirects to {to}. Enter that URL; Strongroom doesn't follow redirects."),
        ),
        (OutboundError::Redirected { to: None, .. }, _) => (
            "redirected",
            format!("{host} redirects to another URL. Enter the final URL; Strongroom doesn't follow redirects."),
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
            ("upstream-failed", format!("{host} returned error {code}."))
        }
        (OutboundError::Rejected { message, .. }, _) => {
            ("upstream-failed", format!("{host} returned an error: “{message}”"))
        }
        (OutboundError::Upstream { status }, _) => (
            "upstream-failed",
            format!("{host} returned status {status}. Check its log."),
        ),
        (OutboundError::SessionOver | OutboundError::ValueNotSendable | OutboundError::HostNotAllowed, _) => {
            ("upstream-failed", format!("{host} ended the session. Try again."))
        }
    };
    ApiError::Upstream { slug, detail }
}

/// The configuration does not fit what was saved, or not any more.
pub fn not_configured(subject: &Subject, detail: &str) -> ApiError {
    ApiError::Upstream {
        slug: "not-configured",
        detail: format!("{} can't be started. {detail}", subject.host),
    }
}

fn ended(host: &str, ending: Ending, said: &str) -> String {
    if said.is_empty() {
        format!("{host} {ending} without an error message. Check its arguments and directory.")
    } else {
        format!("{host} {ending}. Its last output: “{said}”")
    }
}

fn refused(host: &str, status: u16, credential: Option<&NamedRecord>, sent_as: Option<&str>) -> String {
    let sent_as = sent_as_words(sent_as);
    match (credential, status) {
        (Some(credential), 401) => format!(
            "{host} refused {} (401).{sent_as} Replace its value, or change how it is sent.",
            credential.name
        ),
        (Some(credential), _) => format!(
            "{host} doesn't allow this with {} ({status}).{sent_as} Check its permissions there.",
            credential.name
        ),
        (None, _) => format!("{host} needs a credential ({status}). Choose one."),
    }
}

/// An answer that was not read, or not to its end.
fn not_read(host: &str, error: &OutboundError) -> (&'static str, String) {
    let too_large = |what: &str| {
        let detail = format!("{host}'s response is too large: {what}. Ask for less.");
        ("answer-too-large", detail)
    };
    let failed = |detail: String| ("upstream-failed", detail);
    match error {
        OutboundError::TooLarge { limit } => too_large(&format!("more than {} KiB", limit / 1024)),
        OutboundError::TooComplex { limit } => too_large(&format!("it needs more than {} KiB of memory", limit / 1024)),
        OutboundError::TooManyNodes => too_large(&format!("more than {MAX_NODES} values")),
        OutboundError::Encoded => (
            "encoded-answer",
            format!("{host} sent a compressed response. Turn off compression there, or in the proxy in front of it."),
        ),
        OutboundError::Partial { status } => failed(format!(
            "{host} sent only part of its response ({status}). Check its log."
        )),
        _ => failed(format!(
            "{host}'s response couldn't be processed. Try again, or ask your operator to check Strongroom's log."
        )),
    }
}

/// How the value was sent; empty if none was.
pub fn sent_as_words(sent_as: Option<&str>) -> String {
    sent_as.map_or_else(String::new, |header| format!(" It was sent as {header}."))
}

/// The words of the other server as a sentence; empty if it said none that may be quoted.
fn quoted(said: &UpstreamText) -> String {
    if said.as_str().is_empty() {
        String::new()
    } else {
        format!(" It responded: “{said}”")
    }
}

/// The 503 error where the byte budget is spent.
fn busy(host: &str) -> ApiError {
    ApiError::TooMuchAtOnce {
        detail: format!("Strongroom is reading too many large responses to read {host}'s. Try again in a moment."),
    }
}

fn unreachable(host: &str, why: Unreachable) -> String {
    match why {
        Unreachable::UnknownHost => format!("Couldn't find {host}. Check the spelling."),
        Unreachable::Closed => {
            format!("{host} isn't accepting connections. Is the server running, and is the port right?")
        }
        Unreachable::Tls => {
            format!("Couldn't make a trusted HTTPS connection to {host}. Check its certificate.")
        }
        Unreachable::Broken => format!("The connection to {host} was lost. Try again, or check its log."),
    }
}

fn not_mcp(host: &str, why: NotMcp) -> String {
    match why {
        NotMcp::Answer => {
            format!("{host} responded, but not as an MCP server. Check the path, usually /mcp.")
        }
        NotMcp::Path => format!("{host} has no MCP server at this path. Check the path, usually /mcp."),
        NotMcp::Version => format!("{host} uses an MCP version that Strongroom doesn't support. Update {host}."),
    }
}
