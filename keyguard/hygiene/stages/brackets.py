"""The blocks in brackets that a place is in, as in JSON, JavaScript, PHP, Go, Terraform and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.hygiene.stages.enclosing import AHEAD, BACK, Frame
from keyguard.support.regex import expression

#: a string that is not closed ends with its line, an apostrophe is none: so that nothing is looked at twice
_TOKEN = expression(
    rb"\"(?:\\.|[^\"\\\r\n])*\"?|'(?:\\.|[^'\\\r\n]){0,400}'|`|/\*|//[^\r\n]*|\#[^\r\n]*|[{}\[\](),;\n]"
    rb"|\bcase\b[^\r\n:{}]{1,80}(?::|->)|\bdefault[ \t]*(?::|->)"
)
#: a line that begins like this goes on with what stands before it
_GOES_ON = expression(rb"[ \t]*(?:\r?\n[ \t]*)*(?:[{?:&|.)=]|else\b)")
_CLOSES = {b"}": b"{", b"]": b"[", b")": b"("}
_HEADER = 300
_DEEPEST = 200


class _Open:
    """A bracket that is open."""

    __slots__ = ("bracket", "branch", "closed", "header", "otherwise", "since", "start")

    def __init__(self, bracket: bytes, start: int, since: int, header: bytes, otherwise: bool = False) -> None:
        self.bracket, self.start, self.since = bracket, start, since
        self.header, self.otherwise = header, otherwise
        #: the header of the last block that was closed in this one
        self.closed = b""
        #: the last ``case`` in it
        self.branch = b""


def bracketed(content: bytes, offset: int, *, hashes: bool) -> Iterator[Frame]:
    """The blocks that a place is in, innermost first; with ``hashes``, ``#`` begins a comment."""
    low = max(0, offset - BACK)
    opened = [_Open(b"", low, low, b"")]
    for start, end, token in _tokens(content, low, offset, hashes):
        _step(opened, content, start, end, token)
    stops = _ends(content, offset, len(opened) - 1, hashes)
    for one, stop in zip(reversed(opened[1:]), stops, strict=True):
        header = one.header.decode("utf-8", "replace")
        if one.branch:
            yield Frame(one.start, stop, f"{header.strip()} {one.branch.decode('utf-8', 'replace')}")
        yield Frame(one.start, stop, header, one.otherwise)


def _step(opened: list[_Open], content: bytes, start: int, end: int, token: bytes) -> None:
    inner = opened[-1]
    if token in (b"{", b"[", b"("):
        opened.append(_open(inner, content, start, end, token))
        del opened[1:-_DEEPEST]
    elif token in _CLOSES:
        if inner.bracket == _CLOSES[token]:
            opened.pop()
            if token == b"}":
                opened[-1].since, opened[-1].closed = end, inner.header
    elif token.startswith((b"case", b"default")):
        inner.branch, inner.since = (token if token.startswith(b"case") else b""), end
    elif token in (b",", b";") or (token == b"\n" and not _GOES_ON.match(content, end)):
        inner.since = end


def _open(inner: _Open, content: bytes, start: int, end: int, token: bytes) -> _Open:
    """What a bracket opens; ``else`` stands for the condition of the block that was closed before it."""
    header = content[max(inner.since, start - _HEADER) : start].strip()
    if token != b"{" or not header.startswith(b"else") or b"if" in header:
        return _Open(token, inner.since, end, header)
    alone = not inner.closed.startswith(b"else")
    return _Open(token, inner.since, end, inner.closed if alone else b"", otherwise=alone)


def _ends(content: bytes, offset: int, count: int, hashes: bool) -> list[int]:
    """Where the brackets are closed that are open at a place, innermost first."""
    high, found, depth = min(len(content), offset + AHEAD), [], 0
    for start, _, token in _tokens(content, _line_rest(content, offset, high), high, hashes) if count else ():
        if token in (b"{", b"[", b"("):
            depth += 1
        elif token in _CLOSES:
            depth -= 1
            if depth < 0:
                found.append(start)
                depth = 0
                if len(found) == count:
                    break
    return found + [high] * (count - len(found))


def _line_rest(content: bytes, offset: int, high: int) -> int:
    """Behind the string that a place is in: its quote would open another one."""
    quote = re.compile(rb"[\"'`\r\n]").search(content, offset, high)
    return quote.end() if quote else offset


def _tokens(content: bytes, low: int, high: int, hashes: bool) -> Iterator[tuple[int, int, bytes]]:
    """What matters of a text, strings and comments left out."""
    at = low
    while found := _TOKEN.search(content, at, high):
        token, start, at = found[0], found.start(), found.end()
        first = token[:1]
        if token == b"/*" or token == b"`":
            closing = b"*/" if token == b"/*" else b"`"
            end = content.find(closing, at, high)
            if end < 0:
                return
            at = end + len(closing)
        elif first == b"#" and not hashes:
            at = start + 1
        elif first not in (b'"', b"'", b"#") and token[:2] != b"//":
            yield start, at, token
