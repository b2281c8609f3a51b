"""Write values as TOML, and find the line of a key."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any


def toml_value(value: Any) -> str:
    """Return a plain value as TOML in one line."""
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(name)} = {toml_value(one)}" for name, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def line_of(data: bytes, key: str, *, embedded: bool) -> int:
    """Return the line of a key of the configuration, at best effort; 1 if it is not found.

    An ``embedded`` one is in the tables below ``[tool.keyguard]`` of a pyproject.toml, where other tables have keys of
    the same name.
    """
    text = data.decode("utf-8", "replace")
    table = re.search(r"(?m)^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*keyguard\b", text) if embedded else None
    start = table.start() if table else 0
    found = re.compile(rf"(?m)^[ \t]*\[*[ \t]*(?:tool\.keyguard\.)?[\"']?{re.escape(key)}\b").search(text, start)
    return text.count("\n", 0, found.start() if found else start) + 1


def line_in_table(data: bytes, keys: Sequence[str], nth: int, *, embedded: bool) -> int:
    """Return the line of a key below its tables, at best effort; of several tables of a name, of that number from 0.

    The key may be of an inline table, or have the tables before its name: then the line has the first of its names.
    """
    lines = data.decode("utf-8", "replace").split("\n")
    prefix = r"tool\s*\.\s*keyguard\s*\.\s*" if embedded else ""
    for size in range(len(keys), 0, -1):
        name = r"\s*\.\s*".join(map(_written, keys[:size]))
        header = re.compile(rf"\s*\[+\s*{prefix}{name}\s*\]")
        at = [number for number, line in enumerate(lines) if header.match(line)]
        if nth < len(at):
            return 1 + (_line_below(lines, at[nth], keys[size]) if size < len(keys) else at[nth])
    return line_of(data, keys[0], embedded=embedded)


def _line_below(lines: Sequence[str], header: int, key: str) -> int:
    """Return the index of the line of a key in a table, or of the table's header."""
    wanted = re.compile(rf"\s*{_written(key)}\s*[=.]")
    for number in range(header + 1, len(lines)):
        if lines[number].lstrip().startswith("["):
            break
        if wanted.match(lines[number]):
            return number
    return header


def line_with(data: bytes, name: str) -> int:
    """Return the first line that has a name as a key or in quotes; 0 if none has."""
    written = re.escape(name)
    found = re.search(rf"(?m)[\"']{written}[\"']|^[ \t]*{written}[ \t]*=", data.decode("utf-8", "replace"))
    return found.string.count("\n", 0, found.start()) + 1 if found else 0


def _written(name: str) -> str:
    """Return a pattern for a key as it may be written, with or without quotes."""
    return rf"[\"']?{re.escape(name)}[\"']?"


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)
