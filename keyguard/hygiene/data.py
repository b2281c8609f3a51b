"""What checks are made of that is no code: texts, examples and lists, in TOML files beside this module."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import msgspec

from keyguard import packfile
from keyguard.errors import RuleError
from keyguard.keeping import Check

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


@cache
def checks() -> dict[str, Check]:
    """All checks by their ids, sorted. ``RuleError`` for a file that is not as it should be."""
    found: dict[str, Check] = {}
    for name in sorted(os.listdir(_FOLDER)):
        for table in load(name.removesuffix(".toml")).get("checks", ()):
            try:
                check = msgspec.convert(table, Check, strict=True)
            except msgspec.ValidationError as error:
                raise RuleError(f"{name}: {table.get('id')}: {error}") from error
            found[check.id] = check
    return dict(sorted(found.items()))


@cache
def load(topic: str) -> dict[str, Any]:
    """The file of a topic, as it is: ``checks``, and whatever lists its module needs."""
    path = os.path.join(_FOLDER, topic + ".toml")
    with open(path, "rb") as file:
        return packfile.load(path, file.read())
