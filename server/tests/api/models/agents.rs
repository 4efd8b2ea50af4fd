//! Agents, with the tools of a real MCP server.

use axum::body::Body;
use axum::response::Response;
use serde_json::{Value, json};

use super::hostile::impatient;
use super::{FORMATS, at, settings};
use crate::both_engines;
use crate::peers::hostile::{Peer, Seen, answer, completion};
use crate::peers::real::RealServer;
use crate::support::{Engine, TestApp};
use crate::trail;

const RIGHT: &str = "canary-right-key";

async fn provider() -> RealServer {
    let call = |tool: &str, arguments: Value| json!({"toolCalls": [{"name": tool, "arguments": arguments}]});
    let fixtures = json!([
        {
            "match": {"userMessage": "echo", "hasToolResult": false},
            "response": call("everything__echo", json!({"message": "hi there"})),
        },
        {"match": {"userMessage": "echo", "toolResultContains": "Echo: hi there"}, "response": {"content": "It said hi."}},
        {"match": {"userMessage": "forever"}, "response": call("everything__echo", json!({"message": "again"}))},
        {
            "match": {"userMessage": "nonsense", "hasToolResult": false},
            "response": call("everything__no_such_tool", json!({})),
        },
        {"match": {"userMessage": "nonsense", "toolResultContains": "This tool doesn't exist"}, "response": {"content": "I see."}},
    ]);
    RealServer::models(RIGHT, &fixtures).await
}

/// An answer that asks for these tools.
fn wants(tools: &[&str]) -> Response {
    let call = |name: &&str| json!({"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}});
    let calls: Vec<Value> = tools.iter().map(call).collect();
    let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
    let body = json!({"model": "m", "choices": [{"message": message, "finish_reason": "tool_calls"}]});
    answer(200, "application/json", body.to_string())
}

/// How often a model was told what tools gave.
fn results(seen: &Seen) -> usize {
    let turns = seen.message["messages"].as_array().unwrap();
    turns.iter().filter(|turn| turn["role"] == "tool").count()
}

both_engines! {
    async fn an_agent_uses_a_real_tool_in_every_format(app: TestApp) {
        let (models, tools) = (provider().await, RealServer::everything().await);
        let right = app.credential("manager", "RIGHT", RIGHT).await;
        let server = json!({"name": "Everything", "url": tools.url});
        let server = app.post("manager", "/mcp-servers", server).await.expect(201).text("/id");
        for format in FORMATS {
            let name = format.0.as_str();
            let binding = app.binding("manager", name, at(&models, format, Some(&right))).await;
            let mcp = json!({"mcp": [{"server_id": server, "tool_names": ["echo"]}]});
            let done = app.act("manager", "ai_agent", &binding, json!({"prompt": "Please echo hi there"}), mcp.clone()).await;
            let done = done.expect(200);
            assert_eq!((done.text("/text"), done.text("/finish_reason")), ("It said hi.".to_owned(), "stop".to_owned()), "{name}");
            let steps = done.json()["steps"].clone();
            assert_eq!(steps.as_array().unwrap().len(), 2, "{name}: {steps}");
            let (first, second) = (&steps[0], &steps[1]);
            assert_eq!(first["finish_reason"], "tool_calls", "{name}");
            assert_eq!(first["tool_calls"][0]["name"], "everything__echo");
            assert_eq!(first["tool_calls"][0]["arguments"], json!({"message": "hi there"}));
            assert_eq!(first["tool_results"][0]["content"], "Echo: hi there");
            assert_eq!(first["tool_results"][0]["id"], first["tool_calls"][0]["id"]);
            assert_eq!((&second["number"], &second["text"]), (&json!(2), &json!("It said hi.")));

            // A tool that is not there is told to the model, which goes on.
            let told = app.act("manager", "ai_agent", &binding, json!({"prompt": "Do nonsense"}), mcp.clone()).await.expect(200);
            assert_eq!(told.text("/text"), "I see.", "{name}");
            assert_eq!(told.json()["steps"][0]["tool_results"][0]["is_error"], true);

            let mut endless = mcp;
            endless["settings"] = json!({"stop_step_count": 3});
            let ended = app.act("manager", "ai_agent", &binding, json!({"prompt": "Go on forever"}), endless).await.expect(200);
            assert_eq!(ended.text("/finish_reason"), "step_limit", "{name}");
            assert_eq!(ended.json()["steps"].as_array().unwrap().len(), 3, "{name}");
            assert_eq!(ended.json()["tool_results"][0]["content"], "Echo: again", "{name}");
        }
        let uses = trail::by_action(&app, "credential.use").await;
        let steps: Vec<&str> = uses.iter().take(2).map(|(_, details)| details.as_str()).collect();
        assert_eq!(steps, ["action: ai_agent, step 1", "action: ai_agent, step 2"]);
    }

    async fn tools_are_checked_like_any_other_use_of_their_server(app: TestApp) {
        let peer = Peer::start(Seen::decently).await;
        let binding = app.binding("manager", "m", settings("openai", &peer.url(), None)).await;
        let off = json!({"name": "Off", "url": peer.url(), "enabled": false});
        let off = app.post("manager", "/mcp-servers", off).await.expect(201).text("/id");
        let ask = async |mcp: Value| app.act("manager", "ai_agent", &binding, json!({"prompt": "x"}), json!({"mcp": mcp})).await;
        ask(json!([{"server_id": off}])).await.problem(409, "disabled");
        ask(json!([{"server_id": "3f0c6f2e-7f0b-4c55-9a53-0c8a9d3f5b11"}])).await.problem(404, "not-found");
        let refused = ask(json!([{"tool_names": [7]}, {"server_id": "x", "y": 1}])).await.problem(422, "invalid");
        let mut pointers = refused.pointers();
        pointers.sort();
        assert_eq!(pointers, ["/mcp/0/server_id", "/mcp/0/tool_names/0", "/mcp/1", "/mcp/1/server_id"], "{}", refused.whole());
        let tools = json!({"mcp": [{"server_id": off}]});
        let refused = app.act("manager", "ai_generate_text", &binding, json!({"prompt": "x"}), tools).await;
        assert_eq!(refused.problem(422, "invalid").pointers(), ["/mcp"]);
        ask(json!([])).await.expect(200);
    }

    async fn a_failing_tool_is_told_to_the_model_and_a_huge_result_is_cut(app: TestApp) {
        let tools = Peer::start(|seen| match seen.rpc() {
            "tools/list" => seen.result(&json!({"tools": [
                {"name": "huge", "inputSchema": {"type": "object"}}, {"name": "broken", "inputSchema": {"type": "object"}},
            ]})),
            "tools/call" if seen.message["params"]["name"] == "huge" => {
                seen.result(&json!({"content": [{"type": "text", "text": "é".repeat(50_000)}]}))
            }
            "tools/call" => seen.error("it is broken"),
            _ => seen.decently(),
        })
        .await;
        let model = Peer::start(|seen| {
            if results(seen) > 0 {
                return completion("enough");
            }
            wants(&["t__huge", "t__broken"])
        })
        .await;
        let binding = app.binding("manager", "m", settings("openai", &model.url(), None)).await;
        let server = app.post("manager", "/mcp-servers", json!({"name": "T", "url": tools.url()})).await.expect(201).text("/id");
        let done = app.act("manager", "ai_agent", &binding, json!({"prompt": "x"}), json!({"mcp": [{"server_id": server}]})).await.expect(200);
        assert_eq!(done.text("/text"), "enough");
        let sent = model.seen()[1].message["messages"].clone();
        let huge = sent[2]["content"].as_str().unwrap();
        assert!(huge.len() < 33_000 && huge.ends_with("more bytes]"), "{}", huge.len());
        assert!(sent[3]["content"].as_str().unwrap().contains("it is broken"), "{}", sent[3]);
        assert_eq!(done.json()["steps"][0]["tool_results"][1]["is_error"], true);
    }

    async fn a_tool_that_hangs_is_told_to_the_model_which_goes_on(app: TestApp) {
        let app = impatient(app);
        let tools = Peer::start(|seen| match seen.rpc() {
            "tools/call" => {
                let silence = futures::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
                answer(200, "application/json", Body::from_stream(silence))
            }
            _ => seen.decently(),
        })
        .await;
        let model = Peer::start(|seen| if results(seen) > 0 { completion("never mind") } else { wants(&["t__echo"]) }).await;
        let binding = app.binding("manager", "m", settings("openai", &model.url(), None)).await;
        let server = app.post("manager", "/mcp-servers", json!({"name": "T", "url": tools.url()})).await.expect(201).text("/id");
        let done = app.act("manager", "ai_agent", &binding, json!({"prompt": "x"}), json!({"mcp": [{"server_id": server}]})).await.expect(200);
        assert_eq!(done.text("/text"), "never mind");
        let result = done.json()["steps"][0]["tool_results"][0].clone();
        assert_eq!((&result["is_error"], &result["content"]), (&json!(true), &json!("The tool took longer than 300 ms.")));
        assert_eq!(model.seen()[1].message["messages"][2]["content"], result["content"]);
    }

    async fn an_agent_that_fails_tells_what_it_did_before(app: TestApp) {
        let tools = Peer::start(|seen| match seen.rpc() {
            "tools/call" => seen.result(&json!({"content": [{"type": "text", "text": "canary-result"}]})),
            _ => seen.decently(),
        })
        .await;
        let model = Peer::start(|seen| match (results(seen), seen.message["messages"][0]["content"].as_str()) {
            (0, _) => wants(&["t__echo", "canary-invented"]),
            (2, _) => wants(&["t__echo"]),
            (_, Some("hang")) => {
                let silence = futures::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
                answer(200, "application/json", Body::from_stream(silence))
            }
            (_, Some("limit")) => answer(429, "application/json", "{}"),
            _ => answer(500, "application/json", "{}"),
        })
        .await;
        let binding = app.binding("manager", "m", settings("openai", &model.url(), None)).await;
        let server = app.post("manager", "/mcp-servers", json!({"name": "T", "url": tools.url()})).await.expect(201).text("/id");
        for (prompt, status, slug) in [("break", 502, "upstream-failed"), ("limit", 502, "rate-limited"), ("hang", 504, "timed-out")] {
            let more = json!({"mcp": [{"server_id": server}], "settings": {"timeout_ms": if prompt == "hang" { 3000 } else { 60_000 }}});
            let failed = app.act("manager", "ai_agent", &binding, json!({"prompt": prompt}), more).await.problem(status, slug);
            let detail = failed.text("/detail");
            assert!(detail.ends_with("Before that, the agent finished 2 steps and called t__echo."), "{detail}");
            assert!(!failed.whole().contains("canary"), "{detail}");
        }
        let more = json!({"mcp": [{"server_id": server, "tool_names": ["echo"]}]});
        let broken = Peer::start(|_| answer(500, "application/json", "{}")).await;
        let binding = app.binding("manager", "broken", settings("openai", &broken.url(), None)).await;
        let failed = app.act("manager", "ai_agent", &binding, json!({"prompt": "x"}), more).await.problem(502, "upstream-failed");
        assert!(!failed.text("/detail").contains("Before that"), "{}", failed.whole());
    }

    async fn a_tool_that_its_server_does_not_offer_is_refused_before_the_model_is_asked(app: TestApp) {
        let (model, tools) = (Peer::start(Seen::decently).await, Peer::start(Seen::decently).await);
        let binding = app.binding("manager", "m", settings("openai", &model.url(), None)).await;
        let server = app.post("manager", "/mcp-servers", json!({"name": "CRM", "url": tools.url()})).await.expect(201).text("/id");
        let pasted = "sk-canary-pasted-0123456789abcdef";
        let more = json!({"mcp": [{"server_id": server}, {"server_id": server, "tool_names": ["echo", "find_customer", pasted]}]});
        let refused = app.act("manager", "ai_agent", &binding, json!({"prompt": "x"}), more).await.problem(422, "invalid");
        assert_eq!(refused.pointers(), ["/mcp/1/tool_names/1", "/mcp/1/tool_names/2"]);
        let detail = refused.text("/errors/0/detail");
        assert!(detail.starts_with("CRM has no tool with this name."), "{detail}");
        assert_eq!(refused.text("/errors/1/code"), "unknown-tool");
        assert!(!refused.whole().contains("find_customer"), "what was typed is not repeated: {}", refused.whole());
        assert!(!refused.whole().contains("canary"), "{}", refused.whole());
        assert!(model.seen().is_empty());
    }
}
