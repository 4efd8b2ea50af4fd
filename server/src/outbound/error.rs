//! Why an outbound request failed, in words that never hold what was sent.

use std::fmt;
use std::time::Duration;

/// The longest text of another server that is passed on.
const MAX_UPSTREAM_CHARS: usize = 200;

/// Why an outbound request failed. No variant holds a value, a header, an address or an answer as it
/// came: texts of the other server are scanned and shortened before they get here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// 401, or 403 where nobody looks into the answer.
    #[error("the server refused the request with status {status}")]
    Refused {
        /// 401 or 403.
        status: u16,
        /// The header that the credential was sent in, without its value; `None` if the request had no credential.
        sent_as: Option<&'static str>,
        /// The receiver's own words, where they may be quoted: scanned, without a part of the value, shortened.
        said: UpstreamText,
    },
    /// No connection, or none that lasted.
    #[error("the server cannot be reached: {0}")]
    Unreachable(Unreachable),
    /// Something answers, but not in the protocol.
    #[error("the response is not MCP: {0}")]
    NotMcp(NotMcp),
    /// The time for the whole operation is over.
    #[error("no response within {} seconds", .0.as_secs())]
    TimedOut(Duration),
    /// A redirect, which is never followed.
    #[error("the server redirects with status {status}")]
    Redirected {
        /// The status, 300 to 399.
        status: u16,
        /// Where to, without the query, where it can be said.
        to: Option<String>,
    },
    /// The answer is larger than what is read.
    #[error("the response is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The document takes more memory than one read may have.
    #[error("the response takes more than {limit} bytes of memory")]
    TooComplex {
        /// The limit in bytes.
        limit: u64,
    },
    /// The document has more nodes than are parsed.
    #[error("the response has too many nodes")]
    TooManyNodes,
    /// Other reads hold the byte budget of this user, this destination or the process.
    #[error("too many large responses are being read")]
    Busy,
    /// The answer has a content encoding, although none was accepted.
    #[error("the response has a content encoding")]
    Encoded,
    /// The answer is a part of a document, or another protocol, although neither was asked for.
    #[error("the response with status {status} is not a complete document")]
    Partial {
        /// The status.
        status: u16,
    },
    /// The work on an answer failed here.
    #[error("the response could not be processed")]
    Failed,
    /// The destination differs from the one that the credential was resolved for.
    #[error("the request went to another host than the credential was resolved for")]
    HostNotAllowed,
    /// The host, or what its name resolves to, is one where cloud machines hand out their own secrets.
    #[error("addresses of metadata services are refused")]
    MetadataRefused,
    /// The host is, or resolves to, a private or loopback address, and the settings close those.
    #[error("the settings refuse private addresses")]
    PrivateRefused,
    /// The host is, or resolves to, an address of this server itself.
    #[error("addresses of this server itself are refused")]
    OwnRefused,
    /// The value cannot stand in a header, e.g. because of a line break.
    #[error("the value cannot be sent in a header")]
    ValueNotSendable,
    /// A status that says failure.
    #[error("the server responded with status {status}")]
    Upstream {
        /// The status.
        status: u16,
    },
    /// An error of the protocol, in the server's words.
    #[error("the server responded with an error: {message}")]
    Rejected {
        /// The JSON-RPC code.
        code: i32,
        /// The server's message: scanned, without control characters, shortened.
        message: UpstreamText,
    },
    /// The session is over; a new one may work.
    #[error("the session has ended")]
    SessionOver,
    /// The configuration does not offer the command of a stdio server, or not any more.
    #[error("the command is not in the configuration")]
    CommandGone,
    /// A variable that a stdio server is to be given is not there.
    #[error("the variable {name} is not set")]
    VariableNotSet {
        /// Its name.
        name: String,
    },
    /// A stdio server could not be started at all.
    #[error("the program cannot be started")]
    NotStarted,
    /// As many stdio servers run as may at once.
    #[error("too many programs are running")]
    TooMany,
    /// The program of a stdio server ended.
    #[error("the program {ending}")]
    Ended {
        /// How.
        ending: Ending,
        /// The end of what it wrote to its standard error: scanned and shortened.
        said: UpstreamText,
    },
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself, with this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
    /// It closed its output, or was ended here.
    Closed,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "ended with status {status}"),
            Self::Signal(signal) => write!(f, "was ended by signal {signal}"),
            Self::Closed => f.write_str("closed its output"),
        }
    }
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// The host name is not known.
    UnknownHost,
    /// Nothing listens there.
    Closed,
    /// No encrypted connection: an untrusted certificate, another name, or no TLS at all.
    Tls,
    /// The connection broke.
    Broken,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownHost => "the host name was not found",
            Self::Closed => "the host refused the connection",
            Self::Tls => "the TLS connection is not trusted",
            Self::Broken => "the connection was lost",
        })
    }
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotMcp {
    /// It is something else: a web page, another API, nothing at all.
    Answer,
    /// It is MCP, in versions that this client does not speak.
    Version,
    /// There is nothing at this path (404 or 405).
    Path,
}

impl fmt::Display for NotMcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answer => "it cannot be read",
            Self::Version => "no common protocol version",
            Self::Path => "nothing at this path",
        })
    }
}

/// A text of another server, fit to be shown: one line, at most 200 characters. Make it only of
/// text that was scanned.
#[derive(Clone, PartialEq, Eq)]
pub struct UpstreamText(String);

impl UpstreamText {
    /// Shortens a scanned text and takes control characters and invisible ones out of it.
    pub fn of_scanned(text: &str) -> Self {
        let mut line: String = text.chars().map(visible).take(MAX_UPSTREAM_CHARS).collect();
        if text.chars().nth(MAX_UPSTREAM_CHARS).is_some() {
            line.push('…');
        }
        Self(line.trim().to_owned())
    }

    /// The same, but of a text that is too long the end is kept.
    pub fn of_scanned_end(text: &str) -> Self {
        let Some((surplus, _)) = text.char_indices().rev().nth(MAX_UPSTREAM_CHARS) else {
            return Self::of_scanned(text);
        };
        let end: String = text[surplus..].chars().skip(1).map(visible).collect();
        Self(format!("…{}", end.trim()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn visible(c: char) -> char {
    if c.is_control() || is_invisible(c) { ' ' } else { c }
}

/// Characters that show as nothing or turn the direction of what follows: a foreign text could pass
/// for words of ours.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

impl fmt::Display for UpstreamText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UpstreamText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::UpstreamText;

    #[test]
    fn a_foreign_text_becomes_one_short_line() {
        assert_eq!(UpstreamText::of_scanned(" a\r\nb\u{1b}[31m ").as_str(), "a  b [31m");
        assert_eq!(UpstreamText::of_scanned("a\u{202E}b\u{200B}c").as_str(), "a b c");
        let long = UpstreamText::of_scanned(&"é".repeat(500));
        assert_eq!(long.as_str().chars().count(), 201);
        assert!(long.as_str().ends_with('…'));
    }
}
