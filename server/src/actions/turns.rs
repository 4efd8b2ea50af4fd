//! What a model is told at first.

use contract::ai::{ActionInputs, InputMode, MessageRole};

use crate::ai::wire::ChatMessage;

/// How many of the last messages are sent, unless the inputs say.
const LAST_MESSAGES: usize = 4;

/// The prompt, or the last messages. What an assistant said before the first question that is sent is left out: a
/// conversation begins with a person, and some providers insist on it.
pub(super) fn turns(inputs: &ActionInputs) -> Vec<ChatMessage> {
    if inputs.input_mode == InputMode::Prompt {
        return vec![ChatMessage::User(inputs.prompt.clone().unwrap_or_default())];
    }
    let limit = inputs
        .messages_limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(LAST_MESSAGES);
    let from = inputs.messages.len().saturating_sub(limit);
    let messages = &inputs.messages[from..];
    let begins = messages.iter().position(|message| message.role == MessageRole::User);
    messages[begins.unwrap_or(0)..]
        .iter()
        .map(|message| match message.role {
            MessageRole::User => ChatMessage::User(message.content.clone()),
            MessageRole::Assistant => ChatMessage::Assistant {
                text: message.content.clone(),
                reasoning: String::new(),
                calls: Vec::new(),
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use contract::ai::{ActionInputs, InputMode, Message, MessageRole};

    use super::{ChatMessage, turns};

    fn inputs(messages: usize, limit: Option<i64>) -> ActionInputs {
        let message = |number: usize| Message {
            role: if number.is_multiple_of(2) {
                MessageRole::User
            } else {
                MessageRole::Assistant
            },
            content: number.to_string(),
        };
        ActionInputs {
            input_mode: InputMode::History,
            messages: (0..messages).map(message).collect(),
            messages_limit: limit,
            ..ActionInputs::default()
        }
    }

    fn first(turns: &[ChatMessage]) -> &str {
        match &turns[0] {
            ChatMessage::User(text) | ChatMessage::Assistant { text, .. } => text,
            ChatMessage::Results(_) => "results",
        }
    }

    #[test]
    fn the_last_messages_are_sent_and_a_person_begins() {
        assert_eq!(first(&turns(&inputs(7, None))), "4");
        assert_eq!(turns(&inputs(7, None)).len(), 3);
        assert_eq!(turns(&inputs(8, None)).len(), 4);
        assert_eq!(turns(&inputs(3, Some(200))).len(), 3);
        assert_eq!(turns(&inputs(2, Some(1))).len(), 1);
    }
}
