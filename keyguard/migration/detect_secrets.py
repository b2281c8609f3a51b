"""detect-secrets: a baseline (``.secrets.baseline``) with the SHA-1 of each value, its file and line.

What an audit called a real secret (``is_secret: true``) is not accepted. Format:
https://github.com/Yelp/detect-secrets#baseline
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from keyguard.migration.claims import Claim, Key, Reading, any_of, at_place
from keyguard.support.errors import ConfigError


def read(name: str, data: bytes) -> Reading:
    """Read a baseline. Raises ``ConfigError`` for what is none."""
    try:
        results = json.loads(data)["results"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{name}: not a baseline of detect-secrets: {error}") from None
    claims, left = [], []
    for path, listed in results.items():
        for one in listed:
            place = f"{name}: {path}:{one.get('line_number', '?')}"
            if one.get("is_secret") is True:
                left.append(f"{place}: audited as a real secret: it has to be rotated")
                continue
            audited = "false alarm" if one.get("is_secret") is False else "baseline"
            reason = f"detect-secrets {audited}: {one.get('type', 'secret')}"
            claims.append(Claim(place, reason, _covers(path, one)))
    return Reading(claims, left)


def _covers(path: str, one: dict[str, Any]) -> Callable[[Key], bool]:
    """By the digest of the value; by its place where our value is another part of the line."""
    digest = str(one.get("hashed_secret") or "")
    line = one.get("line_number")
    here = at_place(path, line if isinstance(line, int) else None)

    def is_value(key: Key) -> bool:
        return bool(digest) and key.digest("sha1") == digest

    return any_of([is_value, here])
