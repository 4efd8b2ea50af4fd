//! Figures about this server, for Prometheus. A label holds only what the program itself names: a route,
//! a status, an outcome. Never a name, an id, a host or anything else that came from somebody.

mod serve;

pub use serve::serve;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

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
    waiting: Gauge,
    connections: Family<Pool, Gauge>,
    sessions: Gauge,
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
            waiting: Gauge::default(),
            connections: Family::default(),
            sessions: Gauge::default(),
            registry: Registry::default(),
        };
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The build that runs", build);
        registry.register("http_requests", "Requests that were answered", figures.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until the answer began",
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
            "Uses that were recorded in one transaction",
            figures.batches.clone(),
        );
        registry.register(
            "uses_waiting",
            "Uses that wait for their record",
            figures.waiting.clone(),
        );
        registry.register("sign_ins", "Tries to sign in", figures.sign_ins.clone());
        registry.register(
            "database_connections",
            "Connections to the database",
            figures.connections.clone(),
        );
        registry.register(
            "mcp_sessions_open",
            "Sessions with MCP servers that are kept open",
            figures.sessions.clone(),
        );
        Self(Arc::new(Figures { registry, ..figures }))
    }
}

impl Metrics {
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
        self.0
            .batches
            .observe(f64::from(u32::try_from(uses).unwrap_or(u32::MAX)));
    }

    /// Somebody tried to sign in.
    pub fn signed_in(&self, outcome: &'static str) {
        self.0.sign_ins.get_or_create(&SignedIn { outcome }).inc();
    }

    /// Everything as text.
    #[must_use]
    pub fn to_text(&self, now: &Now) -> String {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
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
        let text = metrics.to_text(&Now {
            uses_waiting: 3,
            connections: vec![("reader", 1, 7)],
            mcp_sessions: 2,
        });
        for line in [
            "# TYPE strongroom_http_requests counter",
            "strongroom_http_requests_total{method=\"GET\",route=\"/api/v1/credentials/{id}\",status=\"404\"} 1",
            "strongroom_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/credentials/{id}\"} 2",
            "strongroom_credential_uses_total{outcome=\"refused\",reason=\"host-not-allowed\"} 1",
            "strongroom_use_batch_size_sum 2.0",
            "strongroom_uses_waiting 3",
            "strongroom_sign_ins_total{outcome=\"wrong\"} 1",
            "strongroom_database_connections{pool=\"reader\",state=\"idle\"} 7",
            "strongroom_mcp_sessions_open 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
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
