"""Reads what the checks need besides code: texts, examples and lists, from the TOML files in this folder.

Parsing them all takes longer than looking at a small project, so the parsed tables are cached.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from keyguard import __version__
from keyguard.cache import directory
from keyguard.hygiene.paths.patterns import Patterns
from keyguard.model.violation import Check
from keyguard.rules import loader
from keyguard.support.errors import RuleError, UsageError

_FOLDER = os.path.dirname(os.path.abspath(__file__))
#: matches the names of cache files, including the temporary ones that a killed process left behind
FILES = r"\.?hygiene-[0-9a-f]{32}\.msgpack(\.[0-9]+)?"
_KEPT = 2


@cache
def checks() -> dict[str, Check]:
    """Return all checks by id, sorted. Raise ``RuleError`` if a file is invalid."""
    found: dict[str, Check] = {}
    for topic, table in _tables().items():
        for described in table.get("checks", ()):
            try:
                check = msgspec.convert(described, Check, strict=True)
            except msgspec.ValidationError as error:
                raise RuleError(f"{topic}.toml: {described.get('id')}: {error}") from error
            found[check.id] = check
    return dict(sorted(found.items()))


def refuse_taken(added: Mapping[str, str]) -> None:
    """Raise ``UsageError`` if the scanned repository defines a rule (``added``: id -> file) under the id of a check."""
    for name in sorted(added.keys() & {*checks()}):
        raise UsageError(f"{added[name]}: rule {name!r}: id: a check is called so: rename it")


def count() -> int:
    """Return the number of checks."""
    return sum(len(table.get("checks", ())) for table in _tables().values())


def load(topic: str) -> dict[str, Any]:
    """Return the parsed file ``<topic>.toml``: its ``checks``, and the lists that its checks use."""
    return _tables()[topic]


@cache
def patterns(topic: str, *keys: str) -> Patterns:
    """Return the patterns in one list of ``<topic>.toml``; ``keys`` are the names of the nested tables."""
    found: Any = load(topic)
    for key in keys:
        found = found[key]
    return Patterns(found)


@cache
def _tables() -> dict[str, dict[str, Any]]:
    name = f"hygiene-{loader.stamp((_FOLDER,), __version__)[:32]}.msgpack"
    data = directory.read(name)
    if data is not None:
        try:
            return msgspec.msgpack.decode(data, type=dict[str, dict[str, Any]])
        except (msgspec.MsgspecError, ValueError):
            pass  # damaged: it is written again
    tables = {
        path.removesuffix(".toml"): _parsed(path) for path in sorted(os.listdir(_FOLDER)) if path.endswith(".toml")
    }
    directory.write(name, msgspec.msgpack.encode(tables))
    directory.prune(FILES, _KEPT)
    return tables


def _parsed(name: str) -> dict[str, Any]:
    from keyguard.support import tomlfile  # imported late: reading the cache needs no TOML parser

    path = os.path.join(_FOLDER, name)
    with open(path, "rb") as file:
        return tomlfile.load(path, file.read())
