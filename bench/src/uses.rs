//! Uses of a credential, in this process: finding and opening against a bare read, recording against bare inserts.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use contract::accounts::{Role, UserId};
use contract::credentials::{CredentialId, ReferrerKind};
use server::cli::open_base;
use server::clock::Clock;
use server::credentials::{FIND_FOR_USE, Referrer, Resolver, UseRequest};
use server::db::Db;
use server::destination::Destination;
use server::http::Principal;
use server::references::Allow;
use server::state::AppState;
use server::vault::Sealed;
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::report::{Budget, Report};
use crate::seed::settings;

const ROUNDS: usize = 7;
const USERS: u32 = 32;
const READS: u32 = 2_000;
const ROUND: Duration = Duration::from_secs(1);

const BARE_READ: &str = "SELECT ciphertext, value_nonce, wrapped_key, key_nonce, key_id FROM credential_versions \
     WHERE credential_id = $1 AND version = $2";
const BARE_INSERT: &str =
    "INSERT INTO bare_events (at, actor, action, name, host, mac) VALUES ($1, $2, $3, $4, $5, $6)";

/// Uses against their floors, on a database in which something was created over the API.
pub async fn against_floor(data: &Path, report: &mut Report) -> Result<()> {
    let settings = settings(data)?;
    let base = open_base(&settings, Clock::system()).await?;
    let state = AppState::start(base.clone(), &settings)?;
    let Db::Sqlite { reader, writer, .. } = &base.db else {
        anyhow::bail!("a data folder holds a SQLite file");
    };
    let id: Uuid = sqlx::query_scalar("SELECT credential_id FROM credential_versions LIMIT 1")
        .fetch_one(reader)
        .await?;
    // The last sign-in, for uses of a live session.
    let (session, user_id): (Uuid, Uuid) =
        sqlx::query_as("SELECT id, user_id FROM sessions WHERE ended_at IS NULL ORDER BY last_seen_at DESC LIMIT 1")
            .fetch_one(reader)
            .await?;

    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let began = Instant::now();
        for _ in 0..READS {
            let _: Sealed = sqlx::query_as(BARE_READ).bind(id).bind(1_i64).fetch_one(reader).await?;
        }
        let floor = began.elapsed();
        let began = Instant::now();
        for _ in 0..READS {
            let sealed: Sealed = sqlx::query_as(FIND_FOR_USE)
                .bind(id)
                .bind("mcp_server")
                .bind(None::<Uuid>)
                .bind(user_id)
                .bind(session)
                .bind(base.clock.now())
                .bind(base.clock.now() - TimeDelta::hours(24))
                .fetch_one(reader)
                .await?;
            // Nothing is sent anywhere: the value is dropped where it was opened.
            drop(base.vault.open_value(CredentialId(id), 1, &sealed)?);
        }
        if round > 0 {
            ratios.push(began.elapsed().as_secs_f64() / floor.as_secs_f64());
        }
    }
    report.rounds(
        "find and open a value: time, against a bare point read",
        ratios,
        "",
        Budget::AtMost(1.3),
    );

    let (_, destination) =
        Destination::parse("https://api.example.com/mcp").map_err(|_| anyhow::anyhow!("no address"))?;
    let request = UseRequest {
        principal: Principal::User {
            id: UserId(user_id),
            name: "Bench".to_owned(),
            email: String::new(),
            role: Role::Administrator,
            session,
        },
        credential: CredentialId(id),
        referrer: Referrer::Unsaved {
            kind: ReferrerKind::McpServer,
            id: None,
            name: None,
            allow: Allow {
                host: true,
                whole_host: false,
            },
        },
        scope: destination.clone(),
        destination,
        purpose: None,
        request_id: "bench".to_owned(),
    };
    sqlx::query("CREATE TABLE bare_events (seq INTEGER PRIMARY KEY, at TEXT, actor TEXT, action TEXT, name TEXT, host TEXT, mac BLOB)")
        .execute(writer)
        .await?;
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let floor = groups(writer, &base.clock).await?;
        let recorded = recorded(state.credentials.resolver(), &request).await?;
        if round > 0 {
            ratios.push(recorded / floor);
        }
    }
    report.rounds(
        "recorded uses by 32 at once, against bare inserts committed by 32",
        ratios,
        "",
        Budget::AtLeast(0.5),
    );
    base.db.close().await;
    Ok(())
}

/// Rows in a second, committed in groups of as many as there are users.
async fn groups(writer: &SqlitePool, clock: &Clock) -> Result<f64> {
    let began = Instant::now();
    let mut rows = 0_u32;
    while began.elapsed() < ROUND {
        let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
        for _ in 0..USERS {
            sqlx::query(BARE_INSERT)
                .bind(clock.now())
                .bind("Bench")
                .bind("credential.use")
                .bind("a name")
                .bind("api.example.com")
                .bind(vec![7_u8; 32])
                .execute(&mut *transaction)
                .await?;
            rows += 1;
        }
        transaction.commit().await?;
    }
    Ok(f64::from(rows) / began.elapsed().as_secs_f64())
}

/// Uses in a second, by as many users at once.
async fn recorded(resolver: &Resolver, request: &UseRequest) -> Result<f64> {
    let began = Instant::now();
    let tasks = (0..USERS).map(|_| {
        let (resolver, request) = (resolver.clone(), request.clone());
        tokio::spawn(async move {
            let mut uses = 0_u32;
            while began.elapsed() < ROUND {
                resolver.resolve(request.clone()).await?;
                uses += 1;
            }
            Ok::<_, server::credentials::ResolveError>(uses)
        })
    });
    let mut uses = 0;
    for done in futures::future::try_join_all(tasks).await? {
        uses += done.context("a use was refused")?;
    }
    Ok(f64::from(uses) / began.elapsed().as_secs_f64())
}
