//! The hardened HTTP client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, EXPECT, HeaderName, IF_RANGE, LOCATION, RANGE, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::redirect::Policy;
use tokio::time::timeout;
use url::Url;

use crate::destination::Destination;

use super::address::{AddressPolicy, CheckedResolver};
use super::echoes::{EchoLog, Observed};
use super::incoming::{Incoming, classify};
use super::intake::{Account, Grant, ReadBudget, Workers};
use super::redact::Redactor;
use super::refusal;
use super::running::RunningOperations;
use super::sent_values::{Origin, SentValues};
use super::{Bearer, Limits, OutboundError, OutboundSettings, OwnAddresses, Unreachable};

/// The name under which requests are made.
const USER_AGENT: &str = concat!("Strongroom/", env!("CARGO_PKG_VERSION"));

/// How long an idle connection is kept for the next request to the same host.
const IDLE: Duration = Duration::from_mins(1);

/// The longest address of a redirect that is passed on.
const MAX_LOCATION_BYTES: usize = 200;

/// Flow control windows of HTTP/2, in bytes: so much of one answer, and of all answers on one connection, is buffered
/// before it is read.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;

/// Headers that would ask for a part of an answer, for another protocol, or for an answer before the body.
const NEVER_SENT: [HeaderName; 4] = [RANGE, IF_RANGE, UPGRADE, EXPECT];

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
    /// Records values that come back to other records.
    echoes: Option<EchoLog>,
    budget: ReadBudget,
    workers: Workers,
    running: RunningOperations,
    /// The user whom reads are charged to.
    account: Account,
}

impl Outbound {
    /// Makes the client, once for the process.
    pub fn new(settings: &OutboundSettings) -> Result<Self, reqwest::Error> {
        // `Err` means that this process already has a crypto provider.
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
            echoes: None,
            budget: ReadBudget::new(settings.read_budget),
            workers: Workers::default(),
            running: RunningOperations::new(settings.operations, settings.operations_per_user),
            account: Account::default(),
        })
    }

    /// The same client, whose reads are charged to a user.
    pub fn charged_to(&self, account: Account) -> Self {
        Self {
            account,
            ..self.clone()
        }
    }

    /// The same client, which reports values that come back to other records.
    pub fn reporting_to(self, echoes: EchoLog) -> Self {
        Self {
            echoes: Some(echoes),
            ..self
        }
    }

    /// The operations that use the client.
    pub fn running(&self) -> &RunningOperations {
        &self.running
    }

    /// The byte budget for everything that is being read from peers.
    pub fn budget(&self) -> &ReadBudget {
        &self.budget
    }

    /// A grant of the byte budget for one read.
    pub(super) fn grant(&self, destination: &str) -> Result<Grant, OutboundError> {
        Ok(self.budget.grant(self.account, destination)?)
    }

    /// Runs work on an input of so many bytes away from the threads that serve requests.
    pub async fn work<T: Send + 'static>(
        &self,
        input_bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, OutboundError> {
        self.workers.run(input_bytes, work).await.ok_or(OutboundError::Failed)
    }

    /// Work away from the threads that serve requests.
    pub(super) fn workers(&self) -> &Workers {
        &self.workers
    }

    /// The limits of time and size.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a URL is known to lead to this server itself, without resolving its host.
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
        for name in NEVER_SENT {
            headers.remove(name);
        }
        // An encoded answer could not be scanned.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let grant = self.grant(request.url.authority())?;
        let origin = Origin::of(request.url, &destination);
        let own = request.bearer.map(Bearer::forms);
        let mut redactor = self.sent.redactor(self.account, &origin, own).await?;
        if let Some(echoes) = &self.echoes
            && redactor.has_others()
        {
            let observed = Observed {
                origin,
                destination,
                account: self.account,
                own: own
                    .into_iter()
                    .flat_map(|own| own.sources())
                    .map(|(id, _)| id)
                    .collect(),
                url: request.url.to_string(),
                headers: headers.clone(),
                bodies: request.body.iter().chain(&request.earlier).cloned().collect(),
            };
            redactor = echoes.observe(redactor, observed);
        }
        let mut builder = self
            .client_for(request.url)?
            .request(request.method, request.url.clone())
            .headers(headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let (response, grant) = Box::pin(self.response(builder, grant)).await?;
        let quotes = request.bearer.map(|bearer| bearer.quotes().clone()).unwrap_or_default();
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Redirected {
                status: status.as_u16(),
                to: target(request.url, response.headers(), &redactor),
            });
        }
        let incoming = Incoming {
            response,
            redactor,
            quotes,
            grant,
            workers: self.workers.clone(),
            limits: self.limits.clone(),
        };
        let forbidden = status == StatusCode::FORBIDDEN && !request.reads_forbidden;
        if status == StatusCode::UNAUTHORIZED || forbidden {
            return Err(OutboundError::Refused {
                status: status.as_u16(),
                sent_as: request.bearer.map(Bearer::sent_as),
                said: Box::pin(refusal::words(incoming)).await,
            });
        }
        incoming.check()?;
        Ok(incoming)
    }

    /// Waits for the head of the answer. The grant is given back where that takes long, and taken again afterwards.
    async fn response(
        &self,
        builder: reqwest::RequestBuilder,
        mut grant: Grant,
    ) -> Result<(reqwest::Response, Grant), OutboundError> {
        let times = self.limits.read;
        let mut sent = Box::pin(builder.send());
        let response = if let Ok(response) = timeout(times.stall, &mut sent).await {
            response
        } else {
            grant.park();
            let late = timeout(times.total, sent).await;
            grant.hold(0)?;
            late.map_err(|_| OutboundError::TimedOut(times.total))?
        };
        let response = response.map_err(|error| classify(&error, self.limits.connect))?;
        Ok((response, grant))
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
        .http2_initial_stream_window_size(STREAM_WINDOW)
        .http2_initial_connection_window_size(CONNECTION_WINDOW)
        .build()
}

/// One request.
#[derive(Debug)]
pub(super) struct Outgoing<'a> {
    pub method: Method,
    pub url: &'a Url,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// Bodies of earlier requests that the answer may belong to.
    pub earlier: Vec<Bytes>,
    pub bearer: Option<&'a Bearer>,
    /// Whether the caller looks into an answer with 403 for what is forbidden.
    pub reads_forbidden: bool,
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
