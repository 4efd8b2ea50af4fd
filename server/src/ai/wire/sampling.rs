//! Which settings a provider takes, and what it calls them. What it does not take is left out of its requests.

use contract::model_bindings::{Provider, WireFormat};
use serde_json::{Value, json};

use super::CompletionRequest;

/// How a model chooses its words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampling {
    pub temperature: Option<f64>,
    /// How many tokens at most.
    pub max_output_tokens: Option<i64>,
    /// Of the most likely words, those that make up this share.
    pub top_p: Option<f64>,
    /// Of the most likely words, so many.
    pub top_k: Option<i64>,
    /// Against words that came already.
    pub presence_penalty: Option<f64>,
    /// Against words that came often.
    pub frequency_penalty: Option<f64>,
    /// Texts that end the answer.
    pub stop_sequences: Vec<String>,
    /// The same seed, the same answer, as far as that goes.
    pub seed: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplingParam {
    Temperature,
    MaxOutputTokens,
    TopP,
    TopK,
    PresencePenalty,
    FrequencyPenalty,
    StopSequences,
    Seed,
}

impl SamplingParam {
    /// All of them, with their names in the API.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Temperature, "temperature"),
        (Self::MaxOutputTokens, "max_output_tokens"),
        (Self::TopP, "top_p"),
        (Self::TopK, "top_k"),
        (Self::PresencePenalty, "presence_penalty"),
        (Self::FrequencyPenalty, "frequency_penalty"),
        (Self::StopSequences, "stop_sequences"),
        (Self::Seed, "seed"),
    ];
}

/// What a provider calls a setting; nothing where it does not take it.
pub fn field(provider: Provider, knob: SamplingParam) -> Option<&'static str> {
    match provider.wire_format() {
        WireFormat::OpenaiChat => chat_field(provider, knob),
        WireFormat::OpenaiResponses => match knob {
            SamplingParam::Temperature => Some("temperature"),
            SamplingParam::MaxOutputTokens => Some("max_output_tokens"),
            SamplingParam::TopP => Some("top_p"),
            _ => None,
        },
        WireFormat::Anthropic => match knob {
            SamplingParam::Temperature => Some("temperature"),
            SamplingParam::MaxOutputTokens => Some("max_tokens"),
            SamplingParam::TopP => Some("top_p"),
            SamplingParam::TopK => Some("top_k"),
            SamplingParam::StopSequences => Some("stop_sequences"),
            SamplingParam::PresencePenalty | SamplingParam::FrequencyPenalty | SamplingParam::Seed => None,
        },
        WireFormat::Gemini => Some(match knob {
            SamplingParam::Temperature => "temperature",
            SamplingParam::MaxOutputTokens => "maxOutputTokens",
            SamplingParam::TopP => "topP",
            SamplingParam::TopK => "topK",
            SamplingParam::PresencePenalty => "presencePenalty",
            SamplingParam::FrequencyPenalty => "frequencyPenalty",
            SamplingParam::StopSequences => "stopSequences",
            SamplingParam::Seed => "seed",
        }),
    }
}

fn chat_field(provider: Provider, knob: SamplingParam) -> Option<&'static str> {
    match (knob, provider) {
        (SamplingParam::Temperature, _) => Some("temperature"),
        // The models that reason refuse the older name.
        (SamplingParam::MaxOutputTokens, Provider::Openai) => Some("max_completion_tokens"),
        (SamplingParam::MaxOutputTokens, _) => Some("max_tokens"),
        (SamplingParam::TopP, _) => Some("top_p"),
        (
            SamplingParam::TopK,
            Provider::Together
            | Provider::Fireworks
            | Provider::Openrouter
            | Provider::Litellm
            | Provider::OpenaiCompatible,
        ) => Some("top_k"),
        // The models that reason, which are all of the newer ones, refuse these.
        (SamplingParam::TopK, _)
        | (
            SamplingParam::PresencePenalty | SamplingParam::FrequencyPenalty | SamplingParam::StopSequences,
            Provider::Xai,
        )
        | (SamplingParam::Seed, Provider::Deepseek) => None,
        (SamplingParam::PresencePenalty, _) => Some("presence_penalty"),
        (SamplingParam::FrequencyPenalty, _) => Some("frequency_penalty"),
        (SamplingParam::StopSequences, _) => Some("stop"),
        (SamplingParam::Seed, Provider::Mistral) => Some("random_seed"),
        (SamplingParam::Seed, _) => Some("seed"),
    }
}

/// Whether a provider is known to take a JSON Schema for the answer.
pub fn takes_schema(provider: Provider) -> bool {
    matches!(
        provider,
        Provider::Openai
            | Provider::OpenaiResponses
            | Provider::Anthropic
            | Provider::Gemini
            | Provider::Mistral
            | Provider::Xai
            | Provider::Fireworks
            | Provider::Ollama
    )
}

/// Puts the settings that the provider takes into the body of a request.
pub(super) fn set_sampling(ask: &CompletionRequest<'_>, body: &mut Value) {
    let sampling = ask.sampling;
    for (knob, _) in SamplingParam::ALL {
        let value = match knob {
            SamplingParam::Temperature => sampling.temperature.map(Value::from),
            SamplingParam::MaxOutputTokens => sampling.max_output_tokens.map(Value::from),
            SamplingParam::TopP => sampling.top_p.map(Value::from),
            SamplingParam::TopK => sampling.top_k.map(Value::from),
            SamplingParam::PresencePenalty => sampling.presence_penalty.map(Value::from),
            SamplingParam::FrequencyPenalty => sampling.frequency_penalty.map(Value::from),
            SamplingParam::StopSequences => {
                (!sampling.stop_sequences.is_empty()).then(|| json!(sampling.stop_sequences))
            }
            SamplingParam::Seed => sampling.seed.map(Value::from),
        };
        if let Some((field, value)) = field(ask.provider, knob).zip(value) {
            body[field] = value;
        }
    }
}

/// Takes the setting that a model refuses by its name out of the body of a request: what one model takes, another of the
/// same provider may not. False where it refuses something else. The limit of tokens stays: without it, an answer could
/// cost more than anybody allowed.
pub fn leave_out(provider: Provider, body: &mut Value, lower_words: &str) -> bool {
    let refused = [
        "unsupported",
        "not support",
        "deprecated",
        "not allowed",
        "unknown",
        "unrecognized",
        "unexpected",
    ];
    if !refused.iter().any(|word| lower_words.contains(word)) {
        return false;
    }
    let body = match body.get_mut("generationConfig") {
        Some(inner) => inner,
        None => body,
    };
    let Some(fields) = body.as_object_mut() else {
        return false;
    };
    let named = SamplingParam::ALL
        .into_iter()
        .filter(|(knob, _)| *knob != SamplingParam::MaxOutputTokens)
        .filter_map(|(knob, _)| field(provider, knob))
        .find(|field| fields.contains_key(*field) && is_named(lower_words, field));
    named.is_some_and(|field| fields.remove(field).is_some())
}

/// Whether the words name a field: in quotation marks, or by a word that means nothing else.
fn is_named(lower_words: &str, field: &str) -> bool {
    let lower = field.to_lowercase();
    let quoted = |mark: char| lower_words.contains(&format!("{mark}{lower}{mark}"));
    let plain = lower == "temperature" || lower.contains('_');
    (plain && lower_words.contains(&lower)) || ['\'', '"', '`'].into_iter().any(quoted)
}

#[cfg(test)]
mod tests {
    use contract::model_bindings::Provider;
    use serde_json::json;

    use super::leave_out;

    #[test]
    fn a_setting_that_is_refused_by_its_name_is_left_out_and_nothing_else() {
        let mut body = json!({"temperature": 0.2, "top_p": 0.5, "stop": ["x"], "max_completion_tokens": 5});
        for words in [
            "you are stopped: this model is not supported",
            "temperature must be at most 1",
            "unsupported parameter: 'max_completion_tokens'",
        ] {
            assert!(!leave_out(Provider::Openai, &mut body, words), "{words}");
        }
        for (words, field) in [
            (
                "unsupported value: 'temperature' does not support 0.2 with this model.",
                "temperature",
            ),
            ("`top_p` is deprecated for this model.", "top_p"),
            (
                "unsupported parameter: 'stop' is not supported with this model.",
                "stop",
            ),
        ] {
            assert!(leave_out(Provider::Openai, &mut body, words), "{words}");
            assert!(body.get(field).is_none());
            assert!(!leave_out(Provider::Openai, &mut body, words), "only once: {words}");
        }
        assert_eq!(body, json!({"max_completion_tokens": 5}));
        let mut body = json!({"generationConfig": {"topK": 4}});
        assert!(leave_out(
            Provider::Gemini,
            &mut body,
            "unknown name \"topk\" at 'generation_config'"
        ));
    }
}
