"""The scales on which a key is judged: how bad, what it opens, how sure; and where it was read."""

from __future__ import annotations

from enum import Enum, IntEnum


class Severity(IntEnum):
    """How bad it is if the key is what it seems to be."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """Lower-case name, as typed on the command line and written in reports."""
        return self.name.lower()


class Environment(str, Enum):
    """What a key opens: real data, a sandbox, or nothing that is not public anyway."""

    LIVE = "live"
    TEST = "test"
    PUBLISHABLE = "publishable"
    UNKNOWN = "unknown"


class Certainty(str, Enum):
    """How sure it is whose key this is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    AMBIGUOUS = "ambiguous"


class Confidence(str, Enum):
    """How sure a rule is that what it matches is a key at all."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Where(str, Enum):
    """What an occurrence was read from."""

    TREE = "tree"
    INDEX = "index"
    HISTORY = "history"
    STDIN = "stdin"
    IGNORED = "ignored"
    """A file that git ignores: only an inventory looks there."""
