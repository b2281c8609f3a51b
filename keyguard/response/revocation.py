"""Revoke keys: show the plan, confirm, send each request once, record it, and verify the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from keyguard.model.endpoint import Request, Revocation
from keyguard.model.finding import Finding
from keyguard.model.verdict import State, Verdict
from keyguard.remote import verify
from keyguard.remote.errors import RequestError
from keyguard.remote.http import Client
from keyguard.remote.journal import Entry, Journal, is_vendor_known
from keyguard.remote.prepared_request import PreparedRequest
from keyguard.response.account_keys import AccountKeys, Stopped
from keyguard.response.vendor_requests import RequestSelector, SecretSource, SelectedRequest, UserClaims

#: the possible outcomes, in words for people
OUTCOMES = {
    "confirmed": "revoked, and the vendor takes it no more",
    "revoked": "the vendor says that it is revoked; whether it is, nobody has asked",
    "accepted": "the vendor has accepted the request; it may take a while",
    "already-inactive": "it was inactive already",
    "refused": "the vendor has refused",
    "still-active": "the vendor says that it is revoked, but still takes it: ask again in a while",
    "unknown": "nobody knows: ask whether it is active before you try again",
    "not-sent": "the request was not sent",
}
#: the outcomes after which nothing remains to do
DONE = frozenset({"confirmed", "revoked", "already-inactive"})


class Plan(NamedTuple):
    """What would be done about one key; without a request it has to be done by hand."""

    finding: Finding
    request: Revocation | None
    prepared: PreparedRequest | None
    check: Request | None
    """The request that verifies the key; None if there is none."""
    check_prepared: PreparedRequest | None
    why_not: str = ""
    vendor: str = ""
    by_hand: tuple[str, str] = ("", "")
    """The remedy and a page about it, of the vendor that the user has named."""
    key_id: str = ""
    """The vendor's id of the key, if the request has to name it; known after the lookup."""
    whose: str = "named"
    """The basis for the vendor: one of ``keyguard.remote.journal.WHOSE``."""

    @property
    def settled(self) -> bool:
        """Whether the vendor is known without a further answer."""
        return self.whose != "named"


class Outcome(NamedTuple):
    """The outcome: a key of ``OUTCOMES``, and the reason."""

    finding: Finding
    outcome: str
    detail: str = ""
    found: tuple[str, ...] = ()
    """The account's keys that it could be, if that is ambiguous."""


class Revoker:
    """Makes plans, and carries them out."""

    def __init__(
        self,
        revokes: RequestSelector,
        asks: RequestSelector,
        client: Client,
        journal: Journal,
        account_keys: AccountKeys,
    ) -> None:
        self._revokes, self._asks = revokes, asks
        self._client, self._journal = client, journal
        self._account_keys = account_keys

    def plan(self, finding: Finding, source: SecretSource, said: UserClaims) -> Plan:
        """Return what would be sent for a key, without sending it."""
        what = self._revokes.select(finding, source, said)
        check = self._asks.select(finding, source, said)
        request = what.request if isinstance(what.request, Revocation) else None
        asked = (check.request, check.prepared)
        known = self._whose(finding, what)
        return Plan(finding, request, what.prepared, *asked, what.why_not, what.vendor, what.by_hand, whose=known)

    def _whose(self, finding: Finding, what: SelectedRequest) -> str:
        if what.settled:
            return "certain"
        host = what.request.host if what.request else ""
        before = what.vendor and is_vendor_known(self._journal.entries(), finding.fingerprint, what.vendor, host)
        return "recognised" if before else "named"

    def rehearse(self, plan: Plan) -> Verdict | None:
        """Return what the vendor says that it would do; None if it offers no rehearsal.

        This sends the key, and changes nothing.
        """
        rehearsal = plan.request.rehearsal if plan.request else None
        if rehearsal is None or plan.prepared is None:
            return None
        return verify.ask_vendor(self._client, plan.prepared.instead(rehearsal), rehearsal)

    def execute(self, plans: Sequence[Plan]) -> Iterator[Outcome]:
        """Send each request once, one for as many keys as it can carry. Yield the outcomes.

        A failure of the journal is raised before anything is sent.
        """
        for group in _grouped(plans):
            yield from self._execute(group)

    def _execute(self, group: Sequence[Plan]) -> Iterator[Outcome]:
        """Carry out plans that share one request."""
        alive: list[Plan] = []
        for plan in group:
            ready = self._ready(plan)
            if isinstance(ready, Outcome):
                yield ready
            else:
                alive.append(ready)
        if alive:
            for plan in alive:
                self._note(plan, "revoke", "sent")
            yield from self._sent(alive)

    def _ready(self, plan: Plan) -> Plan | Outcome:
        """Return the completed plan, or the outcome if there is nothing to send."""
        if plan.request is None or plan.prepared is None:
            return Outcome(plan.finding, "not-sent", plan.why_not)
        if lacking := self._account_keys.missing_credential(plan.request, plan.vendor):
            return Outcome(plan.finding, "not-sent", lacking)
        before = self._active(plan)
        known = plan._replace(whose="recognised") if before and before.recognised and not plan.settled else plan
        if before is not None and before.state is State.INACTIVE:
            return self._done(known, "already-inactive", before.reason, before.status)
        found = self._account_keys.resolve(plan.request, plan.prepared, plan.vendor, before)
        if isinstance(found, Stopped):
            if found.outcome == "already-inactive" and not known.settled:
                known = known._replace(whose="recognised")  # the account lists the key
            return self._done(known, found.outcome, found.detail)._replace(found=found.found)
        return known._replace(prepared=found.prepared, key_id=found.key_id)

    def _sent(self, group: Sequence[Plan]) -> Iterator[Outcome]:
        request, first, *others = group[0].request, *(one.prepared for one in group)
        assert request is not None  # noqa: S101 - _execute has seen to it
        assert first is not None  # noqa: S101
        prepared = first.with_others([one for one in others if one is not None])
        try:
            reply = self._client.send(prepared)
        except RequestError as trouble:
            yield from (self._done(one, "unknown" if trouble.sent else "not-sent", trouble.reason) for one in group)
            return
        body = verify.parsed(reply)
        answer = next((one for one in request.answers if verify.fits(one, reply.status, body)), None)
        outcome = answer.verdict if answer else "unknown"
        said = (
            f"the vendor answered {reply.status}"
            if answer
            else f"an answer that the rule does not know ({reply.status})"
        )
        for plan in group:
            if answer and outcome == "already-inactive" and not plan.settled and not answer.recognises:
                yield self._done(plan, "unknown", f"{said}, as it would to a key of another vendor", reply.status)
            else:
                yield self._confirmed(plan, outcome, (answer.says if answer else "") or said, reply.status)

    def _confirmed(self, plan: Plan, outcome: str, said: str, status: int) -> Outcome:
        """Return the outcome, confirmed by the vendor's verdict if it can be asked."""
        if outcome in ("revoked", "accepted"):
            after = self._active(plan)
            if after is not None and after.state is State.INACTIVE:
                outcome, said = "confirmed", after.reason
            elif after is not None and after.state is State.ACTIVE and outcome == "revoked":
                outcome, said = "still-active", after.reason
        if plan.key_id:
            # needed to undo it, or if it turns out to have been another key
            said = f"{said}; the vendor calls the key {plan.key_id}"
        return self._done(plan, outcome, said, status)

    def _active(self, plan: Plan) -> Verdict | None:
        if plan.check is None or plan.check_prepared is None:
            return None
        return verify.ask_vendor(self._client, plan.check_prepared, plan.check, settled=plan.settled)

    def _done(self, plan: Plan, outcome: str, detail: str, status: int = 0) -> Outcome:
        self._note(plan, "revoked", outcome, detail, status)
        return Outcome(plan.finding, outcome, detail)

    def _note(self, plan: Plan, action: str, outcome: str, detail: str = "", status: int = 0) -> None:
        finding, host = plan.finding, plan.request.host if plan.request else ""
        said = {"host": host, "whose": plan.whose, "detail": detail}
        entry = partial(Entry, action=action, outcome=outcome, status=status, **said)
        self._journal.append(entry(fingerprint=finding.fingerprint, id=finding.id, vendor=plan.vendor))


def _grouped(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Yield groups of plans that one request can carry out."""
    groups: list[list[Plan]] = []
    for plan in plans:
        size = plan.request.batch if plan.request else 1
        fitting = (one for one in groups if size > 1 and one[0].request == plan.request and len(one) < size)
        group = next(fitting, None)
        if group is None:
            groups.append([plan])
        else:
            group.append(plan)
    yield from groups
