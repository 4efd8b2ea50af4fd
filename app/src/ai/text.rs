//! The words of the page on which a model binding is tried.

use contract::ai::ActionName;

/// Heading of the page.
#[must_use]
pub fn title(name: &str) -> String {
    format!("Try {name}")
}

/// While the binding is not known yet.
#[must_use]
pub fn loading() -> &'static str {
    "Loading…"
}

/// What the page is.
#[must_use]
pub fn about(provider: &str, model: &str) -> String {
    format!("{provider}, {model}. Each run is a real request: it is recorded, and the provider may charge for it.")
}

/// The way back.
#[must_use]
pub fn back() -> &'static str {
    "All model bindings"
}

/// There is no such binding.
#[must_use]
pub fn gone() -> &'static str {
    "No such model binding"
}

/// What to do then.
#[must_use]
pub fn gone_help() -> &'static str {
    "It may have been deleted. The list has those that there are."
}

/// Heading of the page where the binding could not be fetched.
#[must_use]
pub fn could_not_be_loaded() -> &'static str {
    "Could not be loaded"
}

/// The role does not allow using it.
#[must_use]
pub fn may_not_use() -> &'static str {
    "Your role does not let you use this model binding. Ask its owner or an administrator."
}

/// Label of the action.
#[must_use]
pub fn action() -> &'static str {
    "Action"
}

/// The name of an action.
#[must_use]
pub fn action_name(action: ActionName) -> &'static str {
    match action {
        ActionName::AiGenerateText => "Generate a text",
        ActionName::AiGenerateReply => "Reply in a conversation",
        ActionName::AiGenerateObject => "Generate an object",
        ActionName::AiInferObject => "Infer an object",
        ActionName::AiAgent => "Agent with tools",
    }
}

/// What an action does.
#[must_use]
pub fn action_help(action: ActionName) -> &'static str {
    match action {
        ActionName::AiGenerateText => "Answers a prompt with a text.",
        ActionName::AiGenerateReply => "Writes the next turn of a conversation.",
        ActionName::AiGenerateObject => "Answers a prompt with an object that fits a JSON Schema.",
        ActionName::AiInferObject => "Reads an object that fits a JSON Schema out of a prompt or a conversation.",
        ActionName::AiAgent => "Answers with a text, and may use tools of MCP servers on the way.",
    }
}

/// The settings that are rarely needed.
#[must_use]
pub fn settings() -> &'static str {
    "Settings"
}

/// Legend of the MCP servers of an agent.
#[must_use]
pub fn mcp_servers() -> &'static str {
    "MCP servers"
}

/// Without MCP servers.
#[must_use]
pub fn mcp_help() -> &'static str {
    "The agent may use their tools. Without any, it can only answer."
}

/// Adds an MCP server.
#[must_use]
pub fn add_server() -> &'static str {
    "Add MCP server"
}

/// The name of the group of one MCP server.
#[must_use]
pub fn server_number(number: usize) -> String {
    format!("MCP server {number}")
}

/// Takes an MCP server away.
#[must_use]
pub fn remove_server(number: usize) -> String {
    format!("Remove MCP server {number}")
}

/// Starts.
#[must_use]
pub fn run() -> &'static str {
    "Run"
}

/// Ends what is running.
#[must_use]
pub fn stop() -> &'static str {
    "Stop"
}

/// Heading of what comes.
#[must_use]
pub fn answer() -> &'static str {
    "Answer"
}

/// Nothing was run yet.
#[must_use]
pub fn nothing_yet() -> &'static str {
    "What the model answers appears here."
}

/// It is under way, and nothing came yet.
#[must_use]
pub fn waiting() -> &'static str {
    "Waiting for the model…"
}

/// It is under way.
#[must_use]
pub fn running() -> &'static str {
    "The model is answering…"
}

/// The person stopped it.
#[must_use]
pub fn stopped() -> &'static str {
    "Stopped. What came until then is below."
}

/// It ended well.
#[must_use]
pub fn finished(reason: &str) -> &'static str {
    match reason {
        "length" => "Finished: the answer reached its longest length and was cut there.",
        "content_filter" => "Finished: the provider's content filter ended the answer.",
        "step_limit" => "Finished: the agent reached its most steps.",
        _ => "Finished.",
    }
}

/// It broke off.
#[must_use]
pub fn broke_off() -> &'static str {
    "The answer broke off. What came until then is below; run it again for the whole."
}

/// The reasoning of the model.
#[must_use]
pub fn reasoning() -> &'static str {
    "Reasoning"
}

/// Heading of the steps.
#[must_use]
pub fn steps() -> &'static str {
    "Steps"
}

/// One step.
#[must_use]
pub fn step(number: i64, tools: usize) -> String {
    match tools {
        0 => format!("Step {number}: answer"),
        1 => format!("Step {number}: 1 tool"),
        tools => format!("Step {number}: {tools} tools"),
    }
}

/// What was passed to a tool.
#[must_use]
pub fn arguments() -> &'static str {
    "Passed"
}

/// What a tool gave.
#[must_use]
pub fn tool_result(is_error: bool) -> &'static str {
    if is_error { "Failed with" } else { "Gave" }
}

/// A tool is being waited for.
#[must_use]
pub fn tool_running() -> &'static str {
    "Running…"
}

/// Copies the answer.
#[must_use]
pub fn copy() -> &'static str {
    "Copy the answer"
}

/// Labels of what an answer took.
pub mod fact {
    /// The model, as the provider reports it.
    pub const MODEL: &str = "Model";
    /// How long it took.
    pub const LATENCY: &str = "Took";
    /// Tokens of what was sent.
    pub const INPUT: &str = "Tokens in";
    /// Tokens of what was answered.
    pub const OUTPUT: &str = "Tokens out";
    /// Of the answer, those spent on reasoning.
    pub const REASONING: &str = "Of that, reasoning";
    /// Why it ended.
    pub const REASON: &str = "Ended by";
}
