"""Verify whether a key is active: ask its own vendor, once, and accept only the vendor's own words as a no."""

from __future__ import annotations

from typing import Any

import msgspec

from keyguard.model.endpoint import Answer, Request
from keyguard.model.verdict import State, Verdict
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client, Reply
from keyguard.remote.prepared_request import PreparedRequest

#: the meaning of a status that the pack does not list
_STATUS = {
    400: "the request was not understood",
    401: "401, but not in the vendor's own words",
    403: "403, which may mean a key with few rights, or none",
    404: "not found",
    407: "a proxy wants a password",
    422: "the request was not understood",
    429: "too many requests: try again later",
}
#: the reason why a refusal proves nothing
_UNSETTLED = "whose key it is, is not certain, and another vendor's would be refused in the same way"


def ask_vendor(client: Client, prepared: PreparedRequest, request: Request, *, settled: bool = True) -> Verdict:
    """Send the request, and return what the answer means; ``settled`` as in ``judge_reply``."""
    try:
        reply = client.send(prepared)
    except RequestError as trouble:
        return Verdict(state=State.UNKNOWN, reason=trouble.reason, host=prepared.host)
    return judge_reply(request, reply, settled=settled)


def judge_reply(request: Request, reply: Reply, *, settled: bool = True) -> Verdict:
    """Return the verdict for a reply: that of the first answer of the pack that matches, else unknown.

    ``settled`` says that the key is known to be the vendor's without this answer. If it is not, a refusal that any
    other vendor would give as well does not prove that the key is dead.
    """
    body = parsed(reply)
    for answer in request.answers:
        if fits(answer, reply.status, body):
            state, said = State(answer.verdict), answer.says or f"the vendor answered {reply.status}"
            if state is State.INACTIVE and request.evidence == "memory":
                state, said = State.UNKNOWN, f"probably inactive: {said}, but nobody has read that this means so"
            elif state is State.INACTIVE and not settled and not answer.recognises:
                state, said = State.UNKNOWN, f"not taken here ({said}): {_UNSETTLED}"
            known = answer.recognises or state is State.ACTIVE
            return Verdict(state=state, reason=said, host=request.host, status=reply.status, recognised=known)
    return Verdict(state=State.UNKNOWN, reason=describe_unexpected(reply, body), host=request.host, status=reply.status)


def fits(answer: Answer, status: int, body: Any) -> bool:
    """Whether an answer of a pack matches this reply."""
    if status not in answer.status:
        return False
    if any(value_at(body, path) is None for path in answer.has):
        return False
    return all(_same(value_at(body, path), value) for path, value in answer.when.items())


def parsed(reply: Reply) -> Any:
    """Return the body as JSON; None if it is none, or was truncated."""
    if not reply.whole:
        return None
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def value_at(body: Any, path: str) -> Any:
    """Return the value at a dotted path, None if there is none; a number is an index."""
    for name in path.split("."):
        if isinstance(body, dict):
            body = body.get(name)
        elif isinstance(body, list) and name.isascii() and name.isdigit() and int(name) < len(body):
            body = body[int(name)]
        else:
            return None
    return body


def _same(found: Any, value: str | int | bool) -> bool:
    return type(found) is type(value) and found == value


def describe_unexpected(reply: Reply, body: Any) -> str:
    """Return the description of an answer that no rule expects."""
    if 300 <= reply.status < 400:
        return "it sends on to another address: nobody follows with a key in hand"
    if reply.status >= 500:
        return f"the vendor has trouble of its own ({reply.status})"
    if reply.status in _STATUS:
        return _STATUS[reply.status]
    shape = "" if body is not None else ", and no JSON"
    return f"an answer that the rule does not know ({reply.status}{shape})"
