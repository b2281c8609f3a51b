"""The authorship of a file: generated and third-party files are not changed in place."""

from __future__ import annotations

import re

#: folders with third-party code, from package managers and people
_OTHERS = frozenset(
    (b"node_modules", b"bower_components", b"vendor", b"third_party", b"site-packages", b".venv", b"venv", b"Pods")
)
_BUNDLE = re.compile(rb"[.-](?:min|bundle|chunk)\.[cm]?js\Z")
#: the forms of Go and Facebook, and what people write
_GENERATED = re.compile(
    rb"(?i)\b(?:code|file|auto-?|automatically|machine)[ -]?generated\b|@generated\b|\bdo not (?:edit|modify)\b"
)
#: bytes at the top of a file that contain such a notice
_HEAD = 1024
#: characters: nobody writes a longer line
_LONGEST = 5000


def third_party_reason(path: bytes, content: bytes) -> str:
    """Return why the file must not be changed here; empty if it is the user's own."""
    *folders, name = path.split(b"/")
    if _OTHERS & {*folders}:
        return "it is the code of others: the key has to go where they write it"
    if _GENERATED.search(content[:_HEAD]):
        return "it says that a program wrote it: change what that makes it from"
    if _BUNDLE.search(name) or max(map(len, content.split(b"\n"))) > _LONGEST:
        return "a build wrote it: change what that makes it from"
    return ""
