fact-model = Model
fact-latency = Took
fact-input = Tokens in
fact-output = Tokens out
fact-reasoning = Of that, reasoning
fact-reason = Ended by
title = Try {$name}
loading = Loading…
about = {$provider}, {$model}. Each run is a real request: it is recorded, and the provider may charge for it.
back = All model bindings
gone = No such model binding
gone-help = It may have been deleted. The list has those that there are.
could-not-be-loaded = Could not be loaded
may-not-use = Your role does not let you use this model binding. Ask its owner or an administrator.
action = Action
settings = Settings
mcp-servers = MCP servers
mcp-help = The agent may use their tools. Without any, it can only answer.
add-server = Add MCP server
server-number = MCP server {NUMBER($number)}
remove-server = Remove MCP server {NUMBER($number)}
run = Run
stop = Stop
answer = Answer
nothing-yet = What the model answers appears here.
waiting = Waiting for the model…
running = The model is answering…
stopped = Stopped. What came until then is below.
broke-off = The answer broke off. What came until then is below; run it again for the whole.
reasoning = Reasoning
steps = Steps
arguments = Passed
tool-running = Running…
copy = Copy the answer
action-generate-text = Generate a text
action-generate-reply = Reply in a conversation
action-generate-object = Generate an object
action-infer-object = Infer an object
action-agent = Agent with tools
action-generate-text-help = Answers a prompt with a text.
action-generate-reply-help = Writes the next turn of a conversation.
action-generate-object-help = Answers a prompt with an object that fits a JSON Schema.
action-infer-object-help = Reads an object that fits a JSON Schema out of a prompt or a conversation.
action-agent-help = Answers with a text, and may use tools of MCP servers on the way.
finished = { $reason ->
    [length] Finished: the answer reached its longest length and was cut there.
    [content_filter] Finished: the provider's content filter ended the answer.
    [step_limit] Finished: the agent reached its most steps.
   *[other] Finished.
}
step = Step {NUMBER($number)}: { $tools ->
    [0] answer
    [one] 1 tool
   *[other] {$tools} tools
}
tool-output = Gave
tool-error = Failed with
