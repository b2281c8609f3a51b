"""The blocks in brackets around an offset, in JSON, JavaScript, PHP, Go, Terraform and similar languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.hygiene.stages.enclosing_blocks import AHEAD, BACK, Block
from keyguard.support.regex import expression

#: an unclosed string ends with its line, and an apostrophe opens none, so that no byte is looked at twice
_TOKEN = expression(
    rb"\"(?:\\.|[^\"\\\r\n])*\"?|'(?:\\.|[^'\\\r\n]){0,400}'|`|/\*|//[^\r\n]*|\#[^\r\n]*|[{}\[\](),;\n]"
    rb"|\bcase\b[^\r\n:{}]{1,80}(?::|->)|\bdefault[ \t]*(?::|->)"
)
#: a line that begins like this continues the statement before it
_GOES_ON = expression(rb"[ \t]*(?:\r?\n[ \t]*)*(?:[{?:&|.)=]|else\b)")
_CLOSES = {b"}": b"{", b"]": b"[", b")": b"("}
_HEADER = 300
_DEEPEST = 200


class _Open:
    """A bracket that is not closed yet."""

    __slots__ = ("bracket", "branch", "closed", "header", "otherwise", "since", "start")

    def __init__(self, bracket: bytes, start: int, since: int, header: bytes, otherwise: bool = False) -> None:
        self.bracket, self.start, self.since = bracket, start, since
        self.header, self.otherwise = header, otherwise
        #: the header of the last block that was closed inside this one
        self.closed = b""
        #: the last ``case`` label in it
        self.branch = b""


def bracket_blocks(content: bytes, offset: int, *, hashes: bool) -> Iterator[Block]:
    """Yield the blocks around an offset, the innermost first; with ``hashes``, ``#`` begins a comment."""
    low = max(0, offset - BACK)
    opened = [_Open(b"", low, low, b"")]
    for start, end, token in _tokens(content, low, offset, hashes):
        _step(opened, content, start, end, token)
    stops = _ends(content, offset, len(opened) - 1, hashes)
    for one, stop in zip(reversed(opened[1:]), stops, strict=True):
        header = one.header.decode("utf-8", "replace")
        if one.branch:
            yield Block(one.start, stop, f"{header.strip()} {one.branch.decode('utf-8', 'replace')}")
        yield Block(one.start, stop, header, one.otherwise)


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
    """Return the bracket that a token opens; the header of ``else`` is the condition of the block before it."""
    header = content[max(inner.since, start - _HEADER) : start].strip()
    if token != b"{" or not header.startswith(b"else") or b"if" in header:
        return _Open(token, inner.since, end, header)
    alone = not inner.closed.startswith(b"else")
    return _Open(token, inner.since, end, inner.closed if alone else b"", otherwise=alone)


def _ends(content: bytes, offset: int, count: int, hashes: bool) -> list[int]:
    """Return the offsets at which the brackets around an offset are closed, the innermost first."""
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
    """Return the end of the string that contains an offset: its closing quote would open another string."""
    quote = re.compile(rb"[\"'`\r\n]").search(content, offset, high)
    return quote.end() if quote else offset


def _tokens(content: bytes, low: int, high: int, hashes: bool) -> Iterator[tuple[int, int, bytes]]:
    """Yield the tokens of a text outside of strings and comments: start, end, text."""
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
