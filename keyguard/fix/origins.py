"""Whose code a file is: what a program wrote, or what others did, is not changed where it lies."""

from __future__ import annotations

import re

#: folders into which package managers and people put the code of others
_OTHERS = frozenset(
    (b"node_modules", b"bower_components", b"vendor", b"third_party", b"site-packages", b".venv", b"venv", b"Pods")
)
_BUNDLE = re.compile(rb"[.-](?:min|bundle|chunk)\.[cm]?js\Z")
#: in the manner of Go, of Facebook, and as people write it
_GENERATED = re.compile(
    rb"(?i)\b(?:code|file|auto-?|automatically|machine)[ -]?generated\b|@generated\b|\bdo not (?:edit|modify)\b"
)
#: such a notice stands at the top
_HEAD = 1024
#: no person writes a line that is longer
_LONGEST = 5000


def not_own(path: bytes, content: bytes) -> str:
    """Why somebody else's hand has to change the file; empty where it is the user's own."""
    *folders, name = path.split(b"/")
    if _OTHERS & {*folders}:
        return "it is the code of others: the key has to go where they write it"
    if _GENERATED.search(content[:_HEAD]):
        return "it says that a program wrote it: change what that makes it from"
    if _BUNDLE.search(name) or max(map(len, content.split(b"\n"))) > _LONGEST:
        return "a build wrote it: change what that makes it from"
    return ""
