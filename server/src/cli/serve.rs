//! `strongroom serve`.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::stop::Stop;
use super::{open_base, say};
use crate::accounts::Accounts;
use crate::assets::Assets;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::http::{self, Connections, HostRule};
use crate::outbound::stdio::Stdio;
use crate::replicas::Membership;
use crate::router::router;
use crate::state::AppState;
use crate::{log, metrics};

/// Serves until it is told to stop: accepts nothing more then, finishes what runs, and closes what is open.
pub(super) async fn serve(settings: Settings) -> anyhow::Result<()> {
    log::start(&settings)?;
    let stop = Stop::on_signals().context("The server cannot listen for signals.")?;
    let assets = Assets::load(settings.site_dir.as_deref())?;
    let base = open_base(&settings, Clock::system()).await?;
    let state = AppState::start(base.clone(), &settings)?;
    let router = router(state.clone(), assets, HostRule::new(settings.public_url.as_ref()));
    let listener = listen(settings.listen, "--listen").await?;
    let address = listener.local_addr()?;
    let metrics = match settings.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen").await?),
        None => None,
    };
    let membership = Membership::join(base.clone(), address).await?;
    greet(&settings, &base.db, address, &state.accounts).await?;
    warn_of_unconfined(state.mcp_servers.stdio());
    if let Some(listener) = metrics {
        say(&format!("Metrics are at http://{}/metrics", listener.local_addr()?));
        let state = state.clone();
        tokio::spawn(metrics::serve(listener, move || state.metrics()));
    }
    let serving = http::serve(listener, router, Connections::default(), stop.clone().asked());
    tokio::select! {
        () = serving => {}
        () = stop.out_of_patience() => tracing::warn!("requests that took too long were broken off"),
    }
    membership.leave().await;
    state.shut_down().await;
    Ok(())
}

async fn listen(address: SocketAddr, flag: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("{address} cannot be listened on: another program may use the port. Choose another with {flag}.")
    })
}

async fn greet(settings: &Settings, db: &Db, address: SocketAddr, accounts: &Accounts) -> anyhow::Result<()> {
    let origin = match &settings.public_url {
        Some(url) => url.origin().ascii_serialization(),
        None => format!("http://{address}"),
    };
    say(&format!("Strongroom listens on {origin}"));
    if db.is_shared() && settings.keeps_own_keyring() {
        say(
            "Each further server on this PostgreSQL database needs the same keyring: copy keyring.json from the data folder, or set STRONGROOM_KEYRING.",
        );
    }
    if let Some(token) = accounts.set_up_token().await? {
        #[expect(
            clippy::disallowed_methods,
            reason = "the set-up link is shown to whoever starts the server"
        )]
        say(&format!(
            "Set up the first administrator: {origin}/set-up#{}",
            token.expose()
        ));
    }
    Ok(())
}

/// Said at every start, so that nobody forgets it.
fn warn_of_unconfined(stdio: &Stdio) {
    for name in stdio.unconfined() {
        say(&format!(
            "The stdio server {name} runs unconfined (--stdio-unconfined): its program can read the data folder and the keyring, and with them every value."
        ));
    }
}
