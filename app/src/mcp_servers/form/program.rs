//! What the form holds of a server that is a program.

use contract::accounts::{Action, Resource};
use contract::mcp_servers::StdioCommand;
use contract::problem::Problem;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::draft::Draft;
use crate::accounts::may;
use crate::api::ReadClient;
use crate::mcp_servers::messages;

pub(super) const COMMAND_ID: &str = "mcp-server-command";
pub(super) const ARGS_ID: &str = "mcp-server-args";
pub(super) const CWD_ID: &str = "mcp-server-cwd";
pub(super) const ENV_ID: &str = "mcp-server-env";

#[derive(Clone, Copy, Debug)]
pub(super) struct ProgramModel {
    /// The programs that this person may choose from.
    pub offered: RwSignal<Vec<StdioCommand>>,
    pub command: RwSignal<String>,
    pub args: RwSignal<String>,
    pub cwd: RwSignal<String>,
    pub env_names: RwSignal<Vec<String>>,
    pub command_fault: RwSignal<Option<String>>,
    pub args_fault: RwSignal<Option<String>>,
    pub cwd_fault: RwSignal<Option<String>>,
    pub env_fault: RwSignal<Option<String>>,
}

impl ProgramModel {
    /// Empty fields. Call it while the dialog is built.
    pub(super) fn new() -> Self {
        Self {
            offered: RwSignal::new(Vec::new()),
            command: RwSignal::new(String::new()),
            args: RwSignal::new(String::new()),
            cwd: RwSignal::new(String::new()),
            env_names: RwSignal::new(Vec::new()),
            command_fault: RwSignal::new(None),
            args_fault: RwSignal::new(None),
            cwd_fault: RwSignal::new(None),
            env_fault: RwSignal::new(None),
        }
    }

    /// Asks which programs there are, in the browser; those who may make no such server are not offered any.
    pub(super) fn ask(self, client: ReadClient) {
        if !may(Resource::StdioServers, Action::Create, None) {
            return;
        }
        Effect::new(move || {
            let client = client.clone();
            spawn_local(async move {
                // Without an answer there is no choice of a transport; everything else can be done.
                if let Ok(offered) = client.stdio_commands().await {
                    let _ = self.offered.try_set(offered.items);
                }
            });
        });
    }

    /// Fills the fields.
    pub(super) fn show(self, draft: Draft) {
        self.command.set(draft.command);
        self.args.set(draft.args);
        self.cwd.set(draft.cwd);
        self.env_names.set(draft.env_names);
    }

    /// Its part of what stands in the form. Tracked.
    pub(super) fn draft(self) -> Draft {
        Draft {
            command: self.command.get(),
            args: self.args.get(),
            cwd: self.cwd.get(),
            env_names: self.env_names.get(),
            ..Draft::default()
        }
    }

    /// What the chosen program is like, if it is still offered. Tracked.
    pub(super) fn chosen(self) -> Option<StdioCommand> {
        let command = self.command.get();
        self.offered
            .with(|offered| offered.iter().find(|offer| offer.name == command).cloned())
    }

    /// The variables to choose from: what the program may be given, and what it was given. Tracked.
    pub(super) fn env_choices(self) -> Vec<String> {
        let mut choices = self.chosen().map(|chosen| chosen.env_names).unwrap_or_default();
        for name in self.env_names.get() {
            if !choices.contains(&name) {
                choices.push(name);
            }
        }
        choices
    }

    /// Chooses another program: what was chosen for the one before does not go along.
    pub(super) fn choose(self, command: String) {
        self.command.set(command);
        self.command_fault.set(None);
        let chosen = untrack(|| self.chosen());
        let allowed = chosen
            .as_ref()
            .map(|chosen| chosen.env_names.as_slice())
            .unwrap_or_default();
        self.env_names
            .update(|names| names.retain(|name| allowed.contains(name)));
        self.env_fault.set(None);
        if chosen.is_some_and(|chosen| !chosen.takes_args) {
            self.args.set(String::new());
        }
        self.args_fault.set(None);
    }

    /// Gives the program a variable, or not.
    pub(super) fn pass(self, name: &str, passes: bool) {
        self.env_fault.set(None);
        self.env_names.update(|names| {
            names.retain(|known| known != name);
            if passes {
                names.push(name.to_owned());
            }
        });
    }

    /// Checks the working directory; says whether it fits.
    pub(super) fn check_cwd(self) -> bool {
        let fits = self.cwd.with_untracked(|cwd| {
            let cwd = cwd.trim();
            cwd.is_empty() || cwd.starts_with('/')
        });
        self.cwd_fault
            .set((!fits).then(|| messages::program_whole_path().to_owned()));
        fits
    }

    /// Checks everything; gives the id of the first control that is wrong.
    pub(super) fn check(self) -> Option<&'static str> {
        let chosen = self.command.with_untracked(|command| !command.is_empty());
        self.command_fault
            .set((!chosen).then(|| messages::program_choose().to_owned()));
        let cwd = self.check_cwd();
        match (chosen, cwd) {
            (false, _) => Some(COMMAND_ID),
            (_, false) => Some(CWD_ID),
            (true, true) => None,
        }
    }

    /// Puts what the server refused to the fields that it is about; gives the id of the first.
    pub(super) fn show_problem(self, problem: &Problem) -> Option<&'static str> {
        let mut first = None;
        for (pointer, id, fault) in [
            ("/command", COMMAND_ID, self.command_fault),
            ("/args", ARGS_ID, self.args_fault),
            ("/cwd", CWD_ID, self.cwd_fault),
            ("/env_names", ENV_ID, self.env_fault),
        ] {
            let found = problem.field_or_item(pointer);
            fault.set(found.map(|found| match item(pointer, &found.pointer) {
                Some(index) if pointer == "/args" => messages::program_of_line(&found.detail, index + 1),
                _ => found.detail.clone(),
            }));
            first = first.or(found.map(|_| id));
        }
        first
    }
}

/// The number of the item that a pointer below another leads to.
fn item(list: &str, pointer: &str) -> Option<usize> {
    pointer.strip_prefix(list)?.strip_prefix('/')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::item;

    #[test]
    fn a_pointer_leads_to_an_item_or_to_the_whole_list() {
        assert_eq!(item("/args", "/args/2"), Some(2));
        assert_eq!(item("/args", "/args"), None);
        assert_eq!(item("/args", "/arguments/2"), None);
    }
}
