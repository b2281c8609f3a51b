"""What the name of an environment variable tells: whether builds expose it to browsers, and whether it is a secret."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import IntEnum
from functools import cache

from keyguard.attribution.evidence.vendor_names import as_word
from keyguard.hygiene.data import tables
from keyguard.model.finding import Vendor
from keyguard.rules.loader import RuleSet


class Secrecy(IntEnum):
    """How strongly a name suggests that its value is a secret."""

    NONE = 0
    PERHAPS = 1
    """It contains "key" or "token" without a known vendor: many such keys are made for browsers."""
    SURELY = 2


def public_prefix(name: str) -> str:
    """Return the prefix by which a build tool exposes the variable to browsers; empty if it has none."""
    return next((prefix for prefix in _prefixes() if name.startswith(prefix)), "")


def tool(prefix: str) -> str:
    """Return the build tool that exposes variables of this prefix."""
    return str(_names()["prefixes"][prefix])


@cache
def public_names() -> re.Pattern[bytes]:
    """Return the pattern that matches whole names with such a prefix."""
    prefixes = "|".join(_prefixes()).encode()
    return re.compile(rb"(?<![A-Za-z0-9_$-])(?:%s)[A-Z0-9_]{2,80}(?![A-Za-z0-9_])" % prefixes)


def secrecy(name: str, vendors: Collection[Vendor] = ()) -> Secrecy:
    """Return how strongly the name suggests a secret; ``vendors`` are those that issue no keys for browsers."""
    plain, names = name[len(public_prefix(name)) :].upper(), _names()
    if _has(plain, names["words"]["public"]):
        return Secrecy.NONE
    if _has(plain, names["words"]["secret"]):
        return Secrecy.SURELY
    if not _has(plain, names["words"]["key"]) or _has(plain, names["browser"]["vendors"]):
        return Secrecy.NONE
    return Secrecy.SURELY if _names_one(plain, vendors) else Secrecy.PERHAPS


def server_vendors(ruleset: RuleSet) -> list[Vendor]:
    """Return the vendors that issue no publishable keys, as far as the rules know."""
    public = {rule.vendor for rule in ruleset.rules if "publishable" in rule.environments}
    public |= {rule.vendor for rule in ruleset.rules if rule.id in tables.load("browser")["public"]["rules"]}
    return [one for one in ruleset.vendors.values() if one.names and one.id not in public]


def _names_one(name: str, vendors: Collection[Vendor]) -> bool:
    """Return whether the name contains a vendor's name as a whole word: ``CENTRAL_API_KEY`` does not name ``entra``."""
    squeezed = name.replace("_", "").lower()
    words = (word for one in vendors for word in one.names if word in squeezed)
    return any(as_word(word).search(name.encode()) for word in words)


def _has(name: str, words: Collection[str]) -> bool:
    """Return whether the name contains one of the words, delimited by underscores or its ends."""
    return any(f"_{word}_" in f"_{name}_" for word in words)


@cache
def _prefixes() -> tuple[str, ...]:
    """Return the prefixes, the longest first, because one may begin with another."""
    return tuple(sorted(_names()["prefixes"], key=lambda prefix: (-len(prefix), prefix)))


def _names() -> dict[str, dict[str, list[str]]]:
    names: dict[str, dict[str, list[str]]] = tables.load("browser")["names"]
    return names
