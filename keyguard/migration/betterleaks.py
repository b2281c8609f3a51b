"""betterleaks: ``.betterleaksignore`` with digests of values, and the allowlists that its configuration shares with
gitleaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from keyguard.migration import gitleaks
from keyguard.migration.claims import Claim, Key, Reading

_DIGEST = re.compile(r"[0-9a-f]{64}")


def read(name: str, data: bytes) -> Reading:
    """Read a file of betterleaks, by its name and content. Raises ``ConfigError`` for what is none."""
    if name.endswith(".toml"):
        return gitleaks.read_config(name, data)
    if data.lstrip()[:1] == b"[":
        return gitleaks.read_report(name, data)
    claims, left = [], []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text, place = line.partition("#")[0].strip(), f"{name}:{number}"
        if _DIGEST.fullmatch(text):
            claims.append(Claim(place, "betterleaks: ignored", _has_digest(text)))
        elif text:
            old = gitleaks.read_ignore(name, text.encode())
            claims += [one._replace(place=place) for one in old.claims]
            left += [f"{place}: not a fingerprint"] if old.left else []
    return Reading(claims, left)


def _has_digest(digest: str) -> Callable[[Key], bool]:
    def covers(key: Key) -> bool:
        return key.digest("sha256") == digest

    return covers
