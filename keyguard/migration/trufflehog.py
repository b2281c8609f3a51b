"""trufflehog: a file of path patterns (``--exclude-paths``, a line each)."""

from __future__ import annotations

from keyguard.migration.claims import Claim, Reading, all_paths, compiled, glob_of


def read(name: str, data: bytes) -> Reading:
    """Read the patterns. What is no pattern of ours is left."""
    claims, left = [], []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text, place = line.strip(), f"{name}:{number}"
        if not text or text.startswith("#"):
            continue
        try:
            claims.append(Claim(place, f"trufflehog: excluded path {text}", all_paths(compiled(text)), glob_of(text)))
        except ValueError as error:
            left.append(f"{place}: {error}")
    return Reading(claims, left)
