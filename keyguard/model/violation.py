"""Hygiene violations and the checks that report them: how keys are stored, as opposed to what they are."""

from __future__ import annotations

import msgspec

from keyguard.model.finding import Suppression
from keyguard.model.provenance import Trace
from keyguard.model.scales import Confidence, Severity


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A small project in which a check must report a violation, or must report none."""

    #: path -> template (``keyguard.rules.examples``) of its content
    files: dict[str, str]
    #: path of the expected violation; empty for a project that must have none
    at: str = ""
    #: paths that git tracks; the others are untracked
    tracked: tuple[str, ...] = ()
    #: path -> permissions in octal; 0644 if not listed
    modes: dict[str, str] = {}
    #: files with the same template get the same first key
    same_keys: bool = False
    #: the age in days of the commit of all tracked files and of every file's last change; 0: not set
    days_ago: int = 0
    #: path -> template of its content in a second commit, a day later; empty: that commit removed the file
    then: dict[str, str] = {}
    #: whether it is a project whose build output is scanned (``scan --built``)
    built: bool = False
    #: the purpose of the example
    why: str = ""


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One kind of hygiene violation: how severe it is, why, and what to do about it."""

    id: str
    title: str
    #: why it is dangerous
    description: str
    #: label of a severity; a single violation may override it
    severity: str
    confidence: Confidence = Confidence.HIGH
    remedy: str = ""
    references: tuple[str, ...] = ()
    #: projects in which the check must report a violation
    examples: tuple[Example, ...] = ()
    #: projects in which it must report none
    non_examples: tuple[Example, ...] = ()


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a violation. Lines and columns count from 1, in characters; 1:1 if the whole file is meant."""

    path: bytes
    """Relative to the root of the project, or the path in history."""
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    text: str = ""
    """The line, clipped, with every secret in it masked; empty if there is no line to show."""
    start: int = 0
    end: int = 0
    """Half-open range of the relevant part of ``text``, in characters."""
    commit: str = ""
    author_date: str = ""
    trace: Trace | None = None
    """In history only."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """One violation that a check reports. It contains no secret."""

    check: str
    message: str
    """One sentence about this case, without a full stop."""
    spots: tuple[Spot, ...]
    """The places, first the one that has to change; never empty."""
    subject: str = ""
    """What distinguishes it from other violations of the check at the same path: the name of a variable, say."""
    folder: bytes | None = None
    """The folder that is meant as a whole, whichever of its files the first place shows: empty or with a final slash.
    """
    because: tuple[str, ...] = ()
    """The evidence, in words."""
    severity: Severity | None = None
    """Set if it differs from the check's."""
    confidence: Confidence | None = None
    """Likewise."""
    key: str = ""
    """Fingerprint of the key concerned; empty if it concerns none."""
    files: tuple[bytes, ...] = ()
    """The files to change, existing or not, for ``keyguard fix``; relative paths like those of the spots."""
    steps: tuple[str, ...] = ()
    """The steps for this case, in front of the check's general remedy."""
    suppression: Suppression | None = None
    """The marker comment that asks not to report it; looked up after the checks have run."""
