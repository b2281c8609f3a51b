"""Whether a key is active: its own vendor is asked, once, and only the vendor's own words count as a no."""

from __future__ import annotations

from typing import Any

import msgspec

from keyguard.model.endpoint import Answer, Request
from keyguard.model.verdict import State, Verdict
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client, Reply
from keyguard.remote.prepared_request import PreparedRequest

#: what a status means where the pack says nothing of it
_STATUS = {
    400: "the request was not understood",
    401: "401, but not in the vendor's own words",
    403: "403, which may mean a key with few rights, or none",
    404: "not found",
    407: "a proxy wants a password",
    422: "the request was not understood",
    429: "too many requests: try again later",
}
#: why a refusal proves nothing
_UNSETTLED = "whose key it is, is not certain, and another vendor's would be refused in the same way"


def ask_vendor(client: Client, prepared: PreparedRequest, request: Request, *, settled: bool = True) -> Verdict:
    """Send the question, and say what the answer means; ``settled`` is as in ``judge``."""
    try:
        reply = client.send(prepared)
    except RequestError as trouble:
        return Verdict(state=State.UNKNOWN, reason=trouble.reason, host=prepared.host)
    return judge_reply(request, reply, settled=settled)


def judge_reply(request: Request, reply: Reply, *, settled: bool = True) -> Verdict:
    """What a reply means: the first answer of the pack that it fits, else nothing for certain.

    ``settled``: whether it is known without this answer that the vendor has issued the key. Where it is not, a refusal
    that any other vendor would give as well does not show that the key is dead.
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
    """Whether an answer of a pack is this one."""
    if status not in answer.status:
        return False
    if any(value_at(body, path) is None for path in answer.has):
        return False
    return all(_same(value_at(body, path), value) for path, value in answer.when.items())


def parsed(reply: Reply) -> Any:
    """The body as JSON; None where it is none, or was cut off."""
    if not reply.whole:
        return None
    try:
        return msgspec.json.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def value_at(body: Any, path: str) -> Any:
    """What stands at a dotted path; a number is an index."""
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
    """What is to be said of an answer that nobody expected."""
    if 300 <= reply.status < 400:
        return "it sends on to another address: nobody follows with a key in hand"
    if reply.status >= 500:
        return f"the vendor has trouble of its own ({reply.status})"
    if reply.status in _STATUS:
        return _STATUS[reply.status]
    shape = "" if body is not None else ", and no JSON"
    return f"an answer that the rule does not know ({reply.status}{shape})"
