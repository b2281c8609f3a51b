"""Write values as TOML, and find the line of a key."""

from __future__ import annotations

import json
import re
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


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)
