"""What hygiene says: of how keys are kept, not of what they are."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import Suppression
from keyguard.model.provenance import Trace
from keyguard.model.scales import Confidence, Severity


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A small project in which a check speaks, or must not."""

    #: path -> template (``keyguard.rules.examples``) of its content
    files: dict[str, str]
    #: where the check speaks; empty in what it must not speak of
    at: str = ""
    #: paths that git tracks; the others are only there
    tracked: tuple[str, ...] = ()
    #: path -> permissions in octal; 0644 where nothing is said
    modes: dict[str, str] = {}
    #: the first key of each file is the same one, where their templates are
    same_keys: bool = False
    #: all that is tracked was committed, and every file last changed, so many days before the scan; 0: nothing is said
    days_ago: int = 0
    #: path -> template of what a second commit, a day later, made of it; empty: it took the file away
    then: dict[str, str] = {}
    #: what the example shows
    why: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One way in which keys are not kept as they should be: how bad that is, and what to do about it."""

    id: str
    title: str
    #: why it is dangerous
    description: str
    #: label of a severity; a violation may say otherwise of its own case
    severity: str
    confidence: Confidence = Confidence.HIGH
    remedy: str = ""
    references: tuple[str, ...] = ()
    #: projects in which it speaks
    examples: tuple[Example, ...] = ()
    #: projects in which it must not
    non_examples: tuple[Example, ...] = ()


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a violation is about. Lines and columns count from 1, in characters; 1:1 where a file is meant."""

    path: bytes
    """Relative to the root of the project, or as history knows it."""
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    text: str = ""
    """The line, clipped, with every secret in it masked; empty where there is none to show."""
    start: int = 0
    end: int = 0
    """Range in ``text``, in characters, half open, that is meant."""
    commit: str = ""
    author_date: str = ""
    trace: Trace | None = None
    """In history only."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says of one case. No secret is in it."""

    check: str
    message: str
    """One sentence about this very case, without a full stop."""
    spots: tuple[Spot, ...]
    """Where, the one that has to change first; never empty."""
    subject: str = ""
    """What tells it from other violations of this check at the same path: the name of a variable, say."""
    because: tuple[str, ...] = ()
    """The evidence, in words."""
    severity: Severity | None = None
    """Where it is another than the check's."""
    confidence: Confidence | None = None
    """Likewise."""
    key: str = ""
    """Fingerprint of the key that it is about; empty where it is about none."""
    files: tuple[bytes, ...] = ()
    """The files that have to be kept otherwise, there or still to come, for who acts on it; as the spots' paths are."""
    steps: tuple[str, ...] = ()
    """What to do about this case, before what the check says in general."""
    suppression: Suppression | None = None
    """The comment that asks not to report it; found once the checks are done."""
