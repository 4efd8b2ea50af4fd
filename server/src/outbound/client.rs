//! The hardened HTTP client.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _};
use http::header::LOCATION;
use http::{HeaderMap, Method, StatusCode};
use reqwest::redirect::Policy;
use url::Url;

use crate::destination::Destination;

use super::address::{AddressFault, AddressPolicy, CheckedResolver};
use super::redact::Redactor;
use super::sent_values::{Origin, SentValues};
use super::{Bearer, Limits, OutboundError, OutboundSettings, OwnAddresses, Unreachable};

/// The name under which requests are made.
const USER_AGENT: &str = concat!("Strongroom/", env!("CARGO_PKG_VERSION"));

/// How long an idle connection is kept for the next request to the same host.
const IDLE: Duration = Duration::from_mins(1);

/// The longest address of a redirect that is passed on.
const MAX_LOCATION_BYTES: usize = 200;

/// The hardened HTTP client. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Outbound {
    http: reqwest::Client,
    addresses: AddressPolicy,
    own: OwnAddresses,
    /// A client for each port of a listener of this server, whose resolver refuses that listener.
    beside: Arc<Mutex<HashMap<u16, reqwest::Client>>>,
    limits: Limits,
    sent: SentValues,
}

impl Outbound {
    /// Makes the client, once for the process.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(settings: &OutboundSettings) -> Result<Self, reqwest::Error> {
        // Whoever comes second finds it done.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let addresses = AddressPolicy {
            private_networks: settings.private_networks,
        };
        Ok(Self {
            http: client(addresses, None, &settings.limits)?,
            addresses,
            own: settings.own.clone(),
            beside: Arc::default(),
            limits: settings.limits.clone(),
            sent: SentValues::default(),
        })
    }

    /// The limits of time and size.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a URL is known to lead to this server itself, without resolving its host.
    #[must_use]
    pub fn is_own(&self, url: &Url) -> bool {
        self.own.refuses_url(url)
    }

    /// The client for a URL.
    fn client_for(&self, url: &Url) -> Result<reqwest::Client, OutboundError> {
        let Some(port) = url.port_or_known_default().filter(|port| self.own.has_port(*port)) else {
            return Ok(self.http.clone());
        };
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = beside.get(&port) {
            return Ok(known.clone());
        }
        let made = client(self.addresses, Some((self.own.clone(), port)), &self.limits)
            .map_err(|_| OutboundError::Unreachable(Unreachable::Broken))?;
        beside.insert(port, made.clone());
        Ok(made)
    }

    /// Sends one request, with the secret if there is one, and judges the status.
    ///
    /// # Errors
    /// No connection; a destination that is refused; a redirect; 401; 403 unless the caller reads it. Every other
    /// status is left to the caller.
    pub(super) async fn send(&self, request: Outgoing<'_>) -> Result<Incoming, OutboundError> {
        self.addresses.check_url(request.url)?;
        if self.is_own(request.url) {
            return Err(OutboundError::OwnRefused);
        }
        let mut headers = request.headers;
        // Only the secret of this request, whatever a caller put there.
        Bearer::clear(&mut headers);
        let destination = Destination::from_url(request.url).map_err(|_| OutboundError::HostNotAllowed)?;
        if let Some(bearer) = request.bearer {
            bearer.add_to(&mut headers, &destination)?;
        }
        let origin = Origin::of(request.url, &destination);
        let redactor = self.sent.redactor(&origin, request.bearer.map(Bearer::redactor)).await;
        let mut builder = self
            .client_for(request.url)?
            .request(request.method, request.url.clone())
            .headers(headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let response = builder
            .send()
            .await
            .map_err(|error| classify(&error, self.limits.connect))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Redirected {
                status: status.as_u16(),
                to: target(request.url, response.headers(), &redactor),
            });
        }
        let forbidden = status == StatusCode::FORBIDDEN && !request.reads_forbidden;
        if status == StatusCode::UNAUTHORIZED || forbidden {
            return Err(OutboundError::Refused {
                status: status.as_u16(),
                with_credential: request.bearer.is_some(),
            });
        }
        Ok(Incoming {
            response,
            redactor,
            connect: self.limits.connect,
        })
    }
}

fn client(
    policy: AddressPolicy,
    own: Option<(OwnAddresses, u16)>,
    limits: &Limits,
) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .user_agent(USER_AGENT)
        .dns_resolver(Arc::new(CheckedResolver { policy, own }))
        .connect_timeout(limits.connect)
        .pool_idle_timeout(IDLE)
        .build()
}

/// One request.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub method: Method,
    pub url: &'a Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
    pub bearer: Option<&'a Bearer>,
    /// Whether the caller looks into an answer with 403 for what is forbidden.
    pub reads_forbidden: bool,
}

/// An answer whose body has not been read.
#[derive(Debug)]
pub(super) struct Incoming {
    response: reqwest::Response,
    redactor: Redactor,
    connect: Duration,
}

impl Incoming {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// What finds the secret of this exchange.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// A header as text; nothing where it holds the secret.
    pub fn header(&self, name: &str) -> Option<&str> {
        let text = self.response.headers().get(name)?.to_str().ok()?;
        (!self.redactor.finds(text)).then_some(text)
    }

    /// Whether the content type is this one, whatever its parameters.
    pub fn is(&self, media_type: &str) -> bool {
        self.header("content-type")
            .and_then(|text| text.split(';').next())
            .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }

    /// Whether the answer says that it has no body.
    pub fn is_empty(&self) -> bool {
        self.response.content_length() == Some(0)
    }

    /// The scanned body, whole.
    pub async fn bytes(self, limit: u64) -> Result<Vec<u8>, OutboundError> {
        if self.response.content_length().is_some_and(|length| length > limit) {
            return Err(OutboundError::TooLarge { limit });
        }
        let mut stream = self.stream(limit);
        let mut body = Vec::new();
        while let Some(chunk) = stream.next().await {
            body.extend_from_slice(&chunk?);
        }
        Ok(body)
    }

    /// The scanned beginning of the body; whatever goes wrong ends it.
    pub async fn beginning(self, limit: u64) -> Vec<u8> {
        let mut stream = self.stream(limit);
        let mut body = Vec::new();
        while let Some(Ok(chunk)) = stream.next().await {
            body.extend_from_slice(&chunk);
        }
        body
    }

    /// The scanned body, chunk by chunk; an error after the limit.
    pub fn stream(self, limit: u64) -> BoxStream<'static, Result<Bytes, OutboundError>> {
        let connect = self.connect;
        let scan = Scan {
            chunks: self.response.bytes_stream().boxed(),
            scanner: Some(self.redactor.scanner()),
            left: limit,
        };
        stream::unfold(scan, move |mut scan| async move {
            loop {
                // After the end, or an error, there is no scanner, and the stream is over.
                let scanner = scan.scanner.as_mut()?;
                let out = match scan.chunks.next().await {
                    Some(Ok(chunk)) => match scan.left.checked_sub(chunk.len() as u64) {
                        Some(left) => {
                            scan.left = left;
                            Ok(scanner.push(&chunk))
                        }
                        None => Err(OutboundError::TooLarge { limit }),
                    },
                    Some(Err(error)) => Err(classify(&error, connect)),
                    None => Ok(scan.scanner.take()?.finish()),
                };
                match out {
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Some((Ok(Bytes::from(bytes)), scan)),
                    Err(error) => {
                        scan.scanner = None;
                        return Some((Err(error), scan));
                    }
                }
            }
        })
        .boxed()
    }
}

struct Scan {
    chunks: BoxStream<'static, reqwest::Result<Bytes>>,
    scanner: Option<super::redact::Scanner>,
    left: u64,
}

/// Where a redirect leads, without its query, as far as it can be said: never where the address holds
/// the secret.
fn target(from: &Url, headers: &HeaderMap, redactor: &Redactor) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    if redactor.finds(location) {
        return None;
    }
    let mut to = from.join(location).ok()?;
    Destination::from_url(&to).ok()?;
    to.set_query(None);
    to.set_fragment(None);
    to.set_username("").ok()?;
    to.set_password(None).ok()?;
    let text = String::from(to);
    (text.len() <= MAX_LOCATION_BYTES && !redactor.finds(&text)).then_some(text)
}

/// Finds out what a failure was. reqwest's own text is not used: it holds the whole URL.
fn classify(error: &reqwest::Error, connect: Duration) -> OutboundError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(fault) = current.downcast_ref::<AddressFault>() {
            return (*fault).into();
        }
        if current.is::<rustls::Error>() {
            return OutboundError::Unreachable(Unreachable::Tls);
        }
        cause = match current.downcast_ref::<std::io::Error>() {
            Some(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
                return OutboundError::Unreachable(Unreachable::Closed);
            }
            // An io::Error's source is that of what it wraps: ask for the wrapped error itself.
            Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => current.source(),
        };
    }
    if error.is_timeout() {
        OutboundError::TimedOut(connect)
    } else {
        OutboundError::Unreachable(Unreachable::Broken)
    }
}
