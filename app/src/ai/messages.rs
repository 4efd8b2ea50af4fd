//! Messages of the page that tries a model binding.

use contract::ai::ActionName;

include!(concat!(env!("OUT_DIR"), "/messages/ai.rs"));

pub fn action_name(action: ActionName) -> &'static str {
    match action {
        ActionName::AiGenerateText => action_generate_text(),
        ActionName::AiGenerateReply => action_generate_reply(),
        ActionName::AiGenerateObject => action_generate_object(),
        ActionName::AiInferObject => action_infer_object(),
        ActionName::AiAgent => action_agent(),
    }
}

pub fn action_help(action: ActionName) -> &'static str {
    match action {
        ActionName::AiGenerateText => action_generate_text_help(),
        ActionName::AiGenerateReply => action_generate_reply_help(),
        ActionName::AiGenerateObject => action_generate_object_help(),
        ActionName::AiInferObject => action_infer_object_help(),
        ActionName::AiAgent => action_agent_help(),
    }
}

pub fn tool_result(is_error: bool) -> &'static str {
    if is_error { tool_error() } else { tool_output() }
}
