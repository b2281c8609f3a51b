"""What was learnt of a key from its vendor."""

from __future__ import annotations

from enum import Enum

import msgspec


class State(str, Enum):
    """Whether the vendor still takes a key."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to the question whether a key is active."""

    state: State
    reason: str
    """In words of ours: nothing that the vendor sent stands in it."""
    host: str = ""
    """Who was asked; empty if nobody was."""
    status: int = 0
    """Of HTTP; 0 where there was no answer."""
    recognised: bool = False
    """Whether the answer shows that the vendor has issued the key: only the one who did would give it."""
