"""The result of verifying a key with its vendor."""

from __future__ import annotations

from enum import Enum

import msgspec


class State(str, Enum):
    """Whether the vendor still accepts a key."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the question whether a key is active."""

    state: State
    reason: str
    """In our own words: it contains nothing that the vendor sent."""
    host: str = ""
    """The host that was asked; empty if none was."""
    status: int = 0
    """The HTTP status; 0 if there was no answer."""
    recognised: bool = False
    """Whether the answer proves that the vendor issued the key: only the issuer would give it."""
