"""Find the elements that a key stands in, in XML, HTML and JSX: as an attribute, or as text."""

from __future__ import annotations

import re

from keyguard.attribution.structure.frames import Frame, Window
from keyguard.support.regex import expression

_TAG = expression(rb"<(/?)([A-Za-z][\w.:-]{0,80})((?:[^<>\"'{}\0]|\"[^\"<>\0]*\"|'[^'<>\0]*'|\{[^<>{}\0]*\})*)(/?)>")
#: the tag whose attribute the key is
_OPEN = expression(rb"<([A-Za-z][\w.:-]{0,80})(?=\s)[^<>]*$")
#: the name of an entry in a property list, before its value
_ENTRY = expression(rb"<key>([^<>]{1,80})</key>\s*$")


def elements_of(window: Window) -> list[Frame]:
    """Return the elements around a key, innermost first."""
    text, at = window.text, window.at
    if b"<" not in text[:at]:
        return []
    found: list[Frame] = []
    within = _OPEN.search(text, max(0, at - 600), at)
    end = within.start() if within else at
    stack: list[re.Match[bytes]] = []
    for tag in _TAG.finditer(text, 0, end):
        if tag[1]:
            while stack and any(one[2] == tag[2] for one in stack) and stack.pop()[2] != tag[2]:
                pass
        elif not tag[4] and not tag[3].endswith(b"/"):
            stack.append(tag)
    if within:
        close = text.find(b">", at)
        found.append(Frame(b"<", within[1], b"", within.start(), within.end(1), close if close >= 0 else len(text)))
    for tag in reversed(stack):
        close = text.find(b"</" + tag[2] + b">", at)
        found.append(Frame(b"<", _label(text, tag), b"", tag.start(), tag.end(), close if close >= 0 else len(text)))
    return found


def _label(text: bytes, tag: re.Match[bytes]) -> bytes:
    """Return the name of an element, or the key before it in a property list."""
    entry = _ENTRY.search(text, max(0, tag.start() - 120), tag.start())
    return entry[1] if entry else tag[2]
