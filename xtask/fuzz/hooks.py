"""Where requests of Schemathesis may lead: to records that are there, and from the server that it tries to nowhere."""

import json
import os
import zlib
from urllib.parse import urlsplit, urlunsplit

import requests
import schemathesis
from schemathesis.core import NotSet
from schemathesis.core.parameters import ParameterLocation

# Nothing listens there.
NOWHERE = "127.0.0.1:9"

# By kind, as paths name it: the ids of what is kept, and of what calls may delete; and the account that calls.
RECORDS = json.loads(os.environ["STRONGROOM_FUZZ_RECORDS"])
API = os.environ["STRONGROOM_FUZZ_API"]
SESSION = {"strongroom": os.environ["STRONGROOM_FUZZ_SESSION"]}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Half of the calls are about records that are there; the others make up what they are about, or found it."""
    if is_about_a_record(case):
        name_a_record(case)
        refer_to_a_record(case)
    spare_what_is_kept(case)
    lead_nowhere(case)


def is_about_a_record(case):
    """The same for the same call, which may be repeated."""
    parts = (case.path_parameters, case.query, case.body)
    drawn = repr([part for part in parts if not isinstance(part, NotSet)])
    return zlib.crc32(drawn.encode(errors="replace")) % 2 == 0


def kind_of(case):
    """What a path with an id is about."""
    kind = case.path.removeprefix("/api/v1/").split("/")[0]
    named = isinstance(case.path_parameters, dict) and "id" in case.path_parameters
    return kind if named and kind in RECORDS["kept"] else None


def name_a_record(case):
    """An id in the path, unless it is meant to be a wrong one."""
    kind = kind_of(case)
    if kind and is_positive(case, ParameterLocation.PATH):
        case.path_parameters = {**case.path_parameters, "id": RECORDS["kept"][kind]}


def spare_what_is_kept(case):
    """Ids are found in answers too. The caller's own account stays as it is, and what is kept is not deleted."""
    kind = kind_of(case)
    if not kind:
        return
    id = case.path_parameters["id"]
    if id == RECORDS["own"] and case.method != "GET":
        id = RECORDS["kept"][kind]
    if id == RECORDS["kept"][kind] and case.method == "DELETE":
        id = RECORDS["doomed"][kind]
    if id != case.path_parameters["id"]:
        case.path_parameters = {**case.path_parameters, "id": id}
    if id == RECORDS["doomed"][kind] and case.method == "DELETE" and is_positive(case, ParameterLocation.HEADER):
        match_the_last_revision(case, kind, id)


def match_the_last_revision(case, kind, id):
    """The example of `If-Match` in the document fits by chance only: a deletion would then be refused in each run."""
    answer = requests.get(f"{API}/{kind}/{id}", cookies=SESSION, timeout=10)
    if "ETag" in answer.headers:
        case.headers = {**(case.headers or {}), "If-Match": answer.headers["ETag"]}


def refer_to_a_record(case):
    """An id in the body."""
    body, ids = case.body, RECORDS["kept"]
    if not isinstance(body, dict) or not is_positive(case, ParameterLocation.BODY):
        return
    if "/actions/" in case.path:
        others = {name: value for name, value in body.items() if name != "model"}
        case.body = {**others, "model_binding_id": ids["model-bindings"]}
    elif isinstance(body.get("credential_id"), str):
        case.body = {**body, "credential_id": ids["credentials"]}


def is_positive(case, location):
    """Whether this part of a request is one that the document allows."""
    return case.meta is None or not case.meta.is_negative_at(location)


def lead_nowhere(case):
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
