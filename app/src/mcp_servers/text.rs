//! The words of the pages about MCP servers.

/// Heading of the list.
#[must_use]
pub fn mcp_servers() -> &'static str {
    "MCP servers"
}

/// A server whose name is not known yet.
#[must_use]
pub fn a_server() -> &'static str {
    "MCP server"
}

/// What the list is.
#[must_use]
pub fn about() -> &'static str {
    "Servers that offer tools, each opened with a credential that stays here."
}

/// Label of the search.
#[must_use]
pub fn search() -> &'static str {
    "Search by name"
}

/// Opens the form for a new server.
#[must_use]
pub fn add() -> &'static str {
    "Add MCP server"
}

/// Title of the form for a saved server.
#[must_use]
pub fn edit(name: &str) -> String {
    format!("Edit {name}")
}

/// Tests a saved server.
#[must_use]
pub fn test(name: &str) -> String {
    format!("Test {name}")
}

/// Shows the tools of a saved server.
#[must_use]
pub fn tools(name: &str) -> String {
    format!("Tools of {name}")
}

/// Deletes a saved server.
#[must_use]
pub fn delete(name: &str) -> String {
    format!("Delete {name}")
}

/// Heading of a list in which nothing exists.
#[must_use]
pub fn first_use() -> &'static str {
    "No MCP servers yet"
}

/// How to begin.
#[must_use]
pub fn how_to_begin() -> &'static str {
    "Add one with its address and the credential that opens it, and test the connection before you save."
}

/// Column heads.
pub mod column {
    /// The name.
    pub const NAME: &str = "Name";
    /// The switch.
    pub const ENABLED: &str = "Enabled";
    /// The address.
    pub const URL: &str = "URL";
    /// The credential.
    pub const CREDENTIAL: &str = "Credential";
    /// When it was created.
    pub const CREATED: &str = "Created";
    /// When it was changed.
    pub const UPDATED: &str = "Updated";
    /// What can be done.
    pub const OPERATIONS: &str = "Operations";
}

/// Name of the switch of a row.
#[must_use]
pub fn switch(name: &str) -> String {
    format!("{name} enabled")
}

/// The state of the switch, where it cannot be pressed.
#[must_use]
pub fn on_or_off(enabled: bool) -> &'static str {
    if enabled { "On" } else { "Off" }
}

/// Said after switching.
#[must_use]
pub fn switched(name: &str, enabled: bool) -> String {
    format!("{name} is {} now.", if enabled { "on" } else { "off" })
}

/// The switch could not be set, since somebody else changed the server.
#[must_use]
pub fn switch_outdated() -> &'static str {
    "Somebody changed this server. The row is up to date again; press once more."
}

/// Label of the name.
#[must_use]
pub fn name() -> &'static str {
    "Name"
}

/// Help of the name.
#[must_use]
pub fn name_help() -> &'static str {
    "What people call it, e.g. CRM."
}

/// Label of the address.
#[must_use]
pub fn url() -> &'static str {
    "URL"
}

/// An example of an address.
#[must_use]
pub fn url_example() -> &'static str {
    "https://mcp.example.com/mcp"
}

/// Help of the address.
#[must_use]
pub fn url_help() -> &'static str {
    "The server's address for Streamable HTTP, often ending in /mcp."
}

/// Label of the picker.
#[must_use]
pub fn credential() -> &'static str {
    "Credential"
}

/// Where the value goes.
#[must_use]
pub fn sent_to(host: Option<&str>) -> String {
    match host {
        Some(host) => format!("Sent only to {host}, as Authorization: Bearer."),
        None => "Sent only to the server, as Authorization: Bearer.".to_owned(),
    }
}

/// Nothing is chosen.
#[must_use]
pub fn no_authentication() -> &'static str {
    "No credential: requests are sent without authentication."
}

/// The address changed under the choice.
#[must_use]
pub fn choose_again() -> &'static str {
    "The host changed. Choose a credential for it, or continue without one."
}

/// The text in the field of the credential stands for nothing.
#[must_use]
pub fn pick_one() -> &'static str {
    "Choose a credential from the list or clear the field."
}

/// Starts a test.
#[must_use]
pub fn test_connection() -> &'static str {
    "Test connection"
}

/// The server accepted the connection.
#[must_use]
pub fn connected(tools: i64) -> String {
    match tools {
        0 => "Connected. The server offers no tools.".to_owned(),
        1 => "Connected. The server offers 1 tool.".to_owned(),
        tools => format!("Connected. The server offers {tools} tools."),
    }
}

/// Tries again.
#[must_use]
pub fn retry() -> &'static str {
    "Retry"
}

/// The tools are being asked for.
#[must_use]
pub fn asking() -> &'static str {
    "Asking the server…"
}

/// The role does not allow changing this server.
#[must_use]
pub fn not_yours() -> &'static str {
    "Your role does not let you change this server. Ask its owner or an administrator."
}

/// A record is being fetched.
#[must_use]
pub fn loading() -> &'static str {
    "Loading…"
}

/// Labels of the facts about a connection.
pub mod fact {
    /// The server's own name and version.
    pub const SERVER: &str = "Server";
    /// The protocol version.
    pub const PROTOCOL: &str = "Protocol";
    /// How long it took.
    pub const LATENCY: &str = "Answered in";
    /// When.
    pub const CHECKED: &str = "Checked";
}

/// A server without tools.
#[must_use]
pub fn no_tools() -> &'static str {
    "The server offers no tools."
}

/// A tool without input.
#[must_use]
pub fn no_input() -> &'static str {
    "Takes no input."
}

/// A field that must be given.
#[must_use]
pub fn required() -> &'static str {
    "required"
}

/// The whole schema.
#[must_use]
pub fn json_schema() -> &'static str {
    "JSON Schema"
}

/// The summary of the tools in a test's result.
#[must_use]
pub fn show_tools() -> &'static str {
    "Show the tools"
}

/// Said after adding.
#[must_use]
pub fn added(name: &str) -> String {
    format!("{name} added.")
}

/// Said after saving.
#[must_use]
pub fn saved(name: &str) -> String {
    format!("{name} saved.")
}

/// What deleting means.
#[must_use]
pub fn delete_means(credential: Option<&str>) -> String {
    match credential {
        Some(credential) => {
            format!("Its address and settings are removed and cannot be restored. The credential {credential} stays.")
        }
        None => "Its address and settings are removed and cannot be restored.".to_owned(),
    }
}

/// Servers that are programs beside Strongroom.
pub mod program {
    /// Legend of the choice.
    pub const TRANSPORT: &str = "Transport";
    /// An address.
    pub const HTTP: &str = "HTTP";
    /// What that is.
    pub const HTTP_HELP: &str = "A server that runs elsewhere, at an address.";
    /// A program.
    pub const STDIO: &str = "stdio";
    /// What that is.
    pub const STDIO_HELP: &str = "A program that Strongroom starts beside itself.";
    /// Nothing is chosen yet.
    pub const CHOOSE_ONE: &str = "Choose a program";
    /// Nothing is chosen, where something must be.
    pub const CHOOSE: &str = "Choose the program that is to be started.";
    /// A directory that is not whole.
    pub const WHOLE_PATH: &str = "Enter the whole path, beginning with /.";

    /// Label of the program.
    #[must_use]
    pub fn command() -> &'static str {
        "Program"
    }

    /// Help of the program.
    #[must_use]
    pub fn command_help() -> &'static str {
        "Whoever runs Strongroom decides which programs are here."
    }

    /// A program that the configuration dropped.
    #[must_use]
    pub fn not_offered(name: &str) -> String {
        format!("{name} (not offered any more)")
    }

    /// Label of the arguments.
    #[must_use]
    pub fn args() -> &'static str {
        "Further arguments"
    }

    /// Help of the arguments.
    #[must_use]
    pub fn args_help() -> &'static str {
        "One a line. Everybody who sees this server can read them: put no secret here."
    }

    /// What is wrong with one line.
    #[must_use]
    pub fn of_line(line: usize, detail: &str) -> String {
        format!("Argument {line}: {detail}")
    }

    /// Label of the directory.
    #[must_use]
    pub fn cwd() -> &'static str {
        "Working directory"
    }

    /// Help of the directory.
    #[must_use]
    pub fn cwd_help() -> &'static str {
        "Where the program starts, if that matters to it."
    }

    /// Legend of the variables.
    #[must_use]
    pub fn variables() -> &'static str {
        "Environment variables"
    }

    /// There are none to choose from.
    #[must_use]
    pub fn no_variables() -> &'static str {
        "This program is given none."
    }

    /// Where secrets belong.
    #[must_use]
    pub fn secrets() -> &'static str {
        "Stdio servers take no credential. Set the secret in the environment of Strongroom and name the variable here."
    }

    /// What a program is given, in the list.
    #[must_use]
    pub fn given(names: &str) -> String {
        if names.is_empty() {
            "no variables".to_owned()
        } else {
            format!("gets {names}")
        }
    }

    /// What deleting means.
    #[must_use]
    pub fn delete_means() -> &'static str {
        "Its settings are removed and cannot be restored, and its program ends. Variables in the environment of Strongroom stay."
    }
}
