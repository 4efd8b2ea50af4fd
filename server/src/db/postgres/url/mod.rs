//! The URL of a PostgreSQL database: several hosts, parameters that are known, TLS that is verified.

use std::net::IpAddr;
use std::str::FromStr as _;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use percent_encoding::percent_decode_str;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::form_urlencoded;

/// The parameters that are passed on to the driver. `options[NAME]` is one too.
const KNOWN: [&str; 14] = [
    "application_name",
    "dbname",
    "options",
    "password",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
];
/// More hosts than any cluster has.
const MOST_HOSTS: usize = 16;
/// How long one host may take to answer, unless `connect_timeout` says otherwise.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

const SHAPE: &str = "The database URL is not valid. Use postgres://USER@HOST:PORT/DATABASE, or several HOST:PORT separated by commas. Write special characters of the password as %XX.";

/// A database URL that was checked.
#[derive(Debug)]
pub(super) struct Target {
    /// The hosts, in the order of the URL.
    pub hosts: Vec<Host>,
    /// Only a server that takes writes is used.
    pub writable: bool,
    /// How long one host may take to answer.
    pub connect_within: Duration,
}

/// A host of a database URL.
#[derive(Clone, Debug)]
pub(super) struct Host {
    /// `HOST:PORT`, for messages.
    pub name: String,
    /// How to connect to it.
    pub options: PgConnectOptions,
}

/// Reads and checks a database URL.
///
/// # Errors
/// A sentence that says what to do. It never repeats a value of the URL except a host.
pub(super) fn parse(url: &str, insecure: bool) -> anyhow::Result<Target> {
    // The driver reads this variable too.
    let named = std::env::var_os("PGSSLMODE").is_some_and(|mode| !mode.is_empty());
    parse_with(url, named, insecure)
}

fn parse_with(url: &str, environment_names_mode: bool, insecure: bool) -> anyhow::Result<Target> {
    let parts = Parts::of(url).context(SHAPE)?;
    let given = |names: &[&str]| {
        let mut pairs = parts.query.iter().rev();
        pairs
            .find(|(key, _)| names.contains(&key.as_str()))
            .map(|(_, value)| value.as_str())
    };
    let unknown: Vec<&str> = parts
        .query
        .iter()
        .map(|(key, _)| key.as_str())
        .filter(|key| !is_known(key))
        .collect();
    if !unknown.is_empty() {
        bail!(
            "The database URL has parameters that Strongroom does not support: {}. Remove them.",
            unknown.into_iter().map(printable).collect::<Vec<_>>().join(", ")
        );
    }
    let addresses = parts.addresses(given(&["host"]), given(&["hostaddr"]), given(&["port"]))?;
    let writable = match given(&["target_session_attrs"]) {
        Some("read-write" | "primary") => true,
        Some("any") => false,
        None => addresses.len() > 1,
        Some(_) => {
            bail!("The database URL asks for a read-only server. Use target_session_attrs=read-write, or remove it.")
        }
    };
    let connect_within = match given(&["connect_timeout"]).map(str::parse) {
        None => CONNECT_WITHIN,
        Some(Ok(seconds)) if (1..=60).contains(&seconds) => Duration::from_secs(seconds),
        Some(_) => bail!("The connect_timeout of the database URL must be a number of seconds from 1 to 60."),
    };
    let named = environment_names_mode || given(&["sslmode", "ssl-mode"]).is_some();
    let mut hosts = Vec::with_capacity(addresses.len());
    for (host, port) in addresses {
        for options in parts.options(host.as_deref(), port)? {
            hosts.push(protect(options, named, insecure)?);
        }
    }
    Ok(Target {
        hosts,
        writable,
        connect_within,
    })
}

/// The host with TLS as it must be: verified, unless it is on this machine or the operator accepts less.
fn protect(options: PgConnectOptions, named: bool, insecure: bool) -> anyhow::Result<Host> {
    let name = format!("{}:{}", options.get_host(), options.get_port());
    let local = options.get_socket().is_some() || is_local(options.get_host());
    let options = match options.get_ssl_mode() {
        _ if local || insecure => options,
        PgSslMode::VerifyFull | PgSslMode::VerifyCa => options,
        _ if !named => options.ssl_mode(PgSslMode::VerifyFull),
        _ => bail!(
            "The sslmode for the PostgreSQL server {name} does not verify its certificate, so anyone on the network could read passwords and values. Use sslmode=verify-full (with sslrootcert=FILE for your own authority), or accept the risk with --insecure-database."
        ),
    };
    Ok(Host { name, options })
}

/// `true` if the text of a host can only mean this machine.
fn is_local(host: &str) -> bool {
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn is_known(key: &str) -> bool {
    let own = [
        "connect_timeout",
        "host",
        "hostaddr",
        "port",
        "target_session_attrs",
        "user",
    ];
    KNOWN.contains(&key) || own.contains(&key) || (key.starts_with("options[") && key.ends_with(']'))
}

/// The name of a parameter, unless it looks like something else, e.g. a password.
fn printable(key: &str) -> &str {
    let is_name = !key.is_empty()
        && key.len() <= 40
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte));
    if is_name { key } else { "one without a valid name" }
}

/// The parts of a URL with any number of hosts, which the general parser of URLs does not read.
struct Parts {
    user: Option<String>,
    password: Option<String>,
    hosts: Vec<(String, Option<u16>)>,
    path: String,
    query: Vec<(String, String)>,
}

impl Parts {
    /// `None` if it is not the URL of a PostgreSQL database.
    fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !matches!(scheme, "postgres" | "postgresql") || rest.contains('#') {
            return None;
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (account, hosts) = match authority.rsplit_once('@') {
            Some((account, hosts)) => (Some(account), hosts),
            None => (None, authority),
        };
        let (user, password) = match account.map(|account| account.split_once(':').ok_or(account)) {
            None => (None, None),
            Some(Ok((user, password))) => (Some(decoded(user)?), Some(decoded(password)?)),
            Some(Err(user)) => (Some(decoded(user)?), None),
        };
        let hosts = if hosts.is_empty() {
            Vec::new()
        } else {
            hosts.split(',').map(host_and_port).collect::<Option<_>>()?
        };
        Some(Self {
            user: user.filter(|user| !user.is_empty()),
            password,
            hosts,
            path: path.to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        })
    }

    /// Hosts and ports; `None` for those that the driver chooses.
    fn addresses(
        &self,
        host: Option<&str>,
        hostaddr: Option<&str>,
        port: Option<&str>,
    ) -> anyhow::Result<Vec<(Option<String>, Option<u16>)>> {
        ensure!(
            host.is_none() || hostaddr.is_none(),
            "The database URL has both host and hostaddr. Use only host: certificates are checked against it."
        );
        let mut addresses: Vec<(Option<String>, Option<u16>)> = match host.or(hostaddr) {
            Some(list) => list.split(',').map(|host| (Some(host.to_owned()), None)).collect(),
            None if self.hosts.is_empty() => vec![(None, None)],
            None => self
                .hosts
                .iter()
                .map(|(host, port)| (Some(host.clone()), *port))
                .collect(),
        };
        ensure!(
            addresses.len() <= MOST_HOSTS,
            "The database URL has more than {MOST_HOSTS} hosts. Remove some."
        );
        if let Some(ports) = port {
            let ports: Vec<u16> = ports
                .split(',')
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(|_| anyhow::anyhow!(SHAPE))?;
            ensure!(
                ports.len() == 1 || ports.len() == addresses.len(),
                "The database URL needs as many ports as hosts."
            );
            for (at, address) in addresses.iter_mut().enumerate() {
                address.1 = ports.get(at).or(ports.first()).copied();
            }
        }
        for (host, _) in &mut addresses {
            *host = host.take().filter(|host| !host.is_empty());
        }
        Ok(addresses)
    }

    /// The options for one host. Several if the environment names several hosts.
    fn options(&self, host: Option<&str>, port: Option<u16>) -> anyhow::Result<Vec<PgConnectOptions>> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (key, value) in &self.query {
            // The roots of the system are always trusted.
            let is_system = value == "system" && matches!(key.as_str(), "sslrootcert" | "ssl-root-cert" | "ssl-ca");
            let own = ["connect_timeout", "host", "hostaddr", "port", "target_session_attrs"];
            if !is_system && !own.contains(&key.as_str()) {
                query.append_pair(key, value);
            }
        }
        let port = port.map(|port| port.to_string());
        for (key, value) in [
            ("user", self.user.as_deref()),
            ("password", self.password.as_deref()),
            ("host", host),
            ("port", port.as_deref()),
        ] {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        // The error of the driver may repeat the password.
        let options = PgConnectOptions::from_str(&format!("postgres:///{}?{}", self.path, query.finish()))
            .map_err(|_| anyhow::anyhow!(SHAPE))?;
        let list = options.get_host().to_owned();
        if host.is_some() || !list.contains(',') {
            return Ok(vec![options]);
        }
        Ok(list.split(',').map(|host| options.clone().host(host)).collect())
    }
}

fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        (host, rest.strip_prefix(':').or(rest.is_empty().then_some(""))?)
    } else {
        text.rsplit_once(':').unwrap_or((text, ""))
    };
    let port = if port.is_empty() {
        None
    } else {
        Some(port.parse().ok()?)
    };
    Some((decoded(host)?, port))
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests;
