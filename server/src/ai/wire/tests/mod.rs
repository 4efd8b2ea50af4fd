//! The formats against documents as the providers write them.

mod streams;

use contract::model_bindings::{Provider, WireFormat};
use serde_json::{Value, json};

use super::{
    Call, CallResult, ChatMessage, Completion, CompletionRequest, Fault, Finish, Sampling, SamplingParam, ToolSpec,
    body, field, headers, read, url,
};
use crate::ai::endpoint::Endpoint;
use crate::destination::Destination;
use crate::outbound::intake::{Account, ReadBudget};

const FORMATS: [Provider; 4] = [
    Provider::Openai,
    Provider::OpenaiResponses,
    Provider::Anthropic,
    Provider::Gemini,
];

/// The answer with what is passed to its tools parsed.
fn with_arguments(mut answer: Completion) -> Completion {
    let mut grant = ReadBudget::new(64 << 20).grant_of_operation(Account::of(None)).unwrap();
    answer.read_arguments(&mut grant).unwrap();
    answer
}

fn conversation() -> Vec<ChatMessage> {
    let call = Call {
        id: "c1".to_owned(),
        name: "crm__find".to_owned(),
        arguments: json!({"query": "Ada"}),
        signature: Some("sig".to_owned()),
    };
    let result = CallResult {
        id: "c1".to_owned(),
        name: "crm__find".to_owned(),
        content: "found".to_owned(),
        is_error: false,
    };
    vec![
        ChatMessage::User("Who is Ada?".to_owned()),
        ChatMessage::Assistant {
            text: String::new(),
            reasoning: "Look it up.".to_owned(),
            calls: vec![call],
        },
        ChatMessage::Results(vec![result]),
    ]
}

fn ask<'a>(
    provider: Provider,
    turns: &'a [ChatMessage],
    tools: &'a [ToolSpec],
    sampling: &'a Sampling,
) -> CompletionRequest<'a> {
    CompletionRequest {
        provider,
        model_id: "m/1",
        system: Some("Be brief."),
        turns,
        tools,
        schema: None,
        sampling,
        stream: false,
    }
}

fn tools() -> Vec<ToolSpec> {
    vec![ToolSpec {
        name: "crm__find".to_owned(),
        description: Some("Finds".to_owned()),
        schema: json!({"type": "object", "properties": {}}),
    }]
}

#[test]
fn a_conversation_with_tools_is_written_as_each_provider_wants_it() {
    let (turns, tools, sampling) = (conversation(), tools(), Sampling::default());
    let chat = body(&ask(Provider::Openai, &turns, &tools, &sampling));
    assert_eq!(chat["messages"][0], json!({"role": "system", "content": "Be brief."}));
    assert_eq!(chat["messages"][2]["content"], Value::Null);
    let function = &chat["messages"][2]["tool_calls"][0]["function"];
    assert_eq!(
        function,
        &json!({"name": "crm__find", "arguments": "{\"query\":\"Ada\"}"})
    );
    assert_eq!(
        chat["messages"][3],
        json!({"role": "tool", "tool_call_id": "c1", "content": "found"})
    );
    assert_eq!(chat["tools"][0]["function"]["name"], "crm__find");

    let responses = body(&ask(Provider::OpenaiResponses, &turns, &tools, &sampling));
    assert_eq!(
        (&responses["instructions"], &responses["store"]),
        (&json!("Be brief."), &json!(false))
    );
    assert_eq!(responses["input"][1]["type"], "function_call");
    assert_eq!(
        responses["input"][2],
        json!({"type": "function_call_output", "call_id": "c1", "output": "found"})
    );

    let anthropic = body(&ask(Provider::Anthropic, &turns, &tools, &sampling));
    assert_eq!(
        (&anthropic["system"], &anthropic["max_tokens"]),
        (&json!("Be brief."), &json!(4096))
    );
    assert_eq!(anthropic["messages"][1]["content"][0]["input"], json!({"query": "Ada"}));
    assert_eq!(anthropic["messages"][2]["content"][0]["tool_use_id"], "c1");
    assert_eq!(anthropic["tools"][0]["input_schema"]["type"], "object");

    let gemini = body(&ask(Provider::Gemini, &turns, &tools, &sampling));
    assert_eq!(gemini["systemInstruction"]["parts"][0]["text"], "Be brief.");
    let part = &gemini["contents"][1]["parts"][0];
    assert_eq!(
        (&part["functionCall"]["args"], &part["thoughtSignature"]),
        (&json!({"query": "Ada"}), &json!("sig"))
    );
    assert_eq!(
        gemini["contents"][2]["parts"][0]["functionResponse"]["response"],
        json!({"result": "found"})
    );
    assert_eq!(gemini["tools"][0]["functionDeclarations"][0]["name"], "crm__find");
}

#[test]
fn thoughts_go_back_with_calls_to_the_provider_that_insists_on_them() {
    let (mut turns, sampling) = (conversation(), Sampling::default());
    turns.push(ChatMessage::Assistant {
        text: "I see.".to_owned(),
        reasoning: "Found.".to_owned(),
        calls: Vec::new(),
    });
    let written = |provider, turns: &[ChatMessage]| body(&ask(provider, turns, &tools(), &sampling));
    let deepseek = written(Provider::Deepseek, &turns);
    assert_eq!(deepseek["messages"][2]["reasoning_content"], "Look it up.");
    assert!(deepseek["messages"][4].get("reasoning_content").is_none());
    for provider in Provider::ALL {
        if provider != Provider::Deepseek {
            let text = written(provider, &turns).to_string();
            assert!(!text.contains("Look it up."), "{provider:?}: {text}");
        }
    }
    if let ChatMessage::Assistant { reasoning, .. } = &mut turns[1] {
        reasoning.clear();
    }
    let message = written(Provider::Deepseek, &turns)["messages"][2].clone();
    assert_eq!(message["reasoning_content"], "", "it may be empty, but not missing");
}

#[test]
fn every_setting_is_sent_under_the_providers_name_or_left_out() {
    let sampling = Sampling {
        temperature: Some(0.5),
        max_output_tokens: Some(7),
        top_p: Some(0.9),
        top_k: Some(3),
        presence_penalty: Some(0.1),
        frequency_penalty: Some(0.2),
        stop_sequences: vec!["END".to_owned()],
        seed: Some(1),
    };
    let turns = conversation();
    for provider in Provider::ALL {
        let written = body(&ask(provider, &turns, &[], &sampling));
        let place = if provider == Provider::Gemini {
            &written["generationConfig"]
        } else {
            &written
        };
        for (knob, name) in SamplingParam::ALL {
            let expected = field(provider, knob);
            let dropped = provider == Provider::Anthropic && knob == SamplingParam::TopP;
            let found = expected.is_some_and(|field| place.get(field).is_some());
            assert_eq!(found, expected.is_some() && !dropped, "{provider:?} {name}: {place}");
        }
    }
    let openai = body(&ask(Provider::Openai, &turns, &[], &sampling));
    assert_eq!(
        (&openai["max_completion_tokens"], &openai["stop"]),
        (&json!(7), &json!(["END"]))
    );
    assert!(openai.get("top_k").is_none() && openai.get("max_tokens").is_none());
    assert_eq!(body(&ask(Provider::Mistral, &turns, &[], &sampling))["random_seed"], 1);
    let anthropic = body(&ask(Provider::Anthropic, &turns, &[], &sampling));
    assert_eq!((&anthropic["max_tokens"], &anthropic["top_k"]), (&json!(7), &json!(3)));
}

#[test]
fn requests_go_to_the_path_of_their_format_and_never_carry_a_key() {
    let (base, destination) = Destination::parse("https://a.example/v1/").unwrap();
    let place = Endpoint { base, destination };
    let (turns, sampling) = (conversation(), Sampling::default());
    let path = |provider, stream| {
        let ask = CompletionRequest {
            stream,
            ..ask(provider, &turns, &[], &sampling)
        };
        url(&ask, &place).as_str().replace("https://a.example/v1/", "")
    };
    assert_eq!(path(Provider::Groq, false), "chat/completions");
    assert_eq!(path(Provider::OpenaiResponses, true), "responses");
    assert_eq!(path(Provider::Anthropic, true), "messages");
    assert_eq!(path(Provider::Gemini, false), "models/m%2F1:generateContent");
    assert_eq!(
        path(Provider::Gemini, true),
        "models/m%2F1:streamGenerateContent?alt=sse"
    );
    assert_eq!(headers(Provider::Anthropic, None)["anthropic-version"], "2023-06-01");
    assert_eq!(headers(Provider::Openai, Some("org-1"))["openai-organization"], "org-1");
    assert!(headers(Provider::Gemini, Some("org-1")).is_empty());
}

#[test]
fn a_schema_is_sent_where_each_provider_takes_it() {
    let (turns, sampling) = (conversation(), Sampling::default());
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
    let written = |provider| {
        body(&CompletionRequest {
            schema: Some(&schema),
            ..ask(provider, &turns, &[], &sampling)
        })
    };
    let chat = &written(Provider::Openai)["response_format"]["json_schema"];
    assert_eq!((&chat["schema"], &chat["strict"]), (&schema, &json!(true)));
    let responses = &written(Provider::OpenaiResponses)["text"]["format"];
    assert_eq!(
        (&responses["schema"], &responses["type"]),
        (&schema, &json!("json_schema"))
    );
    let anthropic = written(Provider::Anthropic);
    assert_eq!(anthropic["tool_choice"], json!({"type": "tool", "name": "answer"}));
    assert_eq!(anthropic["tools"][0]["input_schema"], schema);
    assert_eq!(
        written(Provider::Gemini)["generationConfig"]["responseJsonSchema"],
        schema
    );
    let answer = read(
        WireFormat::Anthropic,
        &json!({"content": [{"type": "tool_use", "name": "answer", "input": {"a": "x"}}], "stop_reason": "tool_use"}),
    );
    assert_eq!(answer.unwrap().text, "{\"a\":\"x\"}");
}

#[test]
fn an_answer_with_too_many_or_too_large_calls_is_refused() {
    let answered = |count: usize, name: &str| {
        let call = json!({"functionCall": {"name": name, "args": {}}});
        let document = json!({"candidates": [{"finishReason": "STOP", "content": {"parts": vec![call; count]}}]});
        read(WireFormat::Gemini, &document)
    };
    assert_eq!(answered(64, "t").unwrap().calls.len(), 64);
    assert_eq!(answered(65, "t"), Err(Fault::TooMuch));
    assert_eq!(answered(1, &"t".repeat(2000)), Err(Fault::TooMuch));
    let small_objects = vec![json!({"": 0}); 10_000];
    let document = json!({"content": [{"type": "tool_use", "name": "t", "input": {"a": small_objects}}], "stop_reason": "tool_use"});
    assert_eq!(read(WireFormat::Anthropic, &document), Err(Fault::TooMuch));
}

#[test]
fn answers_with_thoughts_and_tools_are_read() {
    let chat = json!({
        "model": "m-1", "usage": {"prompt_tokens": 5, "completion_tokens": 3, "completion_tokens_details": {"reasoning_tokens": 2}},
        "choices": [{"finish_reason": "stop", "message": {
            "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "yes"}],
            "tool_calls": [{"id": "c", "function": {"name": "t", "arguments": "{\"a\":1}"}}, {"id": "d", "function": {"name": "u", "arguments": "no json"}}],
        }}],
    });
    let responses = json!({
        "model": "m-1", "status": "completed", "usage": {"input_tokens": 5, "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 2}},
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "yes"}]},
            {"type": "function_call", "call_id": "c", "name": "t", "arguments": "{\"a\":1}"},
            {"type": "function_call", "call_id": "d", "name": "u", "arguments": "no json"},
        ],
    });
    let anthropic = json!({
        "model": "m-1", "stop_reason": "tool_use", "usage": {"input_tokens": 5, "output_tokens": 3},
        "content": [
            {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "yes"},
            {"type": "tool_use", "id": "c", "name": "t", "input": {"a": 1}},
            {"type": "tool_use", "id": "d", "name": "u", "input": "no json"},
        ],
    });
    let gemini = json!({
        "modelVersion": "m-1", "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1, "thoughtsTokenCount": 2},
        "candidates": [{"finishReason": "STOP", "content": {"parts": [
            {"text": "hm", "thought": true}, {"text": "yes"},
            {"functionCall": {"name": "t", "args": {"a": 1}}, "thoughtSignature": "s"},
            {"functionCall": {"name": "u", "args": "no json"}},
        ]}}],
    });
    for (provider, document) in FORMATS.into_iter().zip([chat, responses, anthropic, gemini]) {
        let answer = with_arguments(read(provider.wire_format(), &document).unwrap());
        assert_eq!(
            (answer.text.as_str(), answer.reasoning.as_str()),
            ("yes", "hm"),
            "{provider:?}"
        );
        assert_eq!(
            (answer.finish, answer.model.as_deref()),
            (Finish::ToolCalls, Some("m-1")),
            "{provider:?}"
        );
        let usage = answer.usage;
        assert_eq!(
            (usage.input_tokens, usage.output_tokens, usage.total_tokens),
            (5, 3, 8),
            "{provider:?}"
        );
        let calls: Vec<(&str, &Value)> = answer
            .calls
            .iter()
            .map(|call| (call.name.as_str(), &call.arguments))
            .collect();
        assert_eq!(
            calls,
            [("t", &json!({"a": 1})), ("u", &json!("no json"))],
            "{provider:?}"
        );
    }
}
