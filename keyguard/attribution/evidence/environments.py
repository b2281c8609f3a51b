"""Determine from the context of a key whether it is for tests, and whether it may be a master key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from keyguard.attribution.evidence.context import Context
from keyguard.attribution.evidence.dataflow import setting_at
from keyguard.model.finding import Environment, Vendor
from keyguard.support.regex import expression

_WORDS = {
    Environment.TEST: frozenset(["test", "tests", "testing", "sandbox", "dev", "development", "staging"]),
    Environment.LIVE: frozenset(["live", "prod", "production"]),
}
_WORD = expression(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def environment_near(text: bytes, start: int, around: Context) -> tuple[Environment, str]:
    """Return the environment indicated by the key's name, or else by the lines above it; and the reason."""
    holder = setting_at(text, start)
    if holder and (found := _told(holder.name)):
        return found[0], f"{found[0].value} by {holder.name}"
    for line in around.parents:
        if found := _told(line.decode("utf-8", "replace")):
            return found[0], f"{found[0].value} by {found[1]!r} above it"
    return Environment.UNKNOWN, ""


def _told(text: str) -> tuple[Environment, str] | None:
    """Return the one environment that a text names, and the word; None if it names none, or both."""
    words = [word.lower() for word in _WORD.findall(text)]
    said = {environment: word for environment, those in _WORDS.items() for word in words if word in those}
    return next(iter(said.items())) if len(said) == 1 else None


def master_key_reason(vendor: Vendor, around: Context) -> str:
    """Return the reason why a key may be a master key, with access to everything; empty if there is none."""
    for word in _found(vendor.master_words, around):
        return f"it may be a master key: {word} beside it"
    return ""


def _found(words: Iterable[str], around: Context) -> Iterable[str]:
    for word in words:
        plain = re.compile(rb"(?i)(?<![A-Za-z0-9])" + re.escape(word.encode()) + rb"(?![A-Za-z0-9])")
        if found := plain.search(around.statement) or plain.search(around.block):
            yield found.group().decode()
