"""Whether a key is gone: from the files, from every object that git holds, and from its vendor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from keyguard.errors import UsageError
from keyguard.model import Finding, Run, Where
from keyguard.remote.journal import Entry
from keyguard.report.past import place_in_time
from keyguard.report.phrases import counted
from keyguard.report.summary import gap_headline, is_incomplete
from keyguard.secrets import short_id
from keyguard.verdict import State, Verdict

_WHOLE = 32
_HISTORY = "gone from all that git holds"


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has to hold: whether it does (None: nobody can tell), and on what that rests."""

    claim: str
    holds: bool | None
    because: tuple[str, ...]


def fingerprint_of(text: str, run: Run, entries: Sequence[Entry]) -> str:
    """The fingerprint that was meant. UsageError for one that nothing here has ever had."""
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
    fingerprint: str, run: Run, entries: Sequence[Entry], asked: Verdict | None = None, *, looked_back: bool = True
) -> list[Claim]:
    """What has to hold, by a scan that used no cache, by the journal, and by what the vendor was asked now.

    ``looked_back``: whether history was to be read, if there is any.
    """
    places = [one for finding in run.findings if finding.fingerprint == fingerprint for one in finding.occurrences]
    places += [one.occurrence for one in run.suppressed if one.fingerprint == fingerprint]
    files = [one for one in places if one.where is not Where.HISTORY]
    past = [one for one in places if one.where is Where.HISTORY]
    coverage, gap = run.coverage, gap_headline(run) if is_incomplete(run) else ""
    read = f"{counted(coverage.read, 'file')} read" + (f"; {gap}" if gap else "")
    claims = [_gone("gone from the files", [place_in_time(one) for one in files], read, gap)]
    history = coverage.history
    if history is not None:
        looked = (
            f"{counted(history.commits, 'commit')}, {counted(history.blobs, 'blob')}, {counted(history.tags, 'tag')}"
        )
        claims.append(_gone(_HISTORY, [place_in_time(one) for one in past], f"{looked} read", gap))
    elif not looked_back:
        claims.append(Claim(claim=_HISTORY, holds=None, because=("not looked at: --no-history",)))
    claims.append(_dead(fingerprint, entries, asked))
    return claims


def name(fingerprint: str, findings: Sequence[Finding]) -> str:
    """Its short id, as the scan gave it, or as one would."""
    return next((one.id for one in findings if one.fingerprint == fingerprint), short_id(fingerprint))


def _gone(claim: str, places: list[str], read: str, gap: str) -> Claim:
    if places:
        return Claim(claim=claim, holds=False, because=tuple(places))
    return Claim(claim=claim, holds=None if gap else True, because=(read,))


def _dead(fingerprint: str, entries: Sequence[Entry], asked: Verdict | None) -> Claim:
    claim = "dead at its vendor"
    if asked is not None and asked.state is not State.UNKNOWN:
        return Claim(claim=claim, holds=asked.state is State.INACTIVE, because=(f"asked now: {asked.reason}",))
    last = next(_said(fingerprint, entries), None)
    if last is None:
        return Claim(claim=claim, holds=None, because=("nobody has asked: keyguard verify, or prove --stdin",))
    dead = last.outcome in ("inactive", "confirmed", "already-inactive")
    said = f"{last.outcome}, by the journal of {last.time}" + (f": {last.detail}" if last.detail else "")
    return Claim(claim=claim, holds=True if dead else False if last.outcome == "active" else None, because=(said,))


def _said(fingerprint: str, entries: Sequence[Entry]) -> Iterator[Entry]:
    """What is known of it, the newest first, but for what was only tried."""
    for one in reversed(entries):
        if one.fingerprint == fingerprint and one.action in ("verify", "revoked") and one.outcome != "unknown":
            yield one
