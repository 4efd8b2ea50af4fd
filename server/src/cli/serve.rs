//! `strongroom serve`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use axum::middleware;
use nix::sys::signal::Signal;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::announce::Announce;
use super::stop::Stop;
use super::{LoadPages, open_base};
use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::http::{self, Connections, HostRule};
use crate::infra::Infra;
use crate::outbound::stdio::Stdio;
use crate::pages::Pages;
use crate::process_hardening::raise_descriptors;
use crate::replicas::Membership;
use crate::router::router;
use crate::state::AppState;
use crate::{audit, health, log, metrics};

/// Connections of people and programs, as far as there are descriptors for them.
const MOST_CONNECTIONS: usize = 4096;
/// Connections of the listener for metrics.
const METRICS_CONNECTIONS: usize = 64;
/// Descriptors that are not for connections.
const RESERVED_DESCRIPTORS: u64 = 512;

/// How long the answers to requests that were broken off may take.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Serves until it is told to stop: accepts nothing more then, finishes what runs, and closes what is open.
pub(super) async fn serve<P: Pages>(settings: Settings, load: LoadPages<P>) -> anyhow::Result<()> {
    log::start(&settings)?;
    let descriptors = raise_descriptors()?;
    let stop = Stop::on_signals(settings.stop).context("The server cannot listen for signals.")?;
    // Beyond a limit of the file size a write fails then, as on a full disk; without a handler the process would end.
    let _too_large =
        signal(SignalKind::from_raw(Signal::SIGXFSZ as i32)).context("The server cannot listen for signals.")?;
    let pages = load(&settings)?;
    settings.keyring.refuse_foreign_owner()?;
    let base = open_base(&settings, Clock::system()).await?;
    let announce = Announce(settings.log_format);
    keep_reserve(announce, &base, settings.reserve_mib).await;
    audit::check_end(&base.db, &base.head_file).await?;
    note_head(announce, &base).await;
    let state = AppState::start(base.clone(), &settings)?;
    let (signalled, stopping) = (stop.clone().signalled(), base.stopping.clone());
    tokio::spawn(async move {
        signalled.await;
        stopping.drain();
    });
    let router = router(state.clone(), pages, HostRule::new(settings.public_url.as_ref()));
    let listener = listen(settings.listen, "--listen").await?;
    let address = listener.local_addr()?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen").await?),
        None => None,
    };
    let metrics_address = metrics.as_ref().map(TcpListener::local_addr).transpose()?;
    state
        .own
        .bound([Some(address), metrics_address].into_iter().flatten().collect());
    let membership = Membership::join(base.clone(), address).await?;
    greet(announce, &settings, &base.db, address, &state.accounts).await?;
    warn_of_unconfined(announce, state.mcp_servers.stdio());
    if let Some(listener) = metrics {
        announce.line(&format!("Metrics are at http://{}/metrics", listener.local_addr()?));
        tokio::spawn(serve_metrics(listener, state.clone()));
    }
    let limits = Connections {
        most: most_connections(descriptors),
        proxies: settings.trusted_proxies.clone(),
        ..Connections::default()
    };
    let serving = http::serve(listener, router, limits, stop.clone().drained());
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        () = &mut serving => {}
        () = stop.out_of_patience() => {
            tracing::warn!("ending requests that took too long");
            base.stopping.cut();
            // Whoever does not read this last answer is not waited for.
            let _ = tokio::time::timeout(LAST_ANSWERS, serving).await;
        }
    }
    membership.leave().await;
    state.shut_down().await;
    Ok(())
}

/// Allocates the reserve. A full disk does not keep the server from running: deleting may be what makes room.
async fn keep_reserve(announce: Announce, base: &Infra, mib: u32) {
    if let Err(error) = base.db.keep_reserve(u64::from(mib) << 20).await {
        announce.line(&format!(
            "Cannot allocate the reserve of {mib} MiB next to the database ({error}). Until there is space for it, Strongroom writes only deletions, revocations and the audit trail."
        ));
    }
}

/// Notes the head of the trail from the start on. A folder that cannot be written does not keep the server from running.
async fn note_head(announce: Announce, base: &Infra) {
    if let Err(error) = base.head_file.note(&base.db).await {
        announce.line(&format!(
            "{error:#} Without it, a deleted end of the audit trail shows only against a head that you noted elsewhere (strongroom audit head)."
        ));
    }
}

/// Metrics and health checks have connections of their own: they are answered when all others are taken.
async fn serve_metrics(listener: TcpListener, state: AppState) {
    let health = health::router().with_state(state.clone());
    let router = metrics::router(move || state.metrics()).merge(health);
    let router = router
        .layer(middleware::from_fn(http::finish_problems))
        .layer(middleware::from_fn(http::request_id));
    let limits = Connections {
        most: METRICS_CONNECTIONS,
        per_address: METRICS_CONNECTIONS / 2,
        ..Connections::default()
    };
    http::serve(listener, router, limits, std::future::pending()).await;
}

/// Some descriptors stay for files, the database, programs and requests to other servers.
fn most_connections(descriptors: u64) -> usize {
    let most = descriptors - RESERVED_DESCRIPTORS.min(descriptors / 2);
    usize::try_from(most).map_or(MOST_CONNECTIONS, |most| most.min(MOST_CONNECTIONS))
}

async fn listen(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("Cannot listen on {address}: another program may use the port. Choose another with {flag}.")
    })
}

async fn greet(
    announce: Announce,
    settings: &Settings,
    db: &Db,
    address: SocketAddr,
    accounts: &Accounts,
) -> anyhow::Result<()> {
    let origin = match &settings.public_url {
        Some(url) => url.origin().ascii_serialization(),
        None => format!("http://{address}"),
    };
    announce.line(&format!("Strongroom listens on {origin}"));
    if settings.is_https() && settings.trusted_proxies.is_empty() {
        announce.line(
            "public_url is https but no proxy is trusted, so all users share the rate limits of the proxy's address. Set --trusted-proxies to the proxy's address.",
        );
    }
    if db.is_shared() && settings.keeps_own_keyring() {
        announce.line(
            "Every other server on this PostgreSQL database needs the same keyring: copy keyring.json from the data folder, or set STRONGROOM_KEYRING.",
        );
    }
    if let Some(token) = accounts.set_up_token().await? {
        #[expect(
            clippy::disallowed_methods,
            reason = "the setup link is shown to the operator who starts the server"
        )]
        announce.set_up_link(&format!("{origin}/set-up#{}", token.expose()));
    }
    Ok(())
}

/// Said at every start, so that nobody forgets it.
fn warn_of_unconfined(announce: Announce, stdio: &Stdio) {
    for name in stdio.unconfined() {
        announce.line(&format!(
            "The stdio server {name} runs unconfined (--stdio-unconfined): its program can read the data folder and the keyring, and with them every value."
        ));
    }
}
