//! Tests of the register of sent values.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use contract::credentials::CredentialId;
use contract::secret::SecretValue;
use tokio::time::Instant;
use uuid::Uuid;

use super::holdings::Limits;
use super::{KEPT, Later, LaterValues as _, Origin, SHARES, SentValues};
use crate::destination::Destination;
use crate::outbound::OutboundError;
use crate::outbound::intake::Account;
use crate::outbound::redact::{FoundValues, MASK, Patterns, Redactor, SecretForms};

fn destination(url: &str) -> Origin {
    let (url, destination) = Destination::parse(url).unwrap();
    Origin::of(&url, &destination)
}

fn value(text: &str) -> Arc<SecretForms> {
    Arc::new(SecretForms::of(&SecretValue::new(text.to_owned())))
}

fn user(number: u128) -> Account {
    Account::of(Some(Uuid::from_u128(number)))
}

impl SentValues {
    async fn of(&self, destination: &Origin, own: Option<&Arc<SecretForms>>) -> Redactor {
        self.redactor(user(1), destination, own).await.unwrap()
    }

    /// A user sends a value.
    async fn send(&self, account: Account, destination: &Origin, text: &str) {
        self.redactor(account, destination, Some(&value(text))).await.unwrap();
    }

    fn limited(limits: Limits) -> Self {
        let sent = Self::default();
        sent.lock().holdings.limits = limits;
        sent
    }
}

const FIRST: &str = "canary-7d1f-of-the-first";
const SECOND: &str = "canary-8e2a-of-the-second";

#[tokio::test(start_paused = true)]
async fn a_value_is_found_for_every_caller_of_its_destination_for_24_hours() {
    let sent = SentValues::default();
    let here = destination("https://a.example/one");
    let first = sent.of(&here, Some(&value(FIRST))).await;
    assert_eq!(first.text(FIRST), MASK);
    let second = sent
        .of(&destination("https://a.example/two"), Some(&value(SECOND)))
        .await;
    assert_eq!(second.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
    let without = sent.of(&here, None).await;
    assert_eq!(without.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
    for other in ["http://a.example/", "https://a.example:8443/", "https://b.example/"] {
        assert_eq!(sent.of(&destination(other), None).await.text(FIRST), FIRST, "{other}");
    }
    tokio::time::advance(KEPT.checked_sub(Duration::from_mins(1)).unwrap()).await;
    let again = sent.of(&here, Some(&value(SECOND))).await;
    assert_eq!(again.text(FIRST), MASK);
    tokio::time::advance(Duration::from_mins(2)).await;
    let later = sent.of(&here, None).await;
    assert_eq!(later.text(&format!("{FIRST} {SECOND}")), format!("{FIRST} {MASK}"));
}

#[tokio::test]
async fn a_value_that_is_sent_while_an_answer_is_read_is_found_in_it() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    let waiting = [sent.of(&here, None).await, sent.of(&here, Some(&value(FIRST))).await];
    assert_eq!(waiting[1].text(SECOND), SECOND);
    sent.of(&here, Some(&value(SECOND))).await;
    for waiting in waiting {
        assert_eq!(waiting.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
        let mut document = serde_json::json!({"a": [SECOND]});
        waiting.json(&mut document);
        assert_eq!(document, serde_json::json!({"a": [MASK]}));
    }
}

#[tokio::test]
async fn requests_that_wait_share_the_automaton_of_later_values() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    sent.of(&here, None).await;
    let later = Later {
        sent: sent.clone(),
        destination: here.clone(),
        added: 0,
        found: Mutex::default(),
    };
    let none = Patterns::new(Vec::new());
    let of_own = || later.found.lock().unwrap().is_some();
    sent.note(user(1), &here, &[value(FIRST)], Instant::now());
    let made = later.redactor(&none).unwrap();
    assert!(made.text(FIRST) == MASK && of_own(), "no automaton is ready");
    sent.of(&here, Some(&value(SECOND))).await;
    let shared = later.redactor(&none).unwrap();
    assert_eq!(shared.text(&format!("{FIRST} {SECOND}")), format!("{MASK} {MASK}"));
    assert!(!of_own());
}

#[tokio::test]
async fn a_short_value_of_another_request_is_left_alone() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    let own = sent.of(&here, Some(&value("canary-7d1f-abc"))).await;
    assert_eq!(own.text("canary-7d1f-abc"), MASK);
    let other = sent.of(&here, None).await;
    assert_eq!(other.text("canary-7d1f-abc"), "canary-7d1f-abc");
}

#[tokio::test]
async fn values_of_other_requests_do_not_decide_what_is_held_back() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    let own = sent.of(&here, Some(&value(FIRST))).await;
    let other = sent.of(&here, None).await;
    let text = format!("it is {FIRST}");
    let beginning = &text.as_bytes()[..text.len() - 1];
    assert_eq!(own.scanner().push(beginning), b"it is ");
    assert_eq!(other.scanner().push(beginning), beginning);
    assert_eq!(
        other.scanner().push(text.as_bytes()),
        format!("it is {MASK}").as_bytes()
    );
}

#[tokio::test]
async fn finds_of_other_values_are_reported_whole_and_finds_of_own_values_are_not() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    let own = sent.of(&here, Some(&value(FIRST))).await;
    assert!(!own.has_others());
    let second = sent.of(&here, Some(&value(SECOND))).await;
    assert!(second.has_others());
    let found = Arc::new(FoundValues::new(2));
    let observed = second.clone().observed(Arc::<FoundValues>::clone(&found));
    assert_eq!(observed.text(SECOND), MASK);
    assert_eq!(observed.text(&FIRST[1..]), &FIRST[1..]);
    assert!(!found.has(0) && !found.has(1));
    let mut scanner = observed.scanner();
    let (one, other) = FIRST.split_at(9);
    let pushed = [scanner.push(one.as_bytes()), scanner.push(other.as_bytes())].concat();
    assert!(found.has(0) && !found.has(1), "{pushed:?}");

    let long = format!("{FIRST}{}", "-and-more".repeat(9));
    let longer = sent.of(&here, Some(&value(&long))).await;
    assert_eq!(longer.values_in([FIRST.as_bytes(), b"none"]), [true, false, false]);
    let encoded = base64::engine::general_purpose::STANDARD.encode(&long);
    assert_eq!(longer.values_in([encoded.as_bytes()]), [true, false, true]);
    assert_eq!(longer.values_in([&long.as_bytes()[..99], b"-"]), [true, false, false]);
}

#[tokio::test]
async fn a_value_knows_each_credential_that_has_it() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    let credential = |number| CredentialId(Uuid::from_u128(number));
    for (number, version) in [(1, 2), (2, 1), (1, 3), (1, 1)] {
        let own = value(FIRST);
        own.add_sources(&[(credential(number), version)]);
        sent.of(&here, Some(&own)).await;
    }
    let redactor = sent.of(&here, None).await;
    assert_eq!(redactor.values()[0].sources(), [(credential(1), 3), (credential(2), 1)]);
    for number in 3..99 {
        redactor.values()[0].add_sources(&[(credential(number), 1)]);
    }
    assert_eq!(redactor.values()[0].sources().len(), 16);
}

#[tokio::test]
async fn of_too_many_values_of_a_user_the_oldest_is_forgotten() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    for number in 0..=256 {
        sent.of(&here, Some(&value(&format!("canary-7d1f-number-{number}-"))))
            .await;
    }
    let redactor = sent.of(&here, None).await;
    assert!(!redactor.finds("canary-7d1f-number-0-"));
    assert!(redactor.finds("canary-7d1f-number-1-") && redactor.finds("canary-7d1f-number-256-"));
}

#[tokio::test]
async fn values_of_one_user_push_out_none_of_a_user_who_holds_less() {
    let limits = Limits {
        values: 16,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    let text = |user: u128, number: u32| format!("canary-7d1f-{user}-number-{number}-");
    for number in 0..5 {
        sent.send(user(1), &here, &text(1, number)).await;
    }
    for number in 0..99 {
        sent.send(user(2), &here, &text(2, number)).await;
    }
    let finds = |user, redactor: &Redactor| -> Vec<u32> {
        (0..99).filter(|number| redactor.finds(&text(user, *number))).collect()
    };
    let redactor = sent.of(&here, None).await;
    assert_eq!(finds(1, &redactor), [0, 1, 2, 3, 4]);
    assert_eq!(finds(2, &redactor), (88..99).collect::<Vec<_>>());
    // Two others take their shares from the user who holds most.
    for number in 0..99 {
        sent.send(user(3), &here, &text(3, number)).await;
    }
    let redactor = sent.of(&here, None).await;
    assert_eq!(finds(1, &redactor), [0, 1, 2, 3, 4]);
    assert_eq!((finds(2, &redactor).len(), finds(3, &redactor).len()), (6, 5));
}

#[tokio::test]
async fn a_value_that_another_user_sent_too_stays() {
    let limits = Limits {
        values: 4,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    sent.send(user(1), &here, FIRST).await;
    sent.send(user(2), &here, FIRST).await;
    for number in 0..9 {
        sent.send(user(2), &here, &format!("canary-7d1f-number-{number}-"))
            .await;
    }
    assert_eq!(sent.of(&here, None).await.text(FIRST), MASK);
}

#[tokio::test]
async fn destinations_of_one_user_push_out_none_of_a_user_who_holds_less() {
    let limits = Limits {
        value_bytes: 64 * 1024,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    sent.send(user(1), &here, FIRST).await;
    let there = |number| destination(&format!("https://{number}.example/"));
    for number in 0..300 {
        sent.send(user(2), &there(number), SECOND).await;
        assert!(sent.lock().holdings.bytes() <= limits.value_bytes);
    }
    assert_eq!(sent.of(&here, None).await.text(FIRST), MASK);
    assert_eq!(
        sent.of(&there(0), None).await.text(SECOND),
        SECOND,
        "the oldest made room"
    );
    assert_eq!(sent.of(&there(299), None).await.text(SECOND), MASK);
}

#[tokio::test]
async fn a_request_fails_rather_than_that_it_searches_for_fewer_values() {
    let limits = Limits {
        automata_bytes: 512 * 1024,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    sent.send(user(1), &here, FIRST).await;
    // Requests that run, each at a destination of its own.
    let mut running = Vec::new();
    let refused = loop {
        let there = destination(&format!("https://{}.example/", running.len()));
        sent.send(user(1), &there, SECOND).await;
        match sent.redactor(user(2), &there, Some(&value(FIRST))).await {
            Ok(redactor) => running.push(redactor),
            Err(error) => break error,
        }
        assert!(running.len() < 99);
    };
    assert_eq!(refused, OutboundError::Busy);
    let bytes = |account| sent.lock().automata_bytes(account);
    assert!(bytes(Some(user(2))) <= limits.automata_bytes / 4);
    let other = sent.redactor(user(3), &here, Some(&value(SECOND))).await.unwrap();
    assert_eq!(other.text(FIRST), MASK, "other users go on");
    // Where no other value was sent, none can be missed.
    let alone = destination("https://alone.example/");
    let own = sent.redactor(user(2), &alone, Some(&value(FIRST))).await.unwrap();
    assert_eq!(own.text(FIRST), MASK);
    running.clear();
    let again = sent.redactor(user(2), &here, Some(&value(SECOND))).await.unwrap();
    assert_eq!(again.text(FIRST), MASK);
}

#[tokio::test]
async fn requests_at_once_share_one_automaton() {
    let sent = SentValues::default();
    let here = destination("https://a.example/");
    for number in 0..40 {
        sent.send(user(1), &here, &format!("canary-7d1f-number-{number}-"))
            .await;
    }
    let own: Vec<_> = (0..8)
        .map(|number| value(&format!("canary-8e2a-own-{number}-")))
        .collect();
    let requests = own.iter().map(|own| sent.redactor(user(2), &here, Some(own)));
    let made = futures::future::try_join_all(requests).await.unwrap();
    // The first is made before the other values came; the second is for all.
    let distinct: HashSet<_> = made.iter().map(|redactor| redactor.values().as_ptr()).collect();
    assert!(distinct.len() <= 2, "{distinct:?}");
    assert!(made.iter().all(|redactor| redactor.finds("canary-7d1f-number-0-")));
}

#[tokio::test]
async fn values_with_many_forms_keep_nobody_from_their_destination() {
    let limits = Limits {
        automata_bytes: 4 << 20,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    let text = |number: u32| format!(" {number:03}%41\u{e9}\\u0062 canary-{} ", "\u{fc}x ".repeat(20));
    for number in 0..256 {
        sent.note(user(1), &here, &[value(&text(number))], Instant::now());
    }
    assert_eq!(sent.of(&here, None).await.values().len(), 256);
    let bytes = sent.lock().automata_bytes(None);
    assert!(
        bytes > limits.automata_bytes / SHARES,
        "the values have too few forms: {bytes}"
    );
    for other in 2..5 {
        sent.send(user(other), &here, FIRST).await;
        sent.send(user(other), &here, SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_of_two_users_is_forgotten_24_hours_after_its_last_holder_sent_it() {
    let limits = Limits {
        values: 4,
        ..Limits::default()
    };
    let sent = SentValues::limited(limits);
    let here = destination("https://a.example/");
    sent.send(user(1), &here, FIRST).await;
    tokio::time::advance(KEPT / 2).await;
    sent.send(user(2), &here, FIRST).await;
    for number in 0..9 {
        sent.send(user(2), &here, &format!("canary-7d1f-number-{number}-"))
            .await;
    }
    tokio::time::advance(KEPT / 2).await;
    sent.lock().holdings.forget_older(Instant::now());
    assert_eq!(sent.of(&here, None).await.text(FIRST), FIRST);
    assert_eq!(sent.lock().holdings.get(&here).unwrap().values().count(), 3);
}

#[test]
fn the_automaton_of_a_full_destination_fits_into_the_share_of_a_user() {
    let long = "x".repeat(64);
    let values: Vec<_> = (0..256)
        .map(|number| value(&format!("{number}-canary-{long}")))
        .collect();
    let bytes = Patterns::new(values).memory();
    assert!(bytes < Limits::default().automata_bytes / SHARES, "{bytes}");
}
