fact-model = Model
fact-latency = Duration
fact-input = Input tokens
fact-output = Output tokens
fact-reasoning = Reasoning tokens
fact-reason = Finish reason
title = Try {$name}
loading = Loading…
about = {$provider}, {$model}. Each run is a real request: it is recorded, and your provider may charge for it.
back = All model bindings
gone = Model binding not found
gone-help = It may have been deleted. See all models.
could-not-be-loaded = Couldn't load this model binding
may-not-use = You don't have permission to use this model binding. Ask its owner or an administrator.
action = Action
settings = Settings
mcp-servers = MCP servers
mcp-help = Tools the agent can use (optional).
add-server = Add MCP server
server-number = MCP server {NUMBER($number)}
remove-server = Remove MCP server {NUMBER($number)}
run = Run
stop = Stop
answer = Answer
nothing-yet = The answer will appear here.
waiting = Waiting for the model…
running = The model is answering…
stopped = Stopped. Partial answer below.
broke-off = The answer was cut off. Partial answer below; run it again to get all of it.
reasoning = Reasoning
steps = Steps
arguments = Input
tool-running = Running…
copy = Copy answer
action-generate-text = Generate text
action-generate-reply = Reply to a conversation
action-generate-object = Generate structured data
action-infer-object = Extract structured data
action-agent = Agent with tools
action-generate-text-help = Answers a prompt with text.
action-generate-reply-help = Writes the next message of a conversation.
action-generate-object-help = Answers a prompt with data that matches your JSON Schema.
action-infer-object-help = Finds data in a prompt or a conversation and fits it to your JSON Schema.
action-agent-help = Answers with text and can use the tools of MCP servers.
finished = { $reason ->
        [length] Cut off at the token limit.
        [content_filter] Stopped by the provider's content filter.
        [step_limit] Stopped at the step limit.
   *[other] Finished.
}
step = Step {NUMBER($number)}: { $tools ->
    [0] answer
    [one] 1 tool
   *[other] {$tools} tools
}
tool-output = Output
tool-error = Error
