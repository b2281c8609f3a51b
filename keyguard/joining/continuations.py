"""Read lines that go on: behind a backslash, and in the blocks of YAML."""

from __future__ import annotations

from keyguard.support.regex import expression

Span = tuple[int, int]
#: lines that make up one text
_MOST = 400
#: bytes of a line that are read
_LONGEST = 4096
_GOES_ON = expression(rb"[A-Za-z0-9_+/=.~:-](\\)\r?\n[ \t]*(?=[A-Za-z0-9_+/=.~:-])")
_LINE = expression(rb"[^\r\n]{0,4096}")
_HEADER = expression(rb"(?P<key>[^\r\n]{0,200}?:[ \t]{1,4})[>|][0-9+-]{0,2}[ \t]{0,4}\r?\n(?P<indent>[ \t]{1,40})")


def continued(data: bytes, at: int) -> list[Span]:
    """Return the spans of the lines that are one; ``at`` is an offset in the second of them."""
    low = max(0, at - _LONGEST)
    at = data.rfind(b"\\", low, at)
    start = max(low, data.rfind(b"\n", low, at) + 1)
    spans: list[Span] = []
    while len(spans) < _MOST:
        found = _GOES_ON.search(data, start, _line_end(data, start) + 64)
        if found is None:
            break
        spans.append((start, found.start(1)))
        start = found.end()
    return [*spans, (start, _line_end(data, start))]


def block(data: bytes, at: int) -> list[Span]:
    """Return the spans of a block of YAML: what stands before it in its first line, and the text in each line.

    ``at`` is an offset in the second line of its text. A line that holds more than one word ends the text.
    """
    first = data.rfind(b"\n", max(0, at - _LONGEST), at)
    header = data.rfind(b"\n", max(0, first - _LONGEST), max(first, 0))
    start = data.rfind(b"\n", max(0, header - _LONGEST), max(header, 0)) + 1
    found = _HEADER.match(data, start)
    if found is None or found.end() > at:
        return []
    spans, at = [found.span("key")], found.end()
    indent = found["indent"]
    while len(spans) < _MOST:
        end = _line_end(data, at)
        spans.append((at, at + len(data[at:end].rstrip())))
        following = data.find(b"\n", end, end + 2) + 1
        if not following or b" " in data[at:end].strip() or not data.startswith(indent, following):
            break
        at = following + len(indent)
    return spans


def _line_end(data: bytes, at: int) -> int:
    found = _LINE.match(data, at)
    return found.end() if found else at
