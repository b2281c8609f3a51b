"""What else stands around a key: whether it is one for tests, and whether it is a master key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keyguard.evidence.names import is_showable
from keyguard.evidence.uses import setting
from keyguard.model import Environment, Vendor
from keyguard.surroundings import Surroundings

_WORDS = {
    Environment.TEST: frozenset(["test", "tests", "testing", "sandbox", "dev", "development", "staging"]),
    Environment.LIVE: frozenset(["live", "prod", "production"]),
}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def environment(text: bytes, start: int, around: Surroundings) -> tuple[Environment, str]:
    """What the name that is given the key at an offset says that it opens, or else what stands above it; and why."""
    holder = setting(text, start)
    for name in (holder.name if holder else "", *(one.decode("utf-8", "replace") for one in around.parents)):
        words = {word.lower() for word in _WORD.findall(name)}
        said = [environment for environment, those in _WORDS.items() if words & those]
        if len(said) == 1:
            shown = name.strip(" \t:={([])\"'")
            return said[0], f"{said[0].value} by {shown}" if is_showable(
                shown.encode()
            ) else f"{said[0].value} by its name"
        if said:
            break
    return Environment.UNKNOWN, ""


def master(vendor: Vendor, around: Surroundings) -> str:
    """What shows that a key may be one that reaches everything; empty where nothing does."""
    for word in _found(vendor.master_words, around):
        return f"it may be a master key: {word} beside it"
    return ""


def _found(words: Iterable[str], around: Surroundings) -> Iterable[str]:
    for word in words:
        plain = re.compile(rb"(?i)(?<![A-Za-z0-9])" + re.escape(word.encode()) + rb"(?![A-Za-z0-9])")
        if found := plain.search(around.statement) or plain.search(around.block):
            yield found.group().decode()
