"""The main data types, in the order in which a scan produces them.

    Source -> Blob -> Match -> Sighting -> Finding -> Run -> report

``NamedTuple`` for what is numerous, frozen ``msgspec.Struct`` for what is rare or crosses a process boundary.
No value here contains a secret, except :class:`Match`, which never leaves the process that read the blob.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from keyguard.model.attribution import Attribution as Attribution
from keyguard.model.attribution import Ground as Ground
from keyguard.model.coverage import SEPARATOR as SEPARATOR
from keyguard.model.coverage import UNOPENED as UNOPENED
from keyguard.model.coverage import Configuration as Configuration
from keyguard.model.coverage import Coverage as Coverage
from keyguard.model.coverage import Skipped as Skipped
from keyguard.model.coverage import Unread as Unread
from keyguard.model.judged_secret import JudgedSecret as JudgedSecret
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
    """A file, an index entry or standard input: something to scan, listed but not yet read."""

    path: bytes
    """The path as shown, relative to the requested path; bytes, since file names need not be text."""
    where: Where
    oid: str = ""
    """Object id, if the content is in git's object store."""
    old: str = ""
    """Object id of the version that this one replaces: only keys that it does not contain count."""
    member: bytes = b""
    """Of something in a container: its path there, with which ``path`` ends behind ``SEPARATOR``."""


class Match(NamedTuple):
    """One place in a text at which rules match. Offsets are in bytes of the scanned text."""

    start: int
    end: int
    """Span of the secret."""
    body: int
    """Offset of the random part of the secret."""
    secret: bytes
    rules: tuple[int, ...]
    """Indices into the rule set: one rule, or all rules of a family that match exactly this span."""
    full_start: int
    full_end: int
    """Span of the whole pattern, context included."""
    also: tuple[int, ...] = ()
    """Indices of rules from the scanned repository that match exactly this span as well."""
    judged: JudgedSecret | None = None
    """What the finder said, if the rule has a detector instead of a pattern."""
    way: tuple[str, ...] = ()
    """How the secret is written, outermost first, if the text does not contain it as it is: ``base64``. Then the spans
    are those of what it was made from, and only ``body - start`` is an offset in the secret.
    """
    inside: tuple[bytes, int] = (b"", 0)
    """If it is written in some way, what stands around it in the innermost text that contains more than it: that text
    or a part of it, and the offset of the secret there. Empty if there is none.
    """
    pieces: tuple[tuple[int, int], ...] = ()
    """Where it was put together from several: their spans, in its order."""

    @property
    def written(self) -> str:
        """How the secret is written, as a phrase: ``hex in base64``; empty if the text contains it as it is."""
        return " in ".join(reversed(self.way))


class Snippet(msgspec.Struct, frozen=True):
    """The line around a match, clipped, with every secret in it masked."""

    text: str
    start: int
    end: int
    """Half-open range of the mask in ``text``, in characters."""


class Suppression(msgspec.Struct, frozen=True):
    """A marker comment next to a key that asks not to report it."""

    marker: str
    reason: str = ""
    line: int = 0


class Occurrence(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a key. Lines and columns count from 1, columns in characters; ``end_column`` is exclusive."""

    path: bytes
    """Of a file; or, in a container, the path of that, ``SEPARATOR`` and ``member``."""
    line: int
    column: int
    end_line: int
    end_column: int
    where: Where
    snippet: Snippet
    #: GitHub's ``primaryLocationLineHash`` of the line; empty if the text was too large to compute it
    line_hash: str = ""
    commit: str = ""
    """In history: the commit that introduced it, if there is one."""
    author_date: str = ""
    trace: Trace | None = None
    """In history only."""
    way: str = ""
    """How the key is written there, as a phrase, if the text does not contain it as it is: ``hex in base64``."""
    member: bytes = b""
    """The path in the container, if it is in one."""

    @property
    def file(self) -> bytes:
        """The path of the file: in a container, of the container."""
        return self.path[: -len(self.member) - len(SEPARATOR)] if self.member else self.path


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One key at one place, before triage. A worker process sends this back: it contains no secret."""

    fingerprint: str
    masked: str
    attribution: Attribution
    environment: Environment
    #: its checksum is wrong, so the vendor never issued it
    malformed: bool = False
    occurrence: Occurrence
    suppression: Suppression | None = None
    spared: dict[str, Suppression] = {}
    """Rule id -> suppression, for each other rule that attribution may yet choose."""
    waived: Suppression | None = None
    """A marker that does not count, because the change under review introduces it."""
    also: tuple[str, ...] = ()
    """Ids of rules from the scanned repository that find the same key."""
    more: int = 0
    """The number of further places in the same text that are counted but not stored."""
    name: str = ""
    """The identifier that a guessable value is assigned to; empty if there is none, and for other values."""
    sample: str = ""
    """The words beside the key that call it a sample, as a phrase; empty if there are none."""
    judged: Confidence | None = None
    """For a secret without a vendor's format: how sure it is that it is one."""
    aside: str = ""
    """Why such a secret is only informational, as a phrase: a known default, in a comment; empty if it is not."""
    guessable: bool = False
    """Whether a person may have chosen the value."""
    run_identity: str = ""
    """Of a secret without a vendor's format: what identifies its value in this run, whatever its fingerprint is."""

    @property
    def identity(self) -> str:
        """What identifies the value within this run."""
        return self.run_identity or self.fingerprint


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One key with all its occurrences, as reported; or, if ``kind`` is ``hygiene``, one hygiene violation.

    ``occurrences`` is sorted and never empty. A violation that concerns no key has no vendor and no mask.
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
    #: hygiene only: what is wrong here, in one sentence without a full stop
    message: str = ""
    #: hygiene only: the fingerprint of the key concerned; the files that have to change, for ``keyguard fix``
    key: str = ""
    files: tuple[bytes, ...] = ()
    occurrences: tuple[Occurrence, ...]
    #: the number of further occurrences that are counted but not listed
    more: int = 0
    #: ISO 8601 dates of the key's first and last presence in history; empty without history, the last while present
    first_seen: str = ""
    last_seen: str = ""
    remedy: str
    rotation: str
    references: tuple[str, ...]
    #: ids of rules from the scanned repository that find the same key
    also: tuple[str, ...] = ()
    #: the vendor's verdict on the key, if it was asked
    verdict: Verdict | None = None
    #: markers and settings of the change under review that would suppress the finding, without effect
    allowed_by_change: tuple[str, ...] = ()
    #: whether a person may have chosen the value, and then the identifiers that it is assigned to, sorted
    guessable: bool = False
    names: tuple[str, ...] = ()
    #: whether it has no vendor's format: then it fails a run only if its confidence is high enough
    judged: bool = False
    #: for hygiene: the rule of the key, and what distinguishes findings of one check in one file
    key_rule: str = ""
    subject: str = ""
    #: for hygiene: the folder that is meant as a whole, if the first place only stands for it
    folder: bytes | None = None
    #: the last day, ISO 8601, on which the project accepted the finding; empty if it never did
    accepted_until: str = ""
    #: for a key that no longer works: ``revoked`` or ``inactive`` and the day, ISO 8601; empty if that is not known
    ended: str = ""
    #: for a key that seems to be a sample, and so is less severe: why
    lowered: tuple[str, ...] = ()


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was not reported at one place, because a marker or an option asked for that."""

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
    #: for accepted findings: the last day, ISO 8601, and the owner; empty if not given
    until: str = ""
    owner: str = ""
    #: hygiene only: the fingerprint of the key concerned
    key: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a scan after triage, sorted: all that a report needs, and identical for identical input."""

    version: str
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    #: the number of accepted findings that no longer exist; 0 unless a whole project was scanned
    unused: int = 0
    skipped: tuple[Skipped, ...]
    coverage: Coverage
    #: the number of placeholders, which are counted and not reported
    placeholders: int
    #: the lowest severity that makes the exit code 1
    fail_on: Severity
    #: gaps are warnings only: the user passed ``--allow-incomplete``
    allow_incomplete: bool = False
    #: whether keys are reported, and not only hygiene violations
    keys: bool = True
    rules: tuple[Rule, ...] = ()
    """The rules with findings, for report formats that describe rules."""
    vendors: dict[str, Vendor] = {}
    configuration: Configuration = Configuration()
    prefix: bytes = b""
    """The path, with a slash, from the top of the repository to the folder that shown paths count from; or empty."""
    now: int | None = None
    """Seconds since the epoch, from which ages are computed; None if no time was given."""

    #: the least confidence with which secrets without a vendor's format fail the run
    confidence: Confidence = Confidence.HIGH

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the run fail."""
        return not self.is_doubtful(finding) and finding.severity >= self.fail_on

    def is_doubtful(self, finding: Finding) -> bool:
        """Whether a finding is a secret without a vendor's format that is less sure than what makes a run fail."""
        return finding.judged and finding.confidence.rank < self.confidence.rank

    def alert_severity(self, finding: Finding) -> Severity:
        """Return the severity with which other programs are told of a finding: ``low`` at most for doubtful ones."""
        return min(finding.severity, Severity.LOW) if self.is_doubtful(finding) else finding.severity

    @property
    def failing(self) -> int:
        """The number of findings that make the run fail."""
        return sum(map(self.fails, self.findings))
