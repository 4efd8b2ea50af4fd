//! Guessing is slowed down: by account and network, by network, and never for a browser that the account knows.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use chrono::TimeDelta;
use futures::future::join_all;
use http::{Method, Request, header};
use serde_json::json;
use server::cli::open_base;
use server::config::Options;
use server::http::HostRule;
use server::pages::ApiAlone;
use server::router::router;
use server::state::AppState;
use tower::ServiceExt as _;

use crate::both_engines;
use crate::support::statements::{run, tamper};
use crate::support::{Answer, Engine, PASSWORD, TestApp};

const WRONG: &str = "a wrong password";

/// A try from an address, with the cookies of a browser.
pub(crate) async fn attempt(router: &Router, from: &str, cookies: &str, who: &str, password: &str) -> Answer {
    let body = json!({"email": format!("{who}@example.com"), "password": password}).to_string();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/session")
        .header(header::HOST, "127.0.0.1:3000")
        .header(header::COOKIE, cookies)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .unwrap();
    let peer: IpAddr = from.parse().unwrap();
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from((peer, 4000))));
    let Ok(response) = router.clone().oneshot(request).await;
    Answer::read(format!("{who} from {from}"), response).await
}

/// The cookie by which a browser is known again: it outlives the session.
fn browser(answer: &Answer) -> String {
    let cookies = answer.headers.get_all(header::SET_COOKIE).iter();
    let cookie = cookies
        .filter_map(|cookie| cookie.to_str().ok())
        .find(|cookie| cookie.starts_with("strongroom-browser="));
    let cookie = cookie.expect("a cookie for the browser");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=31536000"));
    cookie.split(';').next().unwrap().to_owned()
}

/// Another server on the database of a test, with the same clock: what a restart or a second replica is.
async fn another_server(app: &TestApp) -> Router {
    let options = Options {
        data_dir: Some(app.folder()),
        database_url: app.database_url.clone(),
        ..Options::default()
    };
    let settings = options.complete(None).unwrap();
    let base = open_base(&settings, app.state.base.clock.clone()).await.unwrap();
    let state = AppState::start(base, &settings).unwrap();
    router(state, ApiAlone, HostRule::new(None))
}

/// Cookies of browsers that this server did not make: without the MAC, with another one, with another token.
fn forged_cookies(known: &str) -> Vec<String> {
    let (name, content) = known.split_once('=').unwrap();
    let (token, mac) = content.split_once('.').unwrap();
    let zeros = "A".repeat(43);
    [
        zeros.clone(),
        token.to_owned(),
        format!("{token}.{zeros}"),
        format!("{zeros}.{mac}"),
        format!("{token}."),
        format!("{token}.{mac}."),
    ]
    .map(|content| format!("{name}={content}"))
    .to_vec()
}

async fn exhaust(router: &Router, from: &str, cookies: &str, who: &str) {
    for _ in 0..10 {
        attempt(router, from, cookies, who, WRONG)
            .await
            .problem(401, "wrong-password");
    }
    attempt(router, from, cookies, who, WRONG)
        .await
        .problem(429, "throttled");
}

both_engines! {
    async fn too_many_tries_get_the_same_answer_whether_the_account_exists_or_not(app: TestApp) {
        let mut answers = Vec::new();
        for who in ["viewer", "nobody"] {
            exhaust(&app.router, "198.51.100.1", "", who).await;
            // Also for the right password.
            let answer = attempt(&app.router, "198.51.100.1", "", who, PASSWORD).await.problem(429, "throttled");
            let wait: u64 = answer.header("retry-after").parse().unwrap();
            assert!((890..=900).contains(&wait), "{wait}");
            let mut body = answer.json();
            body["request_id"] = json!("");
            body["detail"] = json!(answer.text("/detail").replace(&wait.to_string(), "N"));
            answers.push(body);
        }
        assert_eq!(answers[0], answers[1]);
        attempt(&app.router, "198.51.100.2", "", "viewer", PASSWORD).await.expect(200);
    }

    async fn a_clock_that_was_an_hour_ahead_locks_no_account(app: TestApp) {
        app.wait(TimeDelta::hours(1));
        exhaust(&app.router, "198.51.100.1", "", "viewer").await;
        app.wait(-TimeDelta::hours(1));
        attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200);
        // And tries count again, from the first one on.
        exhaust(&app.router, "198.51.100.1", "", "nobody").await;
        app.wait(TimeDelta::hours(1));
        exhaust(&app.router, "198.51.100.2", "", "viewer").await;
        app.wait(-TimeDelta::hours(1));
        let other = another_server(&app).await;
        exhaust(&other, "198.51.100.2", "", "viewer").await;
    }

    async fn tries_at_once_are_no_more_than_tries_one_after_another(app: TestApp) {
        let other = another_server(&app).await;
        for who in ["viewer", "nobody"] {
            let routers = [&app.router, &other].into_iter().cycle().take(40);
            let tries = routers.map(|router| attempt(router, "198.51.100.1", "", who, WRONG));
            let mut statuses: Vec<u16> = join_all(tries).await.iter().map(|answer| answer.status).collect();
            statuses.sort_unstable();
            // Only so many passwords were looked at.
            assert_eq!(statuses, [[401; 10].as_slice(), &[429; 30]].concat(), "{who}");
            attempt(&app.router, "198.51.100.1", "", who, PASSWORD).await.problem(429, "throttled");
        }
    }

    async fn the_counts_survive_a_restart_and_are_shared(app: TestApp) {
        let other = another_server(&app).await;
        for router in [&app.router, &other].into_iter().cycle().take(10) {
            attempt(router, "198.51.100.1", "", "viewer", WRONG).await.problem(401, "wrong-password");
        }
        let restarted = another_server(&app).await;
        for router in [&app.router, &other, &restarted] {
            attempt(router, "198.51.100.1", "", "viewer", PASSWORD).await.problem(429, "throttled");
        }
        app.wait(TimeDelta::minutes(16));
        attempt(&restarted, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200);
    }

    async fn a_browser_that_signed_in_before_is_never_locked_out_by_others(app: TestApp) {
        let known = browser(&attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200));
        exhaust(&app.router, "198.51.100.1", "", "viewer").await;
        let again = attempt(&app.router, "198.51.100.1", &known, "viewer", PASSWORD).await.expect(200);
        assert_eq!(browser(&again), known, "it keeps its token");
        // Its own wrong tries count for itself alone, on every server.
        exhaust(&app.router, "198.51.100.1", &known, "viewer").await;
        let other = another_server(&app).await;
        attempt(&other, "198.51.100.9", &known, "viewer", PASSWORD).await.problem(429, "throttled");
        attempt(&other, "198.51.100.9", "", "viewer", PASSWORD).await.expect(200);
    }

    async fn a_browser_is_known_to_the_accounts_that_signed_in_with_it(app: TestApp) {
        let known = browser(&attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200));
        exhaust(&app.router, "198.51.100.1", "", "manager").await;
        attempt(&app.router, "198.51.100.1", &known, "manager", PASSWORD).await.problem(429, "throttled");
        let both = browser(&attempt(&app.router, "198.51.100.2", &known, "manager", PASSWORD).await.expect(200));
        assert_eq!(both, known, "people who share a browser do not push each other out");
        for who in ["viewer", "manager"] {
            exhaust(&app.router, "198.51.100.3", "", who).await;
            attempt(&app.router, "198.51.100.3", &known, who, PASSWORD).await.expect(200);
        }
        for forged in forged_cookies(&known) {
            attempt(&app.router, "198.51.100.3", &forged, "viewer", PASSWORD).await.problem(429, "throttled");
        }
    }

    async fn a_cookie_that_was_made_up_reads_nothing_of_the_database(app: TestApp) {
        let known = browser(&attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200));
        exhaust(&app.router, "198.51.100.2", "", "nobody").await;
        exhaust(&app.router, "198.51.100.3", &known, "viewer").await;
        for table in ["known_browsers", "sign_in_attempts"] {
            run(&app, &format!("ALTER TABLE {table} RENAME TO {table}_away")).await;
        }
        let tries = forged_cookies(&known).into_iter().map(|cookie| ("198.51.100.2", "nobody", cookie));
        // A known browser over its limit reads nothing either.
        let tries: Vec<_> = tries.chain([("198.51.100.9", "viewer", known.clone())]).collect();
        let tries = tries.iter().map(|(from, who, cookie)| attempt(&app.router, from, cookie, who, WRONG));
        for answer in join_all(tries).await {
            answer.problem(429, "throttled");
        }
        // The check can fail: this cookie is looked up.
        attempt(&app.router, "198.51.100.2", &known, "nobody", WRONG).await.problem(500, "internal");
    }

    async fn one_cookie_is_looked_up_for_few_accounts(app: TestApp) {
        let known = browser(&attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD).await.expect(200));
        tamper(&app, "UPDATE sign_in_attempts SET attempts = 0").await;
        for number in 0..60 {
            attempt(&app.router, "198.51.100.1", &known, &format!("nobody-{number}"), WRONG).await.problem(401, "wrong-password");
        }
        run(&app, "ALTER TABLE known_browsers RENAME TO known_browsers_away").await;
        attempt(&app.router, "198.51.100.1", &known, "nobody-60", WRONG).await.problem(401, "wrong-password");
        app.wait(TimeDelta::minutes(16));
        attempt(&app.router, "198.51.100.1", &known, "nobody-61", WRONG).await.problem(500, "internal");
    }

    async fn one_network_cannot_try_every_account(app: TestApp) {
        for number in 0..100 {
            attempt(&app.router, "2001:db8::1", "", &format!("nobody-{number}"), WRONG).await.problem(401, "wrong-password");
        }
        attempt(&app.router, "2001:db8::2", "", "viewer", PASSWORD).await.problem(429, "throttled");
        attempt(&app.router, "2001:db8:0:1::1", "", "viewer", PASSWORD).await.expect(200);
    }

    async fn one_site_cannot_try_from_every_one_of_its_networks(app: TestApp) {
        for network in 0..2 {
            attempt(&app.router, &format!("2001:db8:7:{network}::1"), "", "nobody", WRONG).await.problem(401, "wrong-password");
        }
        // The one count that grew twice, as if 497 more networks had tried.
        tamper(&app, "UPDATE sign_in_attempts SET attempts = 499 WHERE attempts = 2").await;
        attempt(&app.router, "2001:db8:7:2::1", "", "viewer", PASSWORD).await.expect(200);
        attempt(&app.router, "2001:db8:7:3::1", "", "nobody", WRONG).await.problem(401, "wrong-password");
        let refused = attempt(&app.router, "2001:db8:7:4::1", "", "viewer", PASSWORD).await.problem(429, "throttled");
        assert!(!refused.header("retry-after").is_empty());
        attempt(&app.router, "2001:db8:8::1", "", "viewer", PASSWORD).await.expect(200);
        app.wait(TimeDelta::minutes(16));
        attempt(&app.router, "2001:db8:7:4::1", "", "viewer", PASSWORD).await.expect(200);
    }

    async fn people_behind_one_address_sign_in_at_once(app: TestApp) {
        let other = another_server(&app).await;
        let routers = [&app.router, &other].into_iter().cycle();
        let people = ["viewer", "manager", "viewer", "viewer"].into_iter().cycle().take(40);
        let tries = people.zip(routers).map(|(who, router)| attempt(router, "198.51.100.1", "", who, PASSWORD));
        for answer in join_all(tries).await {
            answer.expect(200);
        }
        // Successful tries do not count.
        for _ in 0..10 {
            attempt(&app.router, "198.51.100.1", "", "viewer", WRONG).await.problem(401, "wrong-password");
        }
    }

    async fn right_passwords_share_the_last_place(app: TestApp) {
        for _ in 0..9 {
            attempt(&app.router, "198.51.100.1", "", "viewer", WRONG).await.problem(401, "wrong-password");
        }
        let right = (0..6).map(|_| attempt(&app.router, "198.51.100.1", "", "viewer", PASSWORD));
        for answer in join_all(right).await {
            answer.expect(200);
        }
    }

    async fn refused_tries_write_nothing(app: TestApp) {
        exhaust(&app.router, "198.51.100.1", "", "viewer").await;
        let other = another_server(&app).await;
        refuse_writes(&app).await;
        for router in [&app.router, &other] {
            let tries = (0..20).map(|_| attempt(router, "198.51.100.1", "", "viewer", PASSWORD));
            for answer in join_all(tries).await {
                answer.problem(429, "throttled");
            }
        }
        // The check can fail: a try below the limit writes.
        attempt(&app.router, "198.51.100.2", "", "viewer", PASSWORD).await.problem(500, "internal");
    }

    async fn refused_tries_of_a_whole_network_write_nothing(app: TestApp) {
        attempt(&app.router, "198.51.100.1", "", "viewer", WRONG).await.problem(401, "wrong-password");
        tamper(&app, "UPDATE sign_in_attempts SET attempts = 100").await;
        refuse_writes(&app).await;
        let names: Vec<String> = (0..20).map(|number| format!("nobody-{number}")).collect();
        let tries = names.iter().map(|name| attempt(&app.router, "198.51.100.1", "", name, WRONG));
        for answer in join_all(tries).await {
            answer.problem(429, "throttled");
        }
    }
}

/// From now on every write of a count of tries or into the trail fails.
async fn refuse_writes(app: &TestApp) {
    let tables = ["sign_in_attempts", "failed_sign_ins", "audit_events"];
    if app.engine == Engine::Postgres {
        run(
            app,
            "CREATE FUNCTION written() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''written''; END'",
        )
        .await;
    }
    for (table, event) in tables
        .into_iter()
        .flat_map(|table| ["INSERT", "UPDATE", "DELETE"].map(|event| (table, event)))
    {
        let body = match app.engine {
            Engine::Sqlite => "BEGIN SELECT RAISE(ABORT, 'written'); END",
            Engine::Postgres => "FOR EACH ROW EXECUTE FUNCTION written()",
        };
        run(
            app,
            &format!("CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} {body}"),
        )
        .await;
    }
}
