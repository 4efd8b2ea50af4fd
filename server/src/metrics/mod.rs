//! Figures about this server, for Prometheus. A label holds only what the program itself names: a route,
//! a status, an outcome. Never a name, an id, a host or anything else that came from somebody.

mod serve;

pub use serve::router;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::db::failures;

/// Steps of durations, in seconds: from a read in memory to the patience of an MCP call.
const SECONDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];
/// Steps of the sizes of batches; the committer takes at most 64.
const SIZES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Timed {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Used {
    outcome: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SignedIn {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Echoed {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Keys {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Pool {
    pool: &'static str,
    state: &'static str,
}

/// The figures of one server. Clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Figures>);

#[derive(Debug)]
struct Figures {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Timed, Histogram, fn() -> Histogram>,
    uses: Family<Used, Counter>,
    batches: Histogram,
    sign_ins: Family<SignedIn, Counter>,
    echoes: Family<Echoed, Counter>,
    waiting: Gauge,
    connections: Family<Pool, Gauge>,
    sessions: Gauge,
    ready: Gauge,
    last_use: Mutex<Option<Instant>>,
    last_use_age: Gauge<f64, AtomicU64>,
    keys: Family<Keys, Gauge>,
    head: Gauge,
    memory: Gauge,
}

/// What is counted only when somebody asks.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// Uses that wait for the committer.
    pub uses_waiting: usize,
    /// Pools of the database: name, connections that are busy, connections that are idle.
    pub connections: Vec<(&'static str, usize, usize)>,
    /// Open MCP sessions.
    pub mcp_sessions: usize,
    /// The server takes requests and can record uses.
    pub ready: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("strongroom");
        let figures = Figures {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            uses: Family::default(),
            batches: Histogram::new(SIZES),
            sign_ins: Family::default(),
            echoes: Family::default(),
            waiting: Gauge::default(),
            connections: Family::default(),
            sessions: Gauge::default(),
            ready: Gauge::default(),
            last_use: Mutex::default(),
            last_use_age: Gauge::default(),
            keys: Family::default(),
            head: Gauge::default(),
            memory: Gauge::default(),
            registry: Registry::default(),
        };
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The running build", build);
        registry.register("http_requests", "Completed requests", figures.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time to the start of the response",
            Unit::Seconds,
            figures.durations.clone(),
        );
        registry.register(
            "credential_uses",
            "Uses of credentials, allowed or refused",
            figures.uses.clone(),
        );
        registry.register(
            "use_batch_size",
            "Uses recorded in one transaction",
            figures.batches.clone(),
        );
        registry.register("uses_waiting", "Uses waiting to be recorded", figures.waiting.clone());
        registry.register("sign_ins", "Sign-in attempts", figures.sign_ins.clone());
        registry.register(
            "credential_echoes",
            "Values that came back in responses to other records",
            figures.echoes.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database",
            figures.connections.clone(),
        );
        registry.register(
            "mcp_sessions_open",
            "Open sessions with MCP servers",
            figures.sessions.clone(),
        );
        figures.register_health(&mut registry);
        Self(Arc::new(Figures { registry, ..figures }))
    }
}

impl Figures {
    /// The figures that alerts are made from.
    fn register_health(&self, registry: &mut Registry) {
        registry.register(
            "ready",
            "1 if this server accepts requests and can record uses",
            self.ready.clone(),
        );
        registry.register_with_unit(
            "last_recorded_use_age",
            "Time since a use was last recorded; NaN before the first",
            Unit::Seconds,
            self.last_use_age.clone(),
        );
        registry.register(
            "keys",
            "Keys that the database needs, by state on this server: present or missing",
            self.keys.clone(),
        );
        registry.register(
            "audit_head",
            "Number of the last event in the audit trail",
            self.head.clone(),
        );
        registry.register(
            "database_errors",
            "Errors of the database by class",
            failures::counters(),
        );
        registry.register_with_unit(
            "process_resident_memory",
            "Memory of this process",
            Unit::Bytes,
            self.memory.clone(),
        );
    }
}

impl Metrics {
    /// The keys that the database works with, as the last heartbeat found them.
    pub fn keys(&self, held: usize, missing: usize) {
        for (state, keys) in [("held", held), ("missing", missing)] {
            self.0.keys.get_or_create(&Keys { state }).set(count(keys));
        }
    }

    /// The keys that the last heartbeat found missing.
    pub fn missing_keys(&self) -> i64 {
        self.0.keys.get_or_create(&Keys { state: "missing" }).get()
    }

    /// The head of the audit trail, as the last heartbeat found it.
    pub fn head(&self, seq: i64) {
        self.0.head.set(seq);
    }

    /// A request was answered. The route is the router's, not the caller's.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.0
            .durations
            .get_or_create(&Timed {
                method,
                route: route.clone(),
            })
            .observe(took.as_secs_f64());
        self.0.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// A use was allowed, or refused for a reason.
    pub fn used(&self, refused: Option<&'static str>) {
        let (outcome, reason) = refused.map_or(("allowed", ""), |reason| ("refused", reason));
        self.0.uses.get_or_create(&Used { outcome, reason }).inc();
    }

    /// So many uses were recorded together.
    pub fn batch(&self, uses: usize) {
        *self.0.last_use.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.0
            .batches
            .observe(f64::from(u32::try_from(uses).unwrap_or(u32::MAX)));
    }

    /// Somebody tried to sign in.
    pub fn signed_in(&self, outcome: &'static str) {
        self.0.sign_ins.get_or_create(&SignedIn { outcome }).inc();
    }

    /// A value came back to another record: `recorded` or `dropped`.
    pub fn echo(&self, outcome: &'static str) {
        self.0.echoes.get_or_create(&Echoed { outcome }).inc();
    }

    /// Everything as text.
    pub fn to_text(&self, now: &Now) -> String {
        self.0.ready.set(i64::from(now.ready));
        let last_use = *self.0.last_use.lock().unwrap_or_else(PoisonError::into_inner);
        let age = last_use.map_or(f64::NAN, |at| at.elapsed().as_secs_f64());
        self.0.last_use_age.set(age);
        self.0.memory.set(resident_memory().unwrap_or_default());
        self.0.waiting.set(count(now.uses_waiting));
        self.0.sessions.set(count(now.mcp_sessions));
        for &(pool, busy, idle) in &now.connections {
            for (state, connections) in [("busy", busy), ("idle", idle)] {
                self.0
                    .connections
                    .get_or_create(&Pool { pool, state })
                    .set(count(connections));
            }
        }
        let mut out = String::new();
        // A String takes everything.
        let _ = text::encode(&mut out, &self.0.registry);
        out
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Bytes of this process in memory, as Linux reports them.
fn resident_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/api/v1/credentials/{id}", 200, Duration::from_millis(3));
        metrics.answered("GET", "/api/v1/credentials/{id}", 404, Duration::from_millis(3));
        metrics.used(None);
        metrics.used(Some("host-not-allowed"));
        metrics.batch(2);
        metrics.signed_in("wrong");
        metrics.echo("dropped");
        metrics.keys(2, 1);
        metrics.head(17);
        let text = metrics.to_text(&Now {
            uses_waiting: 3,
            connections: vec![("reader", 1, 7)],
            mcp_sessions: 2,
            ready: true,
        });
        for line in [
            "# TYPE strongroom_http_requests counter",
            "strongroom_http_requests_total{method=\"GET\",route=\"/api/v1/credentials/{id}\",status=\"404\"} 1",
            "strongroom_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/credentials/{id}\"} 2",
            "strongroom_credential_uses_total{outcome=\"refused\",reason=\"host-not-allowed\"} 1",
            "strongroom_use_batch_size_sum 2.0",
            "strongroom_uses_waiting 3",
            "strongroom_sign_ins_total{outcome=\"wrong\"} 1",
            "strongroom_credential_echoes_total{outcome=\"dropped\"} 1",
            "strongroom_database_connections{pool=\"reader\",state=\"idle\"} 7",
            "strongroom_mcp_sessions_open 2",
            "strongroom_ready 1",
            "strongroom_keys{state=\"missing\"} 1",
            "strongroom_audit_head 17",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        let figure = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().parse().unwrap()
        };
        assert!(figure("strongroom_last_recorded_use_age_seconds ") < 60.0);
        assert!(figure("strongroom_process_resident_memory_bytes ") > 1e6);
        let unused = Metrics::default().to_text(&Now::default());
        assert!(
            unused.contains("\nstrongroom_last_recorded_use_age_seconds NaN\n"),
            "{unused}"
        );
        assert!(
            text.contains(concat!(
                "strongroom_build_info{version=\"",
                env!("CARGO_PKG_VERSION"),
                "\"} 1"
            )),
            "{text}"
        );
    }
}
