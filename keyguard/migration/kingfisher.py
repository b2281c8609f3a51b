"""kingfisher: a baseline in YAML (``--baseline-file``), with paths and lines. Its fingerprints hold byte offsets, so
that nobody else can compute them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keyguard.migration import yamlfile
from keyguard.migration.claims import Claim, Reading, at_place


def read(name: str, data: bytes) -> Reading:
    """Read a baseline of version 1 or 2. Raises ``ConfigError`` for what is no YAML."""
    claims, left = [], []
    for number, one in enumerate(_findings(yamlfile.load(name, data)), 1):
        path, line = one.get("path") or one.get("filepath"), one.get("line") or one.get("linenum")
        if not isinstance(path, str):
            left.append(f"{name}: entry {number} has no path")
            continue
        reason = f"kingfisher baseline: {one.get('rule_id') or 'finding'}"
        at = int(line) if isinstance(line, int) or (isinstance(line, str) and line.isdigit()) else None
        claims.append(Claim(f"{name}: {path}:{line or '?'}", reason, at_place(path, at)))
    return Reading(claims, left)


def _findings(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    listed: list[Any] = []
    for one in table.get("repositories") or []:
        listed += one.get("findings") or [] if isinstance(one, dict) else []
    old = table.get("ExactFindings")
    listed += old.get("matches") or [] if isinstance(old, dict) else []
    yield from (one for one in listed if isinstance(one, dict))
