"""Making keys inactive: shown first, confirmed, sent once, written down, and asked about afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from keyguard.endpoints import Request, Revocation
from keyguard.model import Finding
from keyguard.remote import verify
from keyguard.remote.http import Client
from keyguard.remote.journal import Entry, Journal
from keyguard.remote.prepared import Prepared
from keyguard.remote.trouble import Trouble
from keyguard.response.asking import Asker
from keyguard.secrets import Secret
from keyguard.verdict import State, Verdict

#: what can have come of it, for people
OUTCOMES = {
    "confirmed": "revoked, and the vendor takes it no more",
    "revoked": "the vendor says that it is revoked; whether it is, nobody has asked",
    "accepted": "the vendor has accepted the request; it may take a while",
    "already-inactive": "it was inactive already",
    "refused": "the vendor has refused",
    "still-active": "the vendor says that it is revoked, but still takes it: ask again in a while",
    "unknown": "nobody knows: ask whether it is active before you try again",
    "not-sent": "nothing was sent",
}
#: those after which nothing is left to do
DONE = frozenset({"confirmed", "revoked", "already-inactive"})


class Plan(NamedTuple):
    """What would be done about one key; without a request it is done by hand."""

    finding: Finding
    request: Revocation | None
    prepared: Prepared | None
    check: Request | None
    """How the vendor is asked whether it is active; None where that is not known."""
    check_prepared: Prepared | None
    why_not: str = ""


class Outcome(NamedTuple):
    """What came of it: a key of ``OUTCOMES``, and why."""

    finding: Finding
    outcome: str
    detail: str = ""


class Revoker:
    """Makes plans, and carries them out."""

    def __init__(self, revokes: Asker, asks: Asker, client: Client, journal: Journal) -> None:
        self._revokes, self._asks = revokes, asks
        self._client, self._journal = client, journal

    def plan(self, finding: Finding, secret: Callable[[], Secret | None], vendor: str = "") -> Plan:
        """What would be sent for a key. Nothing is, yet."""
        known: list[Secret | None] = []

        def once() -> Secret | None:
            if not known:
                known.append(secret())
            return known[0]

        what = self._revokes.question(finding, once, vendor)
        check = self._asks.question(finding, once, vendor)
        request = what.request if isinstance(what.request, Revocation) else None
        return Plan(finding, request, what.prepared, check.request, check.prepared, what.why_not)

    def rehearse(self, plan: Plan) -> Verdict | None:
        """What the vendor says it would do; None where it offers no such thing. Sends the key, and changes nothing."""
        rehearsal = plan.request.rehearsal if plan.request else None
        if rehearsal is None or plan.prepared is None:
            return None
        return verify.ask(self._client, plan.prepared.instead(rehearsal), rehearsal)

    def execute(self, plan: Plan) -> Outcome:
        """Send the request, once. A failure of the journal is raised before anything is sent."""
        finding, request, prepared = plan.finding, plan.request, plan.prepared
        if request is None or prepared is None:
            return Outcome(finding, "not-sent", plan.why_not)
        before = self._active(plan)
        if before is not None and before.state is State.INACTIVE:
            return self._done(plan, "already-inactive", before.reason, before.status)
        self._note(plan, "revoke", "sent")
        try:
            reply = self._client.send(prepared)
        except Trouble as trouble:
            return self._done(plan, "unknown" if trouble.sent else "not-sent", trouble.reason)
        body = verify.parsed(reply)
        answer = next((one for one in request.answers if verify.fits(one, reply.status, body)), None)
        outcome = answer.verdict if answer else "unknown"
        said = answer.says if answer else f"an answer that the rule does not know ({reply.status})"
        return self._confirmed(plan, outcome, said, reply.status)

    def _confirmed(self, plan: Plan, outcome: str, said: str, status: int) -> Outcome:
        """With the vendor's own word on it, where it can be asked."""
        if outcome in ("revoked", "accepted"):
            after = self._active(plan)
            if after is not None and after.state is State.INACTIVE:
                outcome, said = "confirmed", after.reason
            elif after is not None and after.state is State.ACTIVE and outcome == "revoked":
                outcome, said = "still-active", after.reason
        return self._done(plan, outcome, said, status)

    def _active(self, plan: Plan) -> Verdict | None:
        if plan.check is None or plan.check_prepared is None:
            return None
        return verify.ask(self._client, plan.check_prepared, plan.check)

    def _done(self, plan: Plan, outcome: str, detail: str, status: int = 0) -> Outcome:
        self._note(plan, "revoked", outcome, detail, status)
        return Outcome(plan.finding, outcome, detail)

    def _note(self, plan: Plan, action: str, outcome: str, detail: str = "", status: int = 0) -> None:
        finding, host = plan.finding, plan.request.host if plan.request else ""
        entry = partial(Entry, action=action, outcome=outcome, host=host, status=status, detail=detail)
        self._journal.append(entry(fingerprint=finding.fingerprint, id=finding.id, vendor=finding.vendor))
