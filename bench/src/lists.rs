//! Requests over loopback HTTP: lists against the floor, every order near and far, searching, creating.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::client::{Connection, get, percentile, post, throughput, times};
use crate::process::Process;
use crate::report::{Budget, Report};

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(1);
const CONNECTIONS: u32 = 8;
const SORTS: [&str; 8] = [
    "name",
    "-name",
    "owner",
    "-owner",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
];

/// Ten of so many rows, signed in, against the bare handler, in turns.
pub async fn against_floor(program: &Path, data: &Path, rows: &str, budget: Budget, report: &mut Report) -> Result<()> {
    let (server, floor) = (Process::strongroom(program, data).await?, Process::bare(data).await?);
    let cookie = server.sign_in().await?;
    let (ours, bare) = (get("/api/v1/credentials?limit=10", &cookie), get("/list", &cookie));
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let at_floor = throughput(floor.address, CONNECTIONS, ROUND, 200, |_| bare.clone()).await?;
        let at_server = throughput(server.address, CONNECTIONS, ROUND, 200, |_| ours.clone()).await?;
        // The first round warms both up.
        if round > 0 {
            ratios.push(at_server / at_floor);
        }
    }
    report.rounds(
        &format!("list, 10 of {rows} rows: requests, against the bare handler"),
        ratios,
        "",
        budget,
    );
    server.stop().await?;
    floor.stop().await
}

/// Durable creates against one bare durable insert for each request.
pub async fn creating(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let (server, floor) = (Process::strongroom(program, data).await?, Process::bare(data).await?);
    let cookie = server.sign_in().await?;
    let (mut ratios, mut rates) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS as u64 {
        let bare = post("/insert", &cookie, "{}");
        let at_floor = throughput(floor.address, CONNECTIONS, ROUND, 201, |_| bare.clone()).await?;
        let at_server = throughput(server.address, CONNECTIONS, ROUND, 201, |number| {
            let body = json!({"name": format!("created {round} {number}"), "value": "canary-bench-value"});
            post("/api/v1/credentials", &cookie, &body.to_string())
        })
        .await?;
        if round > 0 {
            ratios.push(at_server / at_floor);
            rates.push(at_server);
        }
    }
    report.rounds(
        "create: requests, against one bare durable insert each",
        ratios,
        "",
        Budget::None,
    );
    report.rounds("durable creates", rates, "/s", Budget::None);
    server.stop().await?;
    floor.stop().await
}

/// Addresses of pages of one order: the first, the second, the twentieth, and back from there.
async fn pages(connection: &mut Connection, cookie: &str, sort: &str) -> Result<Vec<String>> {
    let path = |cursor: Option<&str>| match cursor {
        Some(cursor) => format!("/api/v1/credentials?limit=25&sort={sort}&cursor={cursor}"),
        None => format!("/api/v1/credentials?limit=25&sort={sort}"),
    };
    let mut pages = vec![path(None)];
    let mut here = path(None);
    for number in 2..=20 {
        let answer = connection.send(&get(&here, cookie)).await?;
        let page: Value = serde_json::from_slice(&answer.body).context("a list is JSON")?;
        here = path(Some(page["next_cursor"].as_str().context("a list goes on")?));
        if number == 2 || number == 20 {
            pages.push(here.clone());
        }
    }
    let answer = connection.send(&get(&here, cookie)).await?;
    let page: Value = serde_json::from_slice(&answer.body).context("a list is JSON")?;
    pages.push(path(Some(
        page["previous_cursor"].as_str().context("a list leads back")?,
    )));
    Ok(pages)
}

/// Each order at 1,000 and at 100,000 rows: the slowest of a hundred requests.
pub async fn orders(program: &Path, few: &Path, many: &Path, report: &mut Report) -> Result<()> {
    let servers = [
        Process::strongroom(program, few).await?,
        Process::strongroom(program, many).await?,
    ];
    let cookies = [servers[0].sign_in().await?, servers[1].sign_in().await?];
    let mut ratios = Vec::new();
    for sort in SORTS {
        let mut slowest = [0.0; 2];
        let mut taken = [Vec::new(), Vec::new()];
        for _ in 0..5 {
            for ((server, cookie), taken) in servers.iter().zip(&cookies).zip(&mut taken) {
                let mut connection = Connection::open(server.address).await?;
                for page in pages(&mut connection, cookie, sort).await? {
                    taken.extend(times(&mut connection, &get(&page, cookie), 50).await?);
                }
            }
        }
        for (slowest, taken) in slowest.iter_mut().zip(taken) {
            *slowest = percentile(taken, 99);
        }
        ratios.push(slowest[1] / slowest[0]);
    }
    let worst = ratios.iter().copied().fold(0.0, f64::max);
    report.rounds(
        "p99 at 100,000 rows against 1,000: over the orders",
        ratios,
        "",
        Budget::AtMost(3.0),
    );
    report.number("the same, the worst order", worst, "", Budget::AtMost(3.0));
    for server in servers {
        server.stop().await?;
    }
    Ok(())
}

/// Searching among 100,000 rows: for what many have, what few have, and what none has.
pub async fn searching(program: &Path, data: &Path, report: &mut Report) -> Result<()> {
    let server = Process::strongroom(program, data).await?;
    let cookie = server.sign_in().await?;
    let mut connection = Connection::open(server.address).await?;
    for (name, text) in [
        ("many match", "token"),
        ("a few match", "99_ledger"),
        ("none matches", "nowhere"),
    ] {
        for sort in ["name", "-created_at"] {
            let request = get(
                &format!("/api/v1/credentials?limit=25&sort={sort}&search={text}"),
                &cookie,
            );
            let taken = times(&mut connection, &request, 15).await?;
            report.rounds(
                &format!("search at 100,000 rows, {name}, by {sort}"),
                taken,
                " ms",
                Budget::AtMost(50.0),
            );
        }
    }
    server.stop().await
}
