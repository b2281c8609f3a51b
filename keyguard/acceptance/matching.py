"""Which findings a project accepts, by the entries of its file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from keyguard.acceptance import PATH
from keyguard.acceptance.entry import Entry
from keyguard.acceptance.identity import LENGTH, file_name, new_salt, value_id
from keyguard.model.finding import Finding, Occurrence, Suppressed
from keyguard.support import dates
from keyguard.triage.findings import TriageResult

#: checks that only say of a key that it was there, or is: who accepts the key accepts that, too
SAME_KEY = frozenset(("env-in-history", "key-removed-not-rotated", "key-too-old"))
#: from a place as reports show it to its path from the top of the repository
Relative = Callable[[Occurrence], bytes]


class Accepted:
    """The entries of one file, looked up by what they name, and which of them were of use."""

    def __init__(self, entries: Iterable[Entry], relative: Relative, now: int | None) -> None:
        """``relative`` gives the path of a place from the top of the repository; ``now`` is the time of the scan in
        seconds, by which entries expire. Where it is None, no entry does.
        """
        self.entries = tuple(entries)
        self._relative = relative
        self._today = dates.day_of(now) if now is not None else ""
        self._table: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
        for one in self.entries:
            self._table[_key(one)].append(one)
        self._salts = sorted({one.salt for one in self.entries if one.salt})
        self._used: set[Entry] = set()

    def apply(self, decided: TriageResult) -> TriageResult:
        """Return the same findings without those that are accepted, which are suppressed now.

        What is accepted no longer says until when it was.
        """
        findings, suppressed = [], [*decided.suppressed]
        for one in decided.findings:
            entries = self.find(one)
            self._used.update(entries)
            valid = [entry for entry in entries if not self.is_over(entry)]
            if valid:
                suppressed += accepted_places(one, valid[0])
            elif entries:
                last = max(entries, key=lambda entry: entry.until)
                findings.append(msgspec.structs.replace(one, accepted_until=last.until))
            else:
                findings.append(one)
        return TriageResult.of(findings, suppressed)

    def find(self, finding: Finding) -> list[Entry]:
        """Return the entries that accept a finding, whether or not their time is over; empty where there are none.

        A value that could be guessed is accepted if each name that it is given is.
        """
        found: list[Entry] = []
        for keys in _alternatives(finding, self._salts, self._relative):
            entries = [entry for key in keys for entry in self._table.get(key, ())]
            valid = [entry for entry in entries if not self.is_over(entry)]
            if not entries:
                return []
            found += valid or entries
        over = [entry for entry in found if self.is_over(entry)]
        return over or found

    def unused(self) -> tuple[Entry, ...]:
        """Return the entries that none of the findings so far needed."""
        return tuple(one for one in self.entries if one not in self._used)

    def is_over(self, entry: Entry) -> bool:
        """Return whether the last day of an entry has passed."""
        return bool(entry.until and self._today and dates.day(entry.until) < self._today)


def entries_for(finding: Finding, salts: Sequence[str], relative: Relative, **said: str) -> list[Entry]:
    """Return the entries that accept a finding; ``said`` are their ``reason``, ``until`` and ``owner``.

    The first of ``salts`` is used, or a new one where there are none.
    """
    if finding.kind == "hygiene" and not finding.key:
        return [Entry(check=finding.rule, file=_place(finding, relative), subject=finding.subject, **said)]
    salt, fingerprint = (salts[0] if salts else new_salt()), finding.key or finding.fingerprint
    name = value_id(salt, fingerprint, guessable=finding.guessable)
    check = finding.rule if finding.kind == "hygiene" else ""
    rule = finding.key_rule or finding.rule
    variables = finding.names if finding.guessable else ("",)
    return [Entry(id=name, salt=salt, rule=rule, name=one, check=check, **said) for one in variables or ("",)]


def _place(finding: Finding, relative: Relative) -> str:
    """Return the file or folder that a finding is about, from the top of the repository, as entries write it."""
    first = finding.occurrences[0]
    about = first if finding.folder is None else msgspec.structs.replace(first, path=finding.folder)
    return file_name(relative(about).rstrip(b"/") or b".")


def without_covered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without those that the entry for the key of another one accepts as well."""
    listed = [*findings]
    keys = {one.fingerprint for one in listed if one.kind == "key"}
    return [one for one in listed if not (one.kind == "hygiene" and one.rule in SAME_KEY and one.key in keys)]


def accepted_places(finding: Finding, entry: Entry) -> Iterator[Suppressed]:
    """Yield the places of a finding as ones that are not reported, since an entry accepts it."""
    for place in finding.occurrences:
        yield Suppressed(
            id=finding.id,
            fingerprint=finding.fingerprint,
            rule=finding.rule,
            severity=finding.severity,
            occurrence=place,
            by="accepted",
            marker=PATH,
            reason=entry.reason,
            until=entry.until,
            owner=entry.owner,
            key=finding.key,
        )


def _key(one: Entry) -> tuple[str, ...]:
    """What an entry names, as ``_alternatives`` names it of a finding."""
    if one.digest:
        return ("digest", one.digest)
    if not one.id:
        return ("file", one.check, one.file, one.subject)
    if len(one.id) == LENGTH:
        return (one.salt, one.id, one.check)
    return (one.salt, one.id, one.check, one.rule, one.name)


def _alternatives(finding: Finding, salts: Sequence[str], relative: Relative) -> Iterator[list[tuple[str, ...]]]:
    """Yield, for each part of a finding that has to be accepted, the keys of which one is enough."""
    if finding.kind == "hygiene" and not finding.key:
        yield [("file", finding.rule, _place(finding, relative), finding.subject)]
        return
    fingerprint = finding.key or finding.fingerprint
    checks = [finding.rule, *([""] if finding.rule in SAME_KEY else [])] if finding.kind == "hygiene" else [""]
    ids = [(salt, value_id(salt, fingerprint, guessable=finding.guessable)) for salt in salts]
    if not finding.guessable:
        yield [(salt, name, check) for salt, name in ids for check in checks]
        return
    rule = finding.key_rule or finding.rule
    for variable in finding.names or ("",):
        yield [(salt, name, check, rule, variable) for salt, name in ids for check in checks]
