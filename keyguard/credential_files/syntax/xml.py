"""XML: the text of elements and the values of attributes; damage, fragments and what is in comments are read as well.

The keys of an entry are the names of the elements around it without their namespaces, an attribute's with ``@`` before
it. The values of an element's attributes, and the texts of the elements directly in it, are one group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.syntax.entry import DEEPEST, Entry, text_of
from keyguard.support.regex import expression

#: A value of an attribute contains no ``<``, so that a tag that is not closed costs no more than its own length.
_TAG = expression(
    rb"<(?:(?P<comment>!--)|(?P<data>!\[CDATA\[)|/(?:[\w.-]{1,100}:)?(?P<close>[\w.-]{1,200})\s{0,20}>"
    rb"|(?:[\w.-]{1,100}:)?(?P<open>[A-Za-z_][\w.-]{0,200})"
    rb"(?P<attributes>(?=[\s/>])[^<>\"']*(?:(?:\"[^\"<]*\"|'[^'<]*')[^<>\"']*)*)>)|(?P<end>-->)"
)
_ATTRIBUTE = expression(rb"(?:[\w.-]{1,100}:)?([A-Za-z_][\w.-]{0,100})\s{0,20}=\s{0,20}(?:\"([^\"<]*)\"|'([^'<]*)')")


def entries(data: bytes) -> Iterator[Entry]:
    """Yield all values, those in comments too. Empty ones are left out."""
    reader, at = _Reader(data), 0
    while tag := _TAG.search(data, at):
        at = tag.end()
        kind = tag.lastgroup
        if kind == "comment":
            reader.comment(starts=True)
        elif kind == "end":
            reader.comment(starts=False)
        elif kind == "data":
            at = reader.character_data(at)
        elif kind == "close":
            yield from reader.close(tag)
        else:
            yield from reader.open(tag)


class _Reader:
    """The elements around a tag."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        #: name and group of each element that is open
        self._elements: list[tuple[str, int]] = []
        self._groups = 0
        #: the elements around the comment that is open
        self._around: list[tuple[str, int]] | None = None
        #: where the text began of the element that was opened last, -1 once there was another tag
        self._text = -1
        self._data_span: tuple[int, int] | None = None
        self._ends = True

    def comment(self, *, starts: bool) -> None:
        """Go into a comment, or back to the elements around it."""
        self._text = -1
        if starts and self._around is None:
            self._around = self._elements[:]
        elif not starts and self._around is not None:
            self._elements, self._around = self._around, None

    def character_data(self, at: int) -> int:
        """Read a section of character data that starts at ``at``; return its end."""
        end = self._data.find(b"]]>", at) if self._ends else -1
        if end < 0:
            self._ends = False  # else each section that is not closed would cost a search to the end of the text
            return at
        self._data_span = at, end
        return end + 3

    def open(self, tag: re.Match[bytes]) -> Iterator[Entry]:
        """Yield the attributes of an element; it is open then."""
        self._groups += 1
        self._data_span = None
        name, group = text_of(tag["open"]), self._groups
        keys = (*self._keys(), name)
        for one in _ATTRIBUTE.finditer(self._data, *tag.span("attributes")):
            side = 2 if one[2] is not None else 3
            if one[side]:
                yield self._entry((*keys, f"@{text_of(one[1])}"), *one.span(side), group)
        self._text = -1
        if not tag["attributes"].endswith(b"/") and len(self._elements) < DEEPEST:
            self._elements.append((name, group))
            self._text = tag.end()

    def close(self, tag: re.Match[bytes]) -> Iterator[Entry]:
        """Yield the text of an element that contains no others; it is closed then."""
        name, elements = text_of(tag["close"]), self._elements
        if self._text >= 0 and elements and elements[-1][0] == name:
            start, end = self._data_span or (self._text, tag.start())
            text = self._data[start:end]
            start, end = start + len(text) - len(text.lstrip()), end - (len(text) - len(text.rstrip()))
            if start < end:
                yield self._entry(self._keys(), start, end, elements[-2][1] if len(elements) > 1 else 0)
        self._text, self._data_span = -1, None
        if any(one == name for one, _ in elements):
            while elements.pop()[0] != name:
                pass

    def _keys(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._elements)

    def _entry(self, keys: tuple[str, ...], start: int, end: int, group: int) -> Entry:
        text = text_of(self._data[start:end])
        if "&" in text and not self._data_span:
            import html

            text = html.unescape(text)
        return Entry(keys, text, start, end, group, self._around is not None)
