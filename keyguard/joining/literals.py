"""Read a string literal at an offset, whatever the language: quotes, prefixes, continuations and interpolations."""

from __future__ import annotations

from typing import NamedTuple

from keyguard.support.regex import expression

#: bytes of one literal that are read
LONGEST = 16_384

#: prefixes of literals: ``f"``, ``rb'``, ``$@"``, ``L"``, ``r#"``
OPENING = expression(rb"[A-Za-z$@]{0,2}#{0,2}(\"\"\"|'''|[\"'`])")
_BODIES = {
    b'"': expression(rb'[^"\\\r\n]*(?:\\(?:\r\n|[\s\S])[^"\\\r\n]*)*'),
    b"'": expression(rb"[^'\\\r\n]*(?:\\(?:\r\n|[\s\S])[^'\\\r\n]*)*"),
    b"`": expression(rb"[^`\\]*(?:\\[\s\S][^`\\]*)*"),
}
#: what is not part of the text in a literal: the end of a line behind a backslash, and expressions
_INSIDE = expression(
    rb"\\\r?\n[ \t]*|(?<!\\)[$#]\{(?P<braced>[^{}\r\n]{1,120})\}|\\\((?P<swift>[^()\r\n]{1,120})\)"
    rb"|(?<![\\$])\$(?P<plain>[A-Za-z_]\w{0,60})|(?<!\{)\{(?P<format>[^{}\r\n]{0,120})\}"
)


class Literal(NamedTuple):
    """A string literal. Offsets are bytes of the text."""

    start: int
    """Of the content."""
    end: int
    """Of the content."""
    after: int
    """Behind the closing quote."""
    prefix: bytes
    quote: bytes

    @property
    def is_formatted(self) -> bool:
        """Whether braces hold expressions: f-strings, interpolated strings of C#."""
        return b"f" in self.prefix.lower() or b"$" in self.prefix


class Part(NamedTuple):
    """A span of a literal: text, or an expression in it."""

    start: int
    end: int
    #: of what kind the expression is; empty for text
    kind: str


def read(data: bytes, at: int) -> Literal | None:
    """Return the literal that begins at an offset; None if there is none, or if it does not end."""
    opening = OPENING.match(data, at)
    if opening is None:
        return None
    quote, start = opening[1], opening.end()
    prefix = data[at : opening.start(1)]
    if len(quote) == 3:
        end = data.find(quote, start, start + LONGEST)
    else:
        body = _BODIES[quote].match(data, start, start + LONGEST)
        end = body.end() if body and data.startswith(quote, body.end()) else -1
    return None if end < 0 else Literal(start, end, end + len(quote), prefix, quote)


def ending_at(data: bytes, quote_at: int, least: int) -> int:
    """Return the offset of the quote that opens the literal which the one at ``quote_at`` closes, else -1."""
    quote = data[quote_at : quote_at + 1]
    low = max(least, quote_at - LONGEST)
    if quote != b"`":
        low = max(low, data.rfind(b"\n", low, quote_at) + 1)
    at = data.rfind(quote, low, quote_at)
    while at > low and data[at - 1] == 0x5C:
        at = data.rfind(quote, low, at)
    return at


def parts(data: bytes, literal: Literal) -> list[Part]:
    """Return the text and the expressions in a literal, in order."""
    found, at = list[Part](), literal.start
    for one in _INSIDE.finditer(data, literal.start, literal.end):
        kind = one.lastgroup or ""
        if kind == "format" and not literal.is_formatted:
            continue
        if one.start() > at:
            found.append(Part(at, one.start(), ""))
        if kind:
            found.append(Part(*one.span(kind), kind))
        at = one.end()
    if literal.end > at or not found:
        found.append(Part(at, literal.end, ""))
    return found
