"""The enumerations by which findings are rated: severity, environment, certainty, confidence, kind of place."""

from __future__ import annotations

from enum import Enum, IntEnum


class Severity(IntEnum):
    """How bad it is if the key is what it appears to be."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The lower-case name, as used on the command line and in reports."""
        return self.name.lower()


class Environment(str, Enum):
    """What a key gives access to: real data, a sandbox, or only what is public anyway."""

    LIVE = "live"
    TEST = "test"
    PUBLISHABLE = "publishable"
    UNKNOWN = "unknown"


class Certainty(str, Enum):
    """How certain it is which vendor issued the key."""

    CERTAIN = "certain"
    LIKELY = "likely"
    AMBIGUOUS = "ambiguous"


class Confidence(str, Enum):
    """How likely it is that what a rule matches is a key at all."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low, 1 for medium, 2 for high."""
        return 2 - [*Confidence].index(self)


class Where(str, Enum):
    """The kind of place from which an occurrence was read."""

    TREE = "tree"
    INDEX = "index"
    HISTORY = "history"
    STDIN = "stdin"
    IGNORED = "ignored"
    """A file that git ignores: only an inventory reads it."""
