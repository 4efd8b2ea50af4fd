//! Two servers behind a balancer, on a PostgreSQL with a standby: users and writers go on through crashes of a server and
//! of PostgreSQL, a failover, exhausted connections, and a clock that jumps on one of the servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nix::sys::signal::Signal;
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::ledger::Ledger;
use super::peers::{self, Kind};
use super::scene::Scene;
use super::users::User;
use crate::balancer::Balancer;
use crate::client::Client;
use crate::faketime::Faketime;
use crate::faults::rounds;
use crate::own_postgres::OwnPostgres;
use crate::process::{self, Options, Server};
use crate::{Acknowledged, check};

const USERS: usize = 3;
const WRITERS: usize = 2;
/// The jump of a clock.
const JUMP: TimeDelta = TimeDelta::hours(1);
/// Clocks of the test and of the servers that differ by less are the same.
const SAME: TimeDelta = TimeDelta::minutes(10);
/// Connections of other programs.
const OTHERS: &str = "other programs";
const END_OF_OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE backend_type = 'client backend' AND application_name <> $1 AND pid <> pg_backend_pid()";

/// The two servers and their database.
struct Pair {
    _folder: tempfile::TempDir,
    options: [Options; 2],
    servers: Vec<Server>,
    /// The clock of the first server.
    clock: Faketime,
    primary: OwnPostgres,
    standby: OwnPostgres,
    balancers: Vec<Balancer>,
}

impl Pair {
    async fn start() -> Self {
        let mut primary = OwnPostgres::new(&["max_connections=60"]);
        primary.start().await;
        let standby = with_standby(&primary, OwnPostgres::free_port()).await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!(
            "postgres://postgres@{},{}/postgres",
            primary.address(),
            standby.address()
        );
        let options = ["a", "b"].map(|name| Options::new(&folder, name, Some(url.clone())));
        process::add_administrator(&options[0]);
        options[1].take_keyring(&options[0]);
        let mut pair = Self {
            _folder: folder,
            options,
            servers: Vec::new(),
            clock: Faketime::new(),
            primary,
            standby,
            balancers: Vec::new(),
        };
        for number in 0..2 {
            let server = pair.launch(number).await;
            pair.servers.push(server);
        }
        pair.balance().await;
        pair
    }

    async fn launch(&self, number: usize) -> Server {
        let mut command = self.options[number].command();
        if number == 0 {
            command.envs(self.clock.environment());
        }
        Server::launch(command).await
    }

    /// A balancer in front of the servers, as they are now. Those before it go on.
    async fn balance(&mut self) -> String {
        let addresses: Vec<&str> = self.servers.iter().map(Server::address).collect();
        let balancer = Balancer::start(&addresses).await;
        let origin = balancer.origin();
        self.balancers.push(balancer);
        origin
    }

    fn both(&self) -> [&Server; 2] {
        [&self.servers[0], &self.servers[1]]
    }

    /// A crash of a server.
    async fn crash(&mut self, scene: &Scene, number: usize) {
        self.servers[number].signal(Signal::SIGKILL);
        sleep(scene.length / 100).await;
        self.servers[number] = self.launch(number).await;
        scene.move_to(self.balance().await);
    }

    /// PostgreSQL ends and starts again.
    async fn restart(&mut self, signal: Signal) {
        self.primary.end(signal).await;
        self.primary.start().await;
    }

    /// Other programs take all connections, also those of the servers.
    async fn exhaust(&self, scene: &Scene) {
        let options: PgConnectOptions = self.primary.url().parse().unwrap();
        let options = options.application_name(OTHERS);
        let mut taken = Vec::new();
        while let Ok(connection) = options.connect().await {
            taken.push(connection);
        }
        for _ in 0..5 {
            let ended = sqlx::query(END_OF_OTHERS).bind(OTHERS);
            ended.execute(&mut taken[0]).await.unwrap();
            while let Ok(connection) = options.connect().await {
                taken.push(connection);
            }
        }
        assert!(taken.len() > 50, "{} connections were taken", taken.len());
        sleep(scene.length / 100).await;
        for connection in taken {
            let _ = connection.close().await;
        }
    }

    /// The primary is lost, its standby is promoted, and another standby takes its address.
    async fn fail_over(&mut self) {
        let port = self.primary.port();
        self.primary.end(Signal::SIGKILL).await;
        self.standby.promote();
        std::mem::swap(&mut self.primary, &mut self.standby);
        self.standby = with_standby(&self.primary, port).await;
    }

    /// The clock of the first server jumps forward and back; users and writers go on as if it had not.
    async fn jump(&self, scene: &Scene, administrator: &Client, name: &str) {
        let first = administrator.moved_to(&self.servers[0]);
        for (jump, name) in [
            (JUMP, format!("{name} FORWARD")),
            (TimeDelta::zero(), format!("{name} BACK")),
        ] {
            self.clock.jump(jump);
            let path = format!("/api/v1/credentials/{}", first.credential(&name, "marked-canary").await);
            let (_, stored) = first.send("GET", &path, None).await.unwrap();
            let created: DateTime<Utc> = stored["created_at"].as_str().unwrap().parse().unwrap();
            let ahead = created - DateTime::<Utc>::from(std::time::SystemTime::now());
            assert!((ahead - jump).abs() < SAME, "the clock is {ahead} ahead");
            // A session that begins now is one at the other server, too.
            let session = self.servers[0].sign_in().await;
            self.assert_signed_in(&session).await;
            scene.go_on(&self.servers[0], 0.02).await;
            self.assert_signed_in(&session).await;
        }
    }

    /// A session lives at both servers.
    async fn assert_signed_in(&self, client: &Client) {
        for server in self.both() {
            let (status, body) = client.moved_to(server).send("GET", "/api/v1/me", None).await.unwrap();
            assert_eq!(status, 200, "{body}");
        }
    }
}

/// A standby at this port, which has each transaction before it is acknowledged.
async fn with_standby(primary: &OwnPostgres, port: u16) -> OwnPostgres {
    let mut standby = primary.standby_at(port);
    standby.start().await;
    primary.wait_for_standby().await;
    let mut database = PgConnection::connect(&primary.url()).await.unwrap();
    for sql in [
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
        "SELECT pg_reload_conf()",
    ] {
        sqlx::query(sql).execute(&mut database).await.unwrap();
    }
    standby
}

/// Stores credentials until the scene ends. While no fault lasts, each is stored.
async fn store(scene: Arc<Scene>, client: Client, writer: usize, acknowledged: Acknowledged) {
    for number in 0.. {
        if !scene.goes_on() {
            return;
        }
        let calm = scene.calm();
        let body = json!({"name": format!("W {writer} {number}"), "value": "marked-canary"});
        let there = client.at_origin(&scene.origin());
        let answer = there.send("POST", "/api/v1/credentials", Some(body)).await;
        let is_calm = calm.is_some() && calm == scene.calm();
        match answer {
            Some((201, stored)) => {
                let id = stored["id"].as_str().unwrap().to_owned();
                acknowledged.lock().unwrap().insert(id, Some(1));
            }
            Some((503, _)) | None if !is_calm => {}
            other => panic!("a write is answered by {other:?}; no fault: {is_calm}"),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// Compares what peers and callers saw with the database.
async fn compare(pair: &Pair, scene: &Scene, administrator: &Client, acknowledged: &Acknowledged) {
    let acknowledged: BTreeMap<_, _> = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() > WRITERS, "{} writes", acknowledged.len());
    check(administrator, &acknowledged).await;
    let path = "/api/v1/audit-events/export?action=credential.use";
    let (status, export) = administrator.signed_text_of(path).await;
    assert_eq!(status, 200, "{export}");
    let compared = scene.ledger.compare(&export);
    scene.tell(&format!(
        "peers saw {} uses, callers {}, the trail has {}; {} writes; {:?}",
        compared.seen,
        compared.acknowledged,
        compared.recorded,
        acknowledged.len(),
        scene.counts
    ));
    assert!(compared.seen > 0 && compared.acknowledged > 0, "uses were compared");
    process::verify(&pair.options[0]);
    process::assert_trail_holds(&pair.options[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_lose_nothing_in_crashes_failovers_and_jumps_of_a_clock() {
    let mut pair = Pair::start().await;
    let ledger = Arc::<Ledger>::default();
    let administrator = pair.servers[1].sign_in().await;
    let mut users = Vec::new();
    for number in 0..USERS {
        let peer = peers::start(&ledger).await;
        users.push(Arc::new(
            User::new(&pair.options[1], &pair.servers[1], number, peer).await,
        ));
    }
    let scene = Arc::new(Scene::new("two servers", pair.balance().await, ledger));
    let acknowledged: Acknowledged = Arc::new(Mutex::default());
    let mut load = JoinSet::new();
    for (number, user) in users.iter().enumerate() {
        load.spawn(Arc::clone(user).work(Arc::clone(&scene), &Kind::ORDINARY, number, Duration::from_millis(40)));
        load.spawn(Arc::clone(user).change_sessions(Arc::clone(&scene)));
    }
    for writer in 0..WRITERS {
        let (scene, acknowledged) = (Arc::clone(&scene), Arc::clone(&acknowledged));
        load.spawn(store(scene, administrator.clone(), writer, acknowledged));
    }
    for round in 0..rounds() {
        for fault in [
            "crash",
            "fast restart",
            "immediate restart",
            "no connections",
            "failover",
        ] {
            scene.go_on(&pair.servers[0], 0.02).await;
            scene.turn();
            scene.tell(fault);
            match fault {
                "crash" => pair.crash(&scene, usize::from(round % 2 == 0)).await,
                "fast restart" => pair.restart(Signal::SIGINT).await,
                "immediate restart" => pair.restart(Signal::SIGQUIT).await,
                "no connections" => pair.exhaust(&scene).await,
                _ => pair.fail_over().await,
            }
            scene.until_healed(&pair.both(), &users).await;
            scene.turn();
        }
        scene.tell("the clock of one server jumps");
        pair.jump(&scene, &administrator, &format!("JUMP {round}")).await;
    }
    scene.end();
    while let Some(ended) = load.join_next().await {
        ended.unwrap();
    }
    scene.until_healed(&pair.both(), &users).await;
    pair.assert_signed_in(&administrator).await;
    let administrator = administrator.moved_to(&pair.servers[1]);
    compare(&pair, &scene, &administrator, &acknowledged).await;
}
