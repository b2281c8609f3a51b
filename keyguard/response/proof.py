"""Prove that a key is gone: from the files and git objects that were read, and that its vendor rejects it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from keyguard.masking.secret import short_id
from keyguard.model.finding import Finding, Run, Where
from keyguard.model.verdict import State, Verdict
from keyguard.remote.journal import Entry, is_dead
from keyguard.report.history_phrases import place_with_history
from keyguard.report.phrases import counted
from keyguard.report.summary import gap_headline, is_incomplete
from keyguard.response.journal_evidence import JournalEvidence
from keyguard.support.errors import UsageError

_WHOLE = 32
#: the number of reasons that are listed
_MOST = 5
_FILES = "gone from the files that were read"
_HISTORY = "gone from the objects of git that were read"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim: whether it holds (None: not known), and the reasons."""

    claim: str
    holds: bool | None
    because: tuple[str, ...]


def fingerprint_of(text: str, run: Run, entries: Sequence[Entry]) -> str:
    """Return the fingerprint for an id. Raise UsageError if it matches no key that is known here."""
    digits = text.strip().lower().removeprefix("kg-")
    known = {one.fingerprint for one in run.findings} | {one.fingerprint for one in run.suppressed}
    found = sorted(one for one in known | {one.fingerprint for one in entries} if digits and one.startswith(digits))
    if len(digits) == _WHOLE and all(char in "0123456789abcdef" for char in digits):
        return digits
    if len(found) != 1:
        many = f"means {len(found)} keys" if found else "is in no finding and in no entry of the journal"
        raise UsageError(f"{text!r} {many}: give the whole fingerprint, of which a report has 32 digits")
    return found[0]


def prove(
    fingerprint: str,
    run: Run,
    entries: Sequence[Entry],
    evidence: JournalEvidence,
    asked: Verdict | None = None,
    *,
    unseen: str = "",
) -> list[Claim]:
    """Return the claims that have to hold.

    They rest on a scan without cache, on the journal, and on what the vendor was asked now. ``evidence`` decides which
    entries count; ``unseen`` is the reason why history was not read, although there may be one.
    """
    places = [one for finding in run.findings if finding.fingerprint == fingerprint for one in finding.occurrences]
    places += [one.occurrence for one in run.suppressed if one.fingerprint == fingerprint]
    files = [one for one in places if one.where is not Where.HISTORY]
    past = [one for one in places if one.where is Where.HISTORY]
    coverage, gap = run.coverage, gap_headline(run) if is_incomplete(run) else ""
    read = f"{counted(coverage.read, 'file')} read" + (f"; {gap}" if gap else "")
    claims = [_gone(_FILES, [place_with_history(one) for one in files], read, gap)]
    history = coverage.history
    if history is not None:
        looked = (
            f"{counted(history.commits, 'commit')}, {counted(history.blobs, 'blob')}, {counted(history.tags, 'tag')}"
        )
        claims.append(_gone(_HISTORY, [place_with_history(one) for one in past], f"{looked} read", gap))
    elif unseen:
        claims.append(Claim(claim=_HISTORY, holds=None, because=(f"not looked at: {unseen}",)))
    claims.append(_dead(fingerprint, entries, finding_of(fingerprint, run), evidence, asked))
    return claims


def finding_of(fingerprint: str, run: Run) -> Finding | None:
    """Return the finding for the key; None if the scan did not find it."""
    return next((one for one in run.findings if one.kind == "key" and one.fingerprint == fingerprint), None)


def name(fingerprint: str, findings: Sequence[Finding]) -> str:
    """Return its short id, as in the scan, or as a scan would give it."""
    return next((one.id for one in findings if one.fingerprint == fingerprint), short_id(fingerprint))


def _gone(claim: str, places: list[str], read: str, gap: str) -> Claim:
    if places:
        return Claim(claim=claim, holds=False, because=tuple(places))
    return Claim(claim=claim, holds=None if gap else True, because=(read,))


def _dead(
    fingerprint: str,
    entries: Sequence[Entry],
    finding: Finding | None,
    evidence: JournalEvidence,
    asked: Verdict | None,
) -> Claim:
    """Return the claim that its own vendor has declared it dead, with the reasons."""
    claim = "dead at its vendor"
    if asked is not None and asked.state is not State.UNKNOWN:
        because = f"asked now{f' at {asked.host}' if asked.host else ''}: {asked.reason}"
        return Claim(claim=claim, holds=asked.state is State.INACTIVE, because=(because,))
    told = [f"asked now: {asked.reason}"] if asked else []
    decisive = evidence.deciding_entry(entries, fingerprint, finding)
    if decisive is not None:
        return Claim(claim=claim, holds=is_dead(decisive), because=(_told(decisive), *told))
    for one in reversed(entries):
        if one.fingerprint == fingerprint and is_dead(one):
            told.append(f"{_told(one)}; that does not count: {evidence.why_not(one, finding)}")
        elif one.fingerprint == fingerprint and one.action in ("verify", "revoked"):
            told.append(_told(one))
    return Claim(claim=claim, holds=None, because=tuple(told[:_MOST]) or (_NOBODY,))


_NOBODY = "nobody has asked: keyguard verify, or prove --stdin"


def _told(one: Entry) -> str:
    who = f" by {one.vendor}" if one.vendor else ""
    where = f" at {one.host}" if one.host else ""
    return f"{one.outcome}{who}{where}, by the journal of {one.time}" + (f": {one.detail}" if one.detail else "")
