//! `strongroom serve`.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::net::TcpListener;

use super::{open_base, say};
use crate::accounts::Accounts;
use crate::assets::Assets;
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::http::HostRule;
use crate::log;
use crate::replicas::Membership;
use crate::router::router;
use crate::state::AppState;

/// Serves until it is told to stop.
pub(super) async fn serve(settings: Settings) -> anyhow::Result<()> {
    log::start(&settings)?;
    let assets = Assets::load(settings.site_dir.as_deref())?;
    let base = open_base(&settings, Clock::system()).await?;
    let state = AppState::start(base.clone(), &settings)?;
    let accounts = state.accounts.clone();
    let router = router(state, assets, HostRule::new(settings.public_url.as_ref()));
    let listener = TcpListener::bind(settings.listen).await.with_context(|| {
        format!(
            "{} cannot be listened on: another program may use the port. Choose another with --listen.",
            settings.listen
        )
    })?;
    let address = listener.local_addr()?;
    let membership = Membership::join(base.clone(), address).await?;
    greet(&settings, &base.db, address, &accounts).await?;
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop_signal())
        .await
        .context("The server stopped.")?;
    membership.leave().await;
    base.db.close().await;
    Ok(())
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

/// Ctrl-C, or the signal that service managers send.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
