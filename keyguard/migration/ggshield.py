"""ggshield: ``.gitguardian.yaml`` with ignored values, as they are or as SHA-256, and ignored paths.

Format: https://docs.gitguardian.com/ggshield-docs/configuration
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from keyguard.migration import yamlfile
from keyguard.migration.claims import Claim, Key, Reading
from keyguard.sources.excludes import Exclude, Excluded

_DIGEST = re.compile(r"[0-9a-f]{64}")
#: ggshield hashes a value together with the kind of match that it was
_KINDS = (
    "",
    *(f",{kind}" for kind in ("apikey", "password", "token", "client_secret", "secret_key", "connection_uri")),
)


def read(name: str, data: bytes) -> Reading:
    """Read a configuration of version 1 or 2. Raises ``ConfigError`` for what is no YAML."""
    table = yamlfile.load(name, data)
    part = table.get("secret")
    secret: dict[str, Any] = part if isinstance(part, dict) else {}
    claims, left = [], []
    matches = [*_list(secret, "ignored_matches", "ignored-matches"), *_list(table, "matches-ignore", "matches_ignore")]
    for number, one in enumerate(matches, 1):
        text = str(one.get("match") or "") if isinstance(one, dict) else str(one)
        label = str(one.get("name") or "") if isinstance(one, dict) else ""
        place = f"{name}: ignored match {number}"
        if not text:
            left.append(f"{place}: there is no match")
            continue
        claims.append(Claim(place, f"ggshield: {label or 'ignored match'}", _is(text)))
    for glob in [*_list(secret, "ignored_paths", "ignored-paths"), *_list(table, "paths-ignore", "paths_ignore")]:
        text = str(glob)
        claims.append(Claim(f"{name}: ignored path {text}", f"ggshield: ignored path {text}", _in(text), text))
    if _list(secret, "ignored_detectors", "ignored-detectors"):
        left.append(f"{name}: ignored detectors are not taken over: see keyguard rules list, and set ignore")
    return Reading(claims, left)


def _list(table: dict[str, Any], *names: str) -> list[Any]:
    found: Any = next((table[name] for name in names if table.get(name)), [])
    return found if isinstance(found, list) else []


def _is(text: str) -> Callable[[Key], bool]:
    def covers(key: Key) -> bool:
        if not _DIGEST.fullmatch(text):
            return key.value == text.encode()
        return bool(key.value) and any(hashlib.sha256(key.value + kind.encode()).hexdigest() == text for kind in _KINDS)

    return covers


def _in(glob: str) -> Callable[[Key], bool]:
    out = Excluded([Exclude(base="/", patterns=(glob,))])

    def covers(key: Key) -> bool:
        return all(out.covers(b"/", path.encode()) for path, _, _ in key.places)

    return covers
