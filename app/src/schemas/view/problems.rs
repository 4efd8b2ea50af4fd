//! What is wrong with a form, and where it says so.

use contract::problem::{Problem, Violation};
use contract::schemas::{Content, Form};
use leptos::prelude::*;
use serde_json::Value;

use super::FormHandle;
use crate::schemas::messages;
use crate::ui::{FieldIssue, focus_element, focus_when_painted};

impl FormHandle {
    /// Checks everything, says what is wrong at the fields, and gives the value if nothing is. Else the focus goes to
    /// the first wrong field.
    pub fn submit(self) -> Option<Value> {
        match self.check() {
            Ok(value) => Some(value),
            Err(pointer) => {
                self.focus(&pointer);
                None
            }
        }
    }

    /// Checks everything and says what is wrong at the fields.
    ///
    /// # Errors
    /// The pointer of the first wrong field.
    pub fn check(self) -> Result<Value, String> {
        let origin = || untrack(|| self.destination()).map(|to| to.origin());
        let before = origin();
        let draft = untrack(|| self.draft());
        self.settled.set(draft.clone());
        let leads_elsewhere = match (before, origin()) {
            (Some(before), Some(now)) => before != now,
            _ => false,
        };
        let (value, mut faults) = self.with_form(|form| draft.check(form));
        for fault in self.rules()(&value) {
            push_new(&mut faults, fault);
        }
        for (pointer, words) in self.picker_faults(leads_elsewhere) {
            faults.retain(|fault| fault.pointer != pointer);
            faults.push(Violation {
                pointer,
                code: "choice".to_owned(),
                detail: words.to_owned(),
            });
        }
        let faults = self.show(&faults);
        match faults {
            None => Ok(value),
            Some(first) => Err(first),
        }
    }

    /// Checks a field that was left, or chosen in, and takes note of where credentials go.
    pub fn check_field(self, pointer: &str) {
        let draft = untrack(|| self.draft());
        let (value, mut found) = self.with_form(|form| draft.check(form));
        for fault in self.rules()(&value) {
            push_new(&mut found, fault);
        }
        self.faults.update(|faults| {
            faults.retain(|known, _| !is_within(known, pointer));
            for fault in found.into_iter().filter(|fault| is_within(&fault.pointer, pointer)) {
                faults.entry(fault.pointer).or_insert(fault.detail);
            }
        });
        self.settled.set(draft);
    }

    /// Puts what the server refused to its fields, and the focus to the first of them. `prefix` leads to the form's
    /// value in the body that was sent.
    #[must_use = "the focus belongs to the field"]
    pub fn show_problem(self, problem: &Problem, prefix: &str) -> Option<String> {
        let errors: Vec<Violation> = problem
            .errors
            .iter()
            .filter_map(|error| {
                Some(Violation {
                    pointer: error.pointer.strip_prefix(prefix)?.to_owned(),
                    ..error.clone()
                })
            })
            .collect();
        self.show(&errors)
    }

    /// Which of a problem's pointers stand at fields of this form.
    pub fn shows(self, pointer: &str, prefix: &str) -> bool {
        let rest = pointer.strip_prefix(prefix);
        rest.is_some_and(|rest| self.with_form(|form| form.field_at(rest).is_some()))
    }

    /// Says something at a field, or takes it back.
    pub fn set_fault(self, pointer: &str, words: Option<String>) {
        self.faults.update(|faults| match words {
            Some(words) => drop(faults.insert(pointer.to_owned(), words)),
            None => drop(faults.remove(pointer)),
        });
    }

    /// What is wrong with a field. Tracked.
    pub fn fault(self, pointer: &str) -> Option<String> {
        self.faults.with(|faults| faults.get(pointer).cloned())
    }

    /// Everything that is wrong, in the order of the fields. Tracked.
    pub fn issues(self) -> Vec<FieldIssue> {
        let faults = self.faults.get();
        self.with_form(|form| {
            let mut places = Vec::new();
            collect_places(form, "", &mut places);
            let mut issues = Vec::new();
            for (pointer, title) in places {
                let own = faults.iter().find(|(known, _)| is_own(known, &pointer));
                issues.extend(own.map(|(known, words)| FieldIssue {
                    control: self.control_of(known, &pointer),
                    label: title,
                    message: words.clone(),
                }));
            }
            issues
        })
    }

    /// Puts the focus into a field, and reveals it first where it is hidden.
    pub fn focus(self, pointer: &str) {
        self.reveal(pointer);
        let field = self.with_form(|form| form.field_at(pointer).map(|(_, at)| at));
        let control = self.control_of(pointer, field.as_deref().unwrap_or(pointer));
        // What is on the page already has the focus at once; what was just revealed, once it is there.
        focus_element(&control);
        focus_when_painted(control);
    }

    /// The control of a fault in the field at `field`: for an entry of a list, its row.
    fn control_of(self, pointer: &str, field: &str) -> String {
        let entry = pointer
            .strip_prefix(field)
            .and_then(|rest| rest.strip_prefix('/')?.parse().ok());
        let row = entry.and_then(|entry| self.draft.with_untracked(|draft| draft.row_of(field, entry)));
        row.map_or_else(|| self.control(field), |row| self.control(&format!("{field}/{row}")))
    }

    /// Shows the faults, and gives the first, from the top.
    fn show(self, faults: &[Violation]) -> Option<String> {
        let mut shown = std::collections::BTreeMap::new();
        for fault in faults {
            let known = self.with_form(|form| form.field_at(&fault.pointer).is_some());
            if known {
                self.reveal(&fault.pointer);
                shown
                    .entry(fault.pointer.clone())
                    .or_insert_with(|| fault.detail.clone());
            }
        }
        let first = self.with_form(|form| {
            let mut places = Vec::new();
            collect_places(form, "", &mut places);
            let fault_of = |(pointer, _): (String, String)| shown.keys().find(|known| is_own(known, &pointer)).cloned();
            places.into_iter().find_map(fault_of)
        });
        self.faults.set(shown);
        first
    }

    /// Adds the hidden fields on the way to a pointer.
    fn reveal(self, pointer: &str) {
        let mut at = String::new();
        for part in pointer.split('/').skip(1) {
            let base = at.clone();
            at = format!("{at}/{part}");
            let field = self.with_form(|form| {
                form.field_at(&at)
                    .filter(|(_, found)| *found == at)
                    .map(|(field, _)| field.clone())
            });
            let Some(field) = field else { return };
            if field.hidden_until_added && !untrack(|| self.shown(&base, &field)).is_shown() {
                self.draft.update(|draft| draft.add(&field, &at));
            }
        }
    }

    fn picker_faults(self, leads_elsewhere: bool) -> Vec<(String, &'static str)> {
        untrack(|| {
            let pickers = self.pickers();
            let faults = pickers.into_iter().filter_map(|(pointer, picker)| {
                let again = picker.awaits_choice() || (leads_elsewhere && picker.selected_id().is_some());
                if again {
                    Some((pointer, messages::choose_again()))
                } else if picker.has_unpicked_text() {
                    Some((pointer, messages::pick_one()))
                } else {
                    None
                }
            });
            faults.collect()
        })
    }
}

fn push_new(faults: &mut Vec<Violation>, fault: Violation) {
    if faults.iter().all(|known| known.pointer != fault.pointer) {
        faults.push(fault);
    }
}

/// Whether a pointer is that of a field, or leads into it.
fn is_within(known: &str, pointer: &str) -> bool {
    let rest = known.strip_prefix(pointer);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The same, but for the fields of an object, which say it themselves.
fn is_own(known: &str, pointer: &str) -> bool {
    let rest = known.strip_prefix(pointer);
    rest.is_some_and(|rest| {
        let index = rest.strip_prefix('/');
        rest.is_empty() || index.is_some_and(|index| index.parse::<usize>().is_ok())
    })
}

/// All fields with their labels, from the top.
fn collect_places(form: &Form, at: &str, places: &mut Vec<(String, String)>) {
    for field in &form.fields {
        let at = format!("{at}/{}", field.name);
        places.push((at.clone(), field.title.clone()));
        if let Content::Object(inner) = &field.content {
            collect_places(inner, &at, places);
        }
    }
}
