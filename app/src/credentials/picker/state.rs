//! What the picker does, without a document: events go in, commands come out.

use contract::api::Page;
use contract::credentials::{Credential, CredentialSummary};
use contract::names::{looks_like_secret, parse_name};

use super::events::{Command, Event, Step};
use crate::api::ClientError;

/// How many credentials the list shows; the rest is found by typing.
pub(super) const ROWS: u32 = 25;

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    /// A credential to pick.
    Credential(Box<Credential>),
    Retry,
    /// Creates one, named as searched.
    Create(String),
    /// Creates one from the pasted secret.
    CreateFromPaste,
}

/// What is known of the credentials.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Content {
    /// Not asked yet.
    #[default]
    Nothing,
    Found {
        /// What was searched for.
        search: String,
        items: Vec<Credential>,
        /// How many more there are.
        more: i64,
        /// Whether `more` is the real number.
        exact: bool,
    },
    /// No answer, or one that says no.
    Failed,
    /// This person may not list credentials.
    Forbidden,
    /// A secret was pasted.
    Secret,
}

/// Whether an answer is awaited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Waiting {
    /// None is.
    #[default]
    No,
    /// One is, and nobody needs to know yet.
    Briefly,
    /// One is, for so long that it shows.
    Long,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct State {
    /// What stands in the field.
    pub text: String,
    /// What stands there when nothing is being searched: the name of what is chosen.
    pub chosen: String,
    /// Whether the list is open.
    pub open: bool,
    pub content: Content,
    /// Whether an answer is awaited.
    pub waiting: Waiting,
    pub active: Option<usize>,
    /// Whether the focus is elsewhere.
    pub left: bool,
    /// Whether this person may create credentials.
    pub may_create: bool,
    ticket: u64,
}

impl State {
    /// A picker that shows what is chosen.
    pub(super) fn new(chosen: String) -> Self {
        Self {
            text: chosen.clone(),
            chosen,
            left: true,
            ..Self::default()
        }
    }

    /// Whether there is text that stands for nothing.
    pub(super) fn unpicked(&self) -> bool {
        !self.text.trim().is_empty() && self.text != self.chosen
    }

    /// Whether an answer to this request would still be wanted.
    pub(super) fn awaits(&self, ticket: u64) -> bool {
        self.ticket == ticket && self.waiting != Waiting::No
    }

    /// What to search for: the text, unless it is what is chosen anyway.
    pub(super) fn search(&self) -> &str {
        if self.unpicked() { self.text.trim() } else { "" }
    }

    /// Another choice from outside: the field shows it.
    pub(super) fn show(&mut self, chosen: String) {
        self.text.clone_from(&chosen);
        self.chosen = chosen;
        self.close();
    }

    /// The rows of the open list.
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        match &self.content {
            Content::Found { items, .. } => {
                rows.extend(items.iter().cloned().map(|item| Row::Credential(Box::new(item))));
            }
            Content::Failed if self.waiting == Waiting::No => rows.push(Row::Retry),
            Content::Nothing | Content::Failed | Content::Forbidden | Content::Secret => {}
        }
        if self.may_create {
            rows.push(match self.content {
                Content::Secret => Row::CreateFromPaste,
                // What cannot be a name is not suggested as one.
                _ => Row::Create(parse_name(self.search()).unwrap_or_default()),
            });
        }
        rows
    }

    /// Takes an event.
    pub(super) fn update(&mut self, event: Event) -> Vec<Command> {
        match event {
            Event::Focused => {
                self.left = false;
                Vec::new()
            }
            Event::Typed(text) if looks_like_secret(&text) => self.update(Event::SecretPasted),
            Event::Typed(text) => {
                self.text = text;
                self.left = false;
                self.ask(true)
            }
            Event::SecretPasted => {
                self.text.clear();
                self.left = false;
                self.open = true;
                self.active = None;
                self.waiting = Waiting::No;
                // An answer that is under way comes too late.
                self.ticket += 1;
                self.content = Content::Secret;
                Vec::new()
            }
            Event::Opened => {
                self.left = false;
                // An older answer is not shown: names and permissions may have changed since.
                self.content = Content::Nothing;
                self.ask(false)
            }
            Event::Closed => {
                self.close();
                Vec::new()
            }
            Event::Left => self.leave(),
            Event::Moved(step) => self.step(step),
            Event::Pressed(row) => self.press(row),
            Event::Entered => self.active.map_or_else(Vec::new, |row| self.press(row)),
            Event::Slow(ticket) => {
                if ticket == self.ticket && self.waiting == Waiting::Briefly {
                    self.waiting = Waiting::Long;
                }
                Vec::new()
            }
            Event::Answered(ticket, answer) => {
                if ticket == self.ticket {
                    self.answer(answer);
                }
                Vec::new()
            }
        }
    }

    fn ask(&mut self, after_typing: bool) -> Vec<Command> {
        self.open = true;
        self.active = None;
        self.waiting = Waiting::Briefly;
        self.ticket += 1;
        vec![Command::Fetch {
            ticket: self.ticket,
            search: self.search().to_owned(),
            after_typing,
        }]
    }

    fn answer(&mut self, answer: Result<Page<Credential>, ClientError>) {
        self.waiting = Waiting::No;
        // Whoever was on a row stays on it, where the new rows have it too: the answer may come
        // between an arrow key and Enter.
        let active = self.active.and_then(|row| self.rows().into_iter().nth(row));
        self.content = match answer {
            Ok(page) => Content::Found {
                search: self.search().to_owned(),
                more: page.total - i64::try_from(page.items.len()).unwrap_or(i64::MAX),
                exact: page.total_exact,
                items: page.items,
            },
            Err(ClientError::Problem(problem)) if problem.status == 403 => Content::Forbidden,
            Err(_) => Content::Failed,
        };
        self.active = active.and_then(|active| self.rows().into_iter().position(|row| row == active));
    }

    fn close(&mut self) {
        self.open = false;
        self.active = None;
        self.waiting = Waiting::No;
        self.ticket += 1;
    }

    fn leave(&mut self) -> Vec<Command> {
        self.close();
        self.left = true;
        let emptied = self.text.trim().is_empty() && !self.chosen.is_empty() && self.content != Content::Secret;
        if self.content == Content::Secret {
            // What was pasted was no search: what is chosen stays.
            self.content = Content::Nothing;
            self.text.clone_from(&self.chosen);
        }
        if emptied { vec![Command::Clear] } else { Vec::new() }
    }

    fn step(&mut self, step: Step) -> Vec<Command> {
        if !self.open {
            return self.update(Event::Opened);
        }
        let count = self.rows().len();
        self.active = match (step, self.active) {
            _ if count == 0 => None,
            (Step::Next, None) => Some(0),
            (Step::Next, Some(row)) => Some((row + 1) % count),
            (Step::Previous, None) => Some(count - 1),
            (Step::Previous, Some(row)) => Some((row + count - 1) % count),
        };
        Vec::new()
    }

    fn press(&mut self, row: usize) -> Vec<Command> {
        let Some(row) = self.rows().into_iter().nth(row) else {
            return Vec::new();
        };
        match row {
            Row::Retry => {
                self.content = Content::Nothing;
                self.ask(false)
            }
            Row::Credential(credential) => {
                let select = Command::Select {
                    choice: CredentialSummary::from(&*credential),
                    is_unlinked: credential.allowed_hosts.is_empty(),
                };
                self.close();
                vec![select]
            }
            Row::Create(name) => {
                self.close();
                vec![Command::Create(name)]
            }
            Row::CreateFromPaste => {
                self.close();
                self.content = Content::Nothing;
                self.text.clone_from(&self.chosen);
                vec![Command::CreateFromPaste]
            }
        }
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
