//! Each rule of the picker as a sentence.

use chrono::{TimeZone, Utc};
use contract::accounts::{Owner, UserId};
use contract::api::Page;
use contract::credentials::{Credential, CredentialId};
use contract::problem::Problem;
use uuid::Uuid;

use super::{Command, Content, Event, Row, State, Step, Waiting};
use crate::api::ClientError;

fn credential(number: u128, name: &str) -> Credential {
    let day = Utc.with_ymd_and_hms(2026, 3, 2, 14, 5, 0).single().expect("a date");
    Credential {
        id: CredentialId(Uuid::from_u128(number)),
        name: name.to_owned(),
        owner: Owner {
            id: UserId(Uuid::from_u128(1)),
            name: "admin".to_owned(),
        },
        version: 1,
        revision: 1,
        allowed_hosts: Vec::new(),
        allowed_hosts_from_before: Vec::new(),
        used_by: 0,
        created_at: day,
        updated_at: day,
    }
}

fn page(names: &[&str], total: i64) -> Page<Credential> {
    let items = (1..)
        .zip(names)
        .map(|(number, name)| credential(number, name))
        .collect();
    Page {
        total,
        ..Page::whole(items)
    }
}

fn refusal(status: u16) -> ClientError {
    let problem = serde_json::json!({
        "type": "urn:strongroom:problem:x", "title": "x", "status": status, "detail": "x", "request_id": "x",
    });
    ClientError::Problem(Box::new(serde_json::from_value::<Problem>(problem).expect("a problem")))
}

/// The ticket of the one request that an update asked for.
fn ticket(commands: &[Command]) -> u64 {
    match commands {
        [Command::Fetch { ticket, .. }] => *ticket,
        other => panic!("expected one request, got {other:?}"),
    }
}

fn opened(names: &[&str], total: i64) -> State {
    let mut state = State {
        may_create: true,
        ..State::default()
    };
    let ticket = ticket(&state.update(Event::Opened));
    state.update(Event::Answered(ticket, Ok(page(names, total))));
    state
}

#[test]
fn opening_asks_for_everything_even_where_something_is_chosen() {
    let mut state = State::new("CRM_TOKEN".to_owned());
    let commands = state.update(Event::Opened);
    assert!(
        matches!(&commands[..], [Command::Fetch { search, after_typing: false, .. }] if search.is_empty()),
        "{commands:?}"
    );
}

#[test]
fn reopening_asks_again() {
    let mut state = opened(&["A"], 1);
    state.update(Event::Closed);
    assert!(matches!(&state.update(Event::Opened)[..], [Command::Fetch { .. }]));
    assert_eq!(state.content, Content::Nothing);
}

#[test]
fn the_latest_answer_wins() {
    let mut state = State::default();
    let first = ticket(&state.update(Event::Typed("c".to_owned())));
    let second = ticket(&state.update(Event::Typed("cr".to_owned())));
    state.update(Event::Answered(second, Ok(page(&["CRM"], 1))));
    state.update(Event::Answered(first, Ok(page(&["OTHER", "CRM"], 2))));
    assert_eq!(state.rows().len(), 1);
}

#[test]
fn waiting_shows_only_when_it_is_long() {
    let mut state = State::default();
    let ticket = ticket(&state.update(Event::Opened));
    assert_eq!(state.waiting, Waiting::Briefly);
    state.update(Event::Slow(ticket));
    assert_eq!(state.waiting, Waiting::Long);
    state.update(Event::Answered(ticket, Ok(page(&[], 0))));
    assert_eq!(state.waiting, Waiting::No);
    state.update(Event::Slow(ticket));
    assert_eq!(state.waiting, Waiting::No);
}

#[test]
fn only_picking_selects() {
    let mut state = opened(&["CRM_TOKEN"], 1);
    state.update(Event::Typed("CRM_TOKEN".to_owned()));
    assert_eq!(state.update(Event::Entered), []);
    assert_eq!(state.update(Event::Left), []);
    assert!(state.unpicked());
    assert_eq!(state.text, "CRM_TOKEN");
}

#[test]
fn arrows_go_round_and_enter_picks() {
    let mut state = opened(&["A", "B"], 2);
    state.update(Event::Moved(Step::Previous));
    assert_eq!(state.active, Some(2), "the row that creates");
    state.update(Event::Moved(Step::Next));
    assert_eq!(state.active, Some(0));
    let commands = state.update(Event::Entered);
    assert!(
        matches!(&commands[..], [Command::Select { choice, is_unlinked: true }] if choice.name.as_deref() == Some("A"))
    );
    assert!(!state.open);
}

#[test]
fn a_new_answer_moves_nothing_under_the_finger() {
    let mut state = opened(&["A", "B"], 2);
    state.update(Event::Moved(Step::Next));
    let ticket = ticket(&state.update(Event::Typed("b".to_owned())));
    assert_eq!(state.active, None);
    state.update(Event::Answered(ticket, Ok(page(&["B"], 1))));
    assert_eq!(state.active, None);
}

#[test]
fn the_rest_of_a_long_list_is_counted() {
    let state = opened(&["A", "B"], 216);
    assert!(matches!(
        state.content,
        Content::Found {
            more: 214,
            exact: true,
            ..
        }
    ));
}

#[test]
fn emptying_the_text_clears_the_choice_when_the_focus_leaves() {
    let mut state = State::new("CRM_TOKEN".to_owned());
    state.update(Event::Typed(String::new()));
    assert_eq!(state.update(Event::Left), [Command::Clear]);
}

#[test]
fn leaving_without_a_change_does_nothing() {
    let mut state = State::new("CRM_TOKEN".to_owned());
    state.update(Event::Opened);
    assert_eq!(state.update(Event::Left), []);
    assert_eq!((state.text.as_str(), state.unpicked()), ("CRM_TOKEN", false));
}

#[test]
fn a_failed_list_offers_to_ask_again() {
    let mut state = State::default();
    let first = ticket(&state.update(Event::Opened));
    state.update(Event::Answered(first, Err(ClientError::Offline)));
    assert_eq!(state.content, Content::Failed);
    assert_eq!(state.rows(), [Row::Retry]);
    assert!(matches!(&state.update(Event::Pressed(0))[..], [Command::Fetch { .. }]));
}

#[test]
fn who_may_not_list_is_told_so() {
    let mut state = State::default();
    let ticket = ticket(&state.update(Event::Opened));
    state.update(Event::Answered(ticket, Err(refusal(403))));
    assert_eq!(state.content, Content::Forbidden);
    assert_eq!(state.rows(), []);
}

#[test]
fn who_may_not_create_gets_no_row_for_it() {
    let mut state = opened(&["A"], 1);
    assert_eq!(state.rows().len(), 2);
    state.may_create = false;
    assert_eq!(state.rows().len(), 1);
}

#[test]
fn creating_starts_with_what_was_searched() {
    let mut state = opened(&[], 0);
    state.update(Event::Typed(" mcp ".to_owned()));
    state.update(Event::Moved(Step::Previous));
    assert_eq!(state.update(Event::Entered), [Command::Create("mcp".to_owned())]);
    assert_eq!(state.text, " mcp ", "cancelling finds the text as it was");
}

#[test]
fn a_pasted_secret_is_neither_searched_for_nor_kept() {
    let mut state = State::new("CRM_TOKEN".to_owned());
    state.may_create = true;
    let canary = "sk-proj-canary00000000000000";
    assert_eq!(state.update(Event::Typed(canary.to_owned())), []);
    assert!(!format!("{state:?}").contains("canary"));
    assert_eq!(state.rows(), [Row::CreateFromPaste]);
    let mut other = state.clone();
    assert_eq!(state.update(Event::Pressed(0)), [Command::CreateFromPaste]);
    assert_eq!(other.update(Event::Left), [], "what is chosen stays");
    assert_eq!(other.text, "CRM_TOKEN");
}

#[test]
fn whoever_moved_while_waiting_stays_on_the_row() {
    let mut state = opened(&["A", "B"], 2);
    let asked = ticket(&state.update(Event::Typed("b".to_owned())));
    state.update(Event::Moved(Step::Previous));
    assert_eq!(state.active, Some(2), "the row that creates");
    state.update(Event::Answered(asked, Ok(page(&["B"], 1))));
    assert_eq!(state.active, Some(1), "the row that creates, in its new place");
}
