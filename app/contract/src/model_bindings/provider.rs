//! The providers of models, and what differs between them.

use serde::{Deserialize, Serialize};

/// A service that hosts models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// `OpenAI`, chat completions.
    Openai,
    /// `OpenAI`, responses.
    OpenaiResponses,
    /// Anthropic.
    Anthropic,
    /// Google Gemini.
    Gemini,
    /// Mistral.
    Mistral,
    /// Groq.
    Groq,
    /// `DeepSeek`.
    Deepseek,
    /// xAI.
    Xai,
    /// Cohere, through its compatibility API.
    Cohere,
    /// Together.
    Together,
    /// Fireworks.
    Fireworks,
    /// `OpenRouter`.
    Openrouter,
    /// Ollama, self-hosted.
    Ollama,
    /// A `LiteLLM` proxy.
    Litellm,
    /// Vercel's AI Gateway, or another gateway with the same API.
    Gateway,
    /// Any server that speaks `OpenAI`'s chat completions.
    OpenaiCompatible,
}

/// How requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WireFormat {
    /// `POST chat/completions`.
    OpenaiChat,
    /// `POST responses`.
    OpenaiResponses,
    /// `POST messages`.
    Anthropic,
    /// `POST models/{model}:generateContent`.
    Gemini,
}

/// The header that carries the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyHeader {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// `x-api-key: <key>`.
    XApiKey,
    /// `x-goog-api-key: <key>`.
    XGoogApiKey,
}

impl Provider {
    /// All of them, in the order in which a form offers them.
    pub const ALL: [Self; 16] = [
        Self::Openai,
        Self::OpenaiResponses,
        Self::Anthropic,
        Self::Gemini,
        Self::Mistral,
        Self::Groq,
        Self::Deepseek,
        Self::Xai,
        Self::Cohere,
        Self::Together,
        Self::Fireworks,
        Self::Openrouter,
        Self::Ollama,
        Self::Litellm,
        Self::Gateway,
        Self::OpenaiCompatible,
    ];

    /// The name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Mistral => "mistral",
            Self::Groq => "groq",
            Self::Deepseek => "deepseek",
            Self::Xai => "xai",
            Self::Cohere => "cohere",
            Self::Together => "together",
            Self::Fireworks => "fireworks",
            Self::Openrouter => "openrouter",
            Self::Ollama => "ollama",
            Self::Litellm => "litellm",
            Self::Gateway => "gateway",
            Self::OpenaiCompatible => "openai-compatible",
        }
    }

    /// Reads the name that the API and the database use.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }

    /// How people write its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Openai => "OpenAI (chat completions)",
            Self::OpenaiResponses => "OpenAI (responses)",
            Self::Anthropic => "Anthropic",
            Self::Gemini => "Google Gemini",
            Self::Mistral => "Mistral",
            Self::Groq => "Groq",
            Self::Deepseek => "DeepSeek",
            Self::Xai => "xAI",
            Self::Cohere => "Cohere",
            Self::Together => "Together",
            Self::Fireworks => "Fireworks",
            Self::Openrouter => "OpenRouter",
            Self::Ollama => "Ollama",
            Self::Litellm => "LiteLLM",
            Self::Gateway => "AI Gateway",
            Self::OpenaiCompatible => "OpenAI-compatible server",
        }
    }

    /// Where it is reached unless a base URL says otherwise; none where only a base URL can tell. Ends with a slash.
    pub fn default_base_url(self) -> Option<&'static str> {
        Some(match self {
            Self::Openai | Self::OpenaiResponses => "https://api.openai.com/v1/",
            Self::Anthropic => "https://api.anthropic.com/v1/",
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta/",
            Self::Mistral => "https://api.mistral.ai/v1/",
            Self::Groq => "https://api.groq.com/openai/v1/",
            Self::Deepseek => "https://api.deepseek.com/v1/",
            Self::Xai => "https://api.x.ai/v1/",
            Self::Cohere => "https://api.cohere.ai/compatibility/v1/",
            Self::Together => "https://api.together.xyz/v1/",
            Self::Fireworks => "https://api.fireworks.ai/inference/v1/",
            Self::Openrouter => "https://openrouter.ai/api/v1/",
            Self::Ollama => "http://127.0.0.1:11434/v1/",
            Self::Litellm => "http://127.0.0.1:4000/v1/",
            Self::Gateway => "https://ai-gateway.vercel.sh/v1/",
            Self::OpenaiCompatible => return None,
        })
    }

    /// Whether its form shows the base URL at once: it usually is a server of one's own.
    pub fn shows_base_url(self) -> bool {
        matches!(
            self,
            Self::Ollama | Self::Litellm | Self::Gateway | Self::OpenaiCompatible
        )
    }

    /// How its requests and answers are written.
    pub fn wire_format(self) -> WireFormat {
        match self {
            Self::OpenaiResponses => WireFormat::OpenaiResponses,
            Self::Anthropic => WireFormat::Anthropic,
            Self::Gemini => WireFormat::Gemini,
            _ => WireFormat::OpenaiChat,
        }
    }

    /// The header that carries its key.
    pub fn key_header(self) -> KeyHeader {
        match self {
            Self::Anthropic => KeyHeader::XApiKey,
            Self::Gemini => KeyHeader::XGoogApiKey,
            _ => KeyHeader::Bearer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{KeyHeader, Provider};

    #[test]
    fn names_are_those_of_the_wire() {
        for provider in Provider::ALL {
            let json = serde_json::to_value(provider).unwrap();
            assert_eq!(json, provider.as_str());
            assert_eq!(Provider::from_name(provider.as_str()), Some(provider));
        }
        assert_eq!(Provider::from_name("other"), None);
    }

    /// The table in `docs/model-bindings.md`.
    fn table() -> String {
        let mut table =
            "| Provider | Name in the API | Default address | Key sent as |\n|---|---|---|---|\n".to_owned();
        for provider in Provider::ALL {
            let address = provider
                .default_base_url()
                .map_or("none: enter its base URL".to_owned(), |url| format!("`{url}`"));
            let header = match provider.key_header() {
                KeyHeader::Bearer => "`Authorization: Bearer`",
                KeyHeader::XApiKey => "`x-api-key`",
                KeyHeader::XGoogApiKey => "`x-goog-api-key`",
            };
            let (label, name) = (provider.label(), provider.as_str());
            // Writing to a text cannot fail.
            let _ = writeln!(table, "| {label} | `{name}` | {address} | {header} |");
        }
        table
    }

    #[test]
    fn the_docs_list_the_providers_that_there_are() {
        let docs = include_str!("../../../../docs/model-bindings.md");
        let (_, rest) = docs.split_once("a default address, or needs a base URL.\n\n").unwrap();
        let (listed, _) = rest.split_once("\n\n").unwrap();
        assert_eq!(
            listed.trim(),
            table().trim(),
            "docs/model-bindings.md is out of date. It should hold:\n{}",
            table()
        );
    }

    #[test]
    fn default_addresses_can_be_joined_with_a_path() {
        for url in Provider::ALL.into_iter().filter_map(Provider::default_base_url) {
            assert!(url.ends_with('/') && url.starts_with("http"), "{url}");
        }
    }
}
