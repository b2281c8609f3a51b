"""Java's properties: ``key=value``, ``key: value``, ``key value``, escapes, lines that go on.

The keys of an entry are (key,): ``("spring.datasource.password",)``. All entries are of one group. The format is
documented at https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import Entry, text_of
from keyguard.support.regex import expression

#: a line with those that it goes on in
_LINE = expression(rb"[^\r\n\\]*(?:\\(?:\r\n|[\s\S])[^\r\n\\]*)*")
_COMMENT = expression(rb"[ \t\f]*[#!]+[ \t]*")
_KEY = expression(rb"[ \t\f]*(?P<key>(?:[^\s=:\\]|\\.){1,300})(?:[ \t\f]*[=:]|(?P<space>[ \t\f]))[ \t\f]*")
_ESCAPE = expression(r"\\(?:u([0-9A-Fa-f]{4})|\r?\n[ \t\f]*|([\s\S]))")
_CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def entries(data: bytes) -> Iterator[Entry]:
    """Yield all entries of a text, those in comments too."""
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    while at < len(data):
        line = _LINE.match(data, at)
        end = line.end() if line else at
        mark = _COMMENT.match(data, at, end)
        if mark:
            end = _first_line(data, at, end)
        found = _KEY.match(data, mark.end() if mark else at, end)
        if found and not (mark and found["space"]):
            stop = end - len(data[found.end() : end]) + len(data[found.end() : end].rstrip(b" \t\f"))
            if found.end() < stop:
                key, value = unescaped(text_of(found["key"])), unescaped(text_of(data[found.end() : stop]))
                yield Entry((key,), value, found.end(), stop, 0, mark is not None)
        at = end + 1


def unescaped(text: str) -> str:
    """Return what a key or value that is written with escapes means."""
    return _ESCAPE.sub(_meaning, text) if "\\" in text else text


def _meaning(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _CONTROL.get(found[2], found[2]) if found[2] else ""


def _first_line(data: bytes, start: int, end: int) -> int:
    """Return the end of the line at ``start``: a comment does not go on."""
    places = [data.find(sign, start, end) for sign in (b"\n", b"\r")]
    return min((place for place in places if place >= 0), default=end)
