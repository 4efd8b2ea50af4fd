//! Messages of MCP servers.

include!(concat!(env!("OUT_DIR"), "/messages/mcp_servers.rs"));

pub fn on_or_off(enabled: bool) -> &'static str {
    if enabled { on() } else { off() }
}

pub fn switched(name: &str, enabled: bool) -> String {
    if enabled { switched_on(name) } else { switched_off(name) }
}

pub fn sent_to(host: Option<&str>) -> String {
    host.map_or_else(|| sent_to_server().to_owned(), sent_to_host)
}

pub fn delete_means(credential: Option<&str>) -> String {
    credential.map_or_else(|| delete_means_without().to_owned(), delete_means_with)
}

pub fn program_given(names: &str) -> String {
    if names.is_empty() {
        program_given_none().to_owned()
    } else {
        program_given_some(names)
    }
}
