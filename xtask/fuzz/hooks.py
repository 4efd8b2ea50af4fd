"""Where requests of Schemathesis may lead: nowhere but to the server that it tries."""

from urllib.parse import urlsplit, urlunsplit

import schemathesis

# Nothing listens there.
NOWHERE = "127.0.0.1:9"


@schemathesis.hook
def before_call(context, case, kwargs):
    """The server must not contact whatever address was made up."""
    body = case.body
    if isinstance(body, dict) and "/model-bindings" in case.path and isinstance(body.get("settings"), dict):
        case.body = {**body, "settings": {**body["settings"], "base_url": f"http://{NOWHERE}/v1"}}
    if isinstance(body, dict) and "/actions/" in case.path and isinstance(body.get("model"), dict):
        settings = body["model"].get("settings")
        if isinstance(settings, dict):
            settings = {**settings, "base_url": f"http://{NOWHERE}/v1"}
            case.body = {**body, "model": {**body["model"], "settings": settings}}
    if isinstance(body, dict) and isinstance(body.get("url"), str):
        try:
            parts = urlsplit(body["url"])
        except ValueError:
            return
        if parts.netloc:
            case.body = {**body, "url": urlunsplit(parts._replace(netloc=NOWHERE))}
