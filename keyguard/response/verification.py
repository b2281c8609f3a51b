"""Verify keys with their vendors, one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import msgspec

from keyguard.config.user_config import UserConfig
from keyguard.engine import compiled
from keyguard.engine.compiled import Engine
from keyguard.masking.secret import Secret
from keyguard.model.finding import Finding, Run
from keyguard.model.verdict import State, Verdict
from keyguard.remote import journal, verify
from keyguard.remote.http import Client
from keyguard.remote.journal import Entry, Journal
from keyguard.response.secret_retrieval import pair_of, secret_in, secret_of
from keyguard.response.vendor_requests import RequestSelector, SecretSource, SelectedRequest, UserClaims
from keyguard.scan.coverage import Terms
from keyguard.scan.run import ScanRequest, scan_stream
from keyguard.support import dates
from keyguard.support.errors import UsageError
from keyguard.triage.dead_keys import lower_by_verdict
from keyguard.triage.findings import TriageResult
from keyguard.triage.policy import Policy

_NOTHING = UserClaims()


class VerificationResult(NamedTuple):
    """The verdict on one key; ``lines`` is the masked request, if it was only to be shown."""

    finding: Finding
    verdict: Verdict | None
    lines: tuple[str, ...] = ()


class Verifier:
    """Verifies keys: rules, network, and access to the secrets."""

    def __init__(self, rules: tuple[str, ...], own: UserConfig, journal: Journal) -> None:
        """``rules`` are packs named by the user, never by what is scanned: they decide where keys are sent."""
        self._rules = rules
        self._engine: Engine = compiled.load(rules)
        self._asker = RequestSelector(self._engine.ruleset, own.vendors)
        self._client = Client(own.network)
        self._journal = journal

    def verify_findings(
        self, findings: Sequence[Finding], paths: Sequence[str], said: UserClaims = _NOTHING, *, dry: bool = False
    ) -> Iterator[VerificationResult]:
        """Yield the result for each key that a scan of the paths has found; each is asked about once."""
        for finding in findings:
            question = self._asker.select(finding, source_of(finding, paths, self._engine), said)
            yield self._answered(finding, question, dry)

    def with_verdicts(self, run: Run, paths: Sequence[str]) -> Run:
        """Return the run with the vendors' verdicts on its keys."""
        keys = [one for one in run.findings if one.kind == "key"]
        said = {one.finding.fingerprint: one.verdict for one in self.verify_findings(keys, paths)}
        rules, day = self._engine.ruleset.by_id(), dates.day_of(run.now or dates.now(os.environ))
        findings = [
            lower_by_verdict(msgspec.structs.replace(one, verdict=said.get(one.fingerprint)), rules, day)
            if one.kind == "key"
            else one
            for one in run.findings
        ]
        return msgspec.structs.replace(run, findings=TriageResult.of(findings, ()).findings)

    def verify_text(
        self,
        text: bytes,
        said: UserClaims = _NOTHING,
        *,
        dry: bool = False,
        wanted: str = "",
        known: Finding | None = None,
    ) -> Iterator[VerificationResult]:
        """Yield the result for the one key in a text; ``known`` is a scan's finding for that key.

        Raise ``UsageError``, before anything is sent, if there is no key, more than one, or not the one whose
        fingerprint is ``wanted``.
        """
        pieces = iter((text, b""))
        # suppression markers are ignored: of two keys, the other one must not be taken for the one that is meant
        asked = ScanRequest(rules=self._rules, terms=Terms(policy=Policy(inline=False)))
        found = scan_stream(asked, lambda: next(pieces, b""), b"<stdin>").findings
        if len(found) != 1:
            raise UsageError("there is no key on standard input" if not found else "give one key at a time")
        if wanted and found[0].fingerprint != wanted:
            raise UsageError("what is on standard input is another key")
        finding = known or found[0]
        question = self._asker.select(
            finding, SecretSource(partial(secret_in, text, found[0], self._engine), _alone), said
        )
        yield self._answered(finding, question, dry)

    def _answered(self, finding: Finding, question: SelectedRequest, dry: bool) -> VerificationResult:
        if question.request is None or question.prepared is None:
            return VerificationResult(finding, Verdict(state=State.UNKNOWN, reason=question.why_not))
        if dry:
            return VerificationResult(finding, None, tuple(question.prepared.lines()))
        self._journal.require_place()
        settled = question.settled or journal.is_vendor_known(
            self._journal.entries(), finding.fingerprint, question.vendor, question.prepared.host
        )
        verdict = verify.ask_vendor(self._client, question.prepared, question.request, settled=settled)
        self._note(finding, question, verdict, settled=settled)
        return VerificationResult(finding, verdict)

    def _note(self, finding: Finding, question: SelectedRequest, verdict: Verdict, *, settled: bool) -> None:
        entry = Entry(
            action="verify",
            fingerprint=finding.fingerprint,
            id=finding.id,
            vendor=question.vendor,
            outcome=verdict.state.value,
            host=verdict.host,
            whose=whose(question, recognised=settled or verdict.recognised),
            status=verdict.status,
            detail=verdict.reason,
        )
        self._journal.append(entry)


def whose(question: SelectedRequest, *, recognised: bool) -> str:
    """Return the basis for the vendor of a key: one of ``keyguard.remote.journal.WHOSE``."""
    return "certain" if question.settled else "recognised" if recognised else "named"


def source_of(finding: Finding, paths: Sequence[str], engine: Engine) -> SecretSource:
    """Return access to the secret of a finding from a scan of the paths."""

    def pair(rule: str, secret: Secret) -> Secret | None:
        return pair_of(finding, rule, secret, paths, engine)

    return SecretSource(partial(secret_of, finding, paths, engine), pair)


def _alone(rule: str, secret: Secret) -> Secret | None:
    """Return None: next to a typed key there is no other key."""
    return None
