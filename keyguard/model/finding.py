"""The nouns of keyguard, and nothing else: what flows from a source to a report.

    Source -> Blob -> Match -> Sighting -> Finding -> Run -> report

``NamedTuple`` for what is many, frozen ``msgspec.Struct`` for what is few or crosses a process.
No value in here holds a secret, except :class:`Match`, which never leaves the process that read the blob.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from keyguard.model.attribution import Attribution as Attribution
from keyguard.model.attribution import Ground as Ground
from keyguard.model.provenance import REACHES as REACHES
from keyguard.model.provenance import HistoryCoverage as HistoryCoverage
from keyguard.model.provenance import Trace as Trace
from keyguard.model.rule import Rule as Rule
from keyguard.model.rule import Vendor as Vendor
from keyguard.model.scales import Certainty as Certainty
from keyguard.model.scales import Confidence as Confidence
from keyguard.model.scales import Environment as Environment
from keyguard.model.scales import Severity as Severity
from keyguard.model.scales import Where as Where
from keyguard.model.verdict import Verdict as Verdict


class Blob(NamedTuple):
    """A file, an index entry or standard input: something to scan, named but not yet read."""

    path: bytes
    """As shown: relative to what was asked for; bytes, since names need not be text."""
    where: Where
    oid: str = ""
    """Object id, where the content is in git's object store."""
    old: str = ""
    """Object id of the version this one replaces: only keys that are new against it count."""


#: reasons for which something is listed as not read that is neither a gap nor anybody's choice: a scan opens no archive
UNOPENED = frozenset(("container", "submodule"))


class Skipped(msgspec.Struct, frozen=True, order=True):
    """Something that was not read, and why. A gap makes the scan incomplete; the user's own choice does not, nor does
    what a scan does not open (``UNOPENED``).
    """

    path: bytes
    reason: str
    """``unreadable``, ``vanished``, ``too-large``, ``excluded``, ``container``, …"""
    detail: str = ""
    """More about it. Of what is in ``UNOPENED``: what it is, and in parentheses more about that."""
    gap: bool = True


class Match(NamedTuple):
    """Where the rules fired in one text. Offsets are in bytes of the text that was scanned."""

    start: int
    end: int
    """Span of the secret."""
    body: int
    """Where the random part of the secret begins."""
    secret: bytes
    rules: tuple[int, ...]
    """Indices into the rule set: one rule, or all of a family that match this very span."""
    full_start: int
    full_end: int
    """Span of the whole pattern, context included."""
    also: tuple[int, ...] = ()
    """Indices of rules that the scanned repository brought and that find this very span, too."""


class Snippet(msgspec.Struct, frozen=True):
    """The line around a match, clipped and with every secret in it masked."""

    text: str
    start: int
    end: int
    """Range of the mask in ``text``, in characters, half open."""


class Suppression(msgspec.Struct, frozen=True):
    """A comment beside a key that asks not to report it."""

    marker: str
    reason: str = ""
    line: int = 0


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a key. Lines and columns count from 1, columns in characters, ``end_column`` is exclusive."""

    path: bytes
    line: int
    column: int
    end_line: int
    end_column: int
    where: Where
    snippet: Snippet
    #: GitHub's ``primaryLocationLineHash`` of the line, or empty where the text was too large to tell
    line_hash: str = ""
    commit: str = ""
    """In history: the commit that brought it, where there is one."""
    author_date: str = ""
    trace: Trace | None = None
    """In history only."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One key at one place, before anything is decided. This is what a worker sends back: no secret is in it."""

    fingerprint: str
    masked: str
    attribution: Attribution
    environment: Environment
    #: its checksum says that the vendor never issued it
    malformed: bool = False
    occurrence: Occurrence
    suppression: Suppression | None = None
    spared: dict[str, Suppression] = {}
    """The same for each other rule whose key it could turn out to be."""
    waived: Suppression | None = None
    """A comment that does not count, since the change that is judged brings it."""
    also: tuple[str, ...] = ()
    """Ids of rules that the scanned repository brought and that find the same."""
    more: int = 0
    """How often it stands in the same text besides, at places that are counted and not held."""
    name: str = ""
    """Of a value that could be guessed: the identifier that it is given; empty where there is none."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One key with all its places, as reported; or (``kind`` is ``hygiene``) one way in which keys are not kept well.

    ``occurrences`` is never empty and sorted. What is about no key has no vendor and no mask.
    """

    kind: str = "key"
    id: str
    fingerprint: str
    rule: str
    title: str
    description: str
    vendor: str
    vendor_name: str
    certainty: Certainty
    candidates: tuple[str, ...]
    because: tuple[str, ...]
    environment: Environment
    severity: Severity
    confidence: Confidence
    masked: str
    malformed: bool
    #: of hygiene: what is wrong here, in one sentence without a full stop
    message: str = ""
    #: of hygiene: the fingerprint of the key that it is about; the files that have to be kept otherwise, for who acts
    key: str = ""
    files: tuple[bytes, ...] = ()
    occurrences: tuple[Occurrence, ...]
    #: how many places it has besides, which are counted and not named
    more: int = 0
    #: when history first and last knew the key, ISO 8601; empty without history, and the last while it is still there
    first_seen: str = ""
    last_seen: str = ""
    remedy: str
    rotation: str
    references: tuple[str, ...]
    #: ids of rules that the scanned repository brought and that find the same key
    also: tuple[str, ...] = ()
    #: what the vendor said of the key, where it was asked
    verdict: Verdict | None = None
    #: by what the change that is judged would allow it, without effect: a comment, or a setting
    allowed_by_change: tuple[str, ...] = ()
    #: of a value that could be guessed: the identifiers that it is given, sorted
    guessable: bool = False
    names: tuple[str, ...] = ()
    #: of hygiene: the rule of the key that it is about, and what tells it from others of its check in the same file
    key_rule: str = ""
    subject: str = ""
    #: the last day, ISO 8601, on which the project accepted it; empty where it never did
    accepted_until: str = ""


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A key that would have been reported, at the places where a marker or an option asked not to."""

    id: str
    fingerprint: str
    rule: str
    severity: Severity
    occurrence: Occurrence
    #: ``inline``, ``ignore`` (an option or the configuration), ``accepted``
    by: str
    #: the comment, or the file of accepted findings
    marker: str = ""
    reason: str = ""
    #: of what is accepted: the last day on which it is, ISO 8601, and who looks after it; empty where that is not said
    until: str = ""
    owner: str = ""


class Configuration(msgspec.Struct, frozen=True):
    """Which configuration counted, and from where."""

    source: str = "defaults"
    """``work tree``, ``index``, ``base`` (what a change is made to), ``tip`` (what is pushed), ``commit`` (named by
    the user), ``file`` (named by the user), or ``defaults``: none was found, or none may count."""
    path: str = ""
    """Of the file, from the top of the repository where it is in git; empty where there is none."""
    ref: str = ""
    """How people call the commit: ``origin/main``."""
    commit: str = ""
    """The commit whose configuration and markers counted, whether or not it has a configuration."""
    changed: tuple[str, ...] = ()
    """What the change itself sets otherwise, without effect: ``ignore``, ``exclude``, …"""
    note: str = ""
    """What else there is to know, in one sentence."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What the scan looked at. ``listed == read + skipped`` holds, where ``skipped`` counts gaps and choices."""

    scope: str
    """What was asked for, in words: ``working tree``, ``staged changes``, …"""
    listed: int
    read: int
    skipped: int
    bytes: int
    rules: int
    #: (pack, number of rules): what the scanned repository's own configuration added to them
    added: tuple[tuple[str, int], ...] = ()
    #: how many checks of hygiene looked at it; 0 where none was asked for
    checks: int = 0
    engine: str
    complete: bool
    #: what is listed among the files and is not opened, by kind: ``archive``, ``encrypted file``, ``submodule``, …
    unopened: dict[str, int] = {}
    history: HistoryCoverage | None = None
    """In a repository whose history was asked for. Its objects are counted in there alone."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A whole scan, decided and sorted: all that a report needs, and the same on every run over the same input."""

    version: str
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    #: how many accepted findings are not there any more; 0 where not all was scanned
    unused: int = 0
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    #: candidates that were placeholders: counted, not reported
    placeholders: int
    #: least severity that makes the exit code 1
    fail_on: Severity
    #: gaps are warnings: the user said ``--allow-incomplete``
    allow_incomplete: bool = False
    #: whether keys were to be reported, and not only how they are kept
    keys: bool = True
    rules: tuple[Rule, ...] = ()
    """The rules that have findings, for formats that describe them."""
    vendors: dict[str, Vendor] = {}
    configuration: Configuration = Configuration()
    prefix: bytes = b""
    """What stands before paths of files, as they are shown, from the top of the repository: with a slash, or empty."""
    now: int | None = None
    """Seconds since the epoch, to which the age of a key is counted; None where nobody asked the clock."""

    @property
    def failing(self) -> int:
        """How many findings are at or above ``fail_on``."""
        return sum(finding.severity >= self.fail_on for finding in self.findings)
