"""The scripts in files that hold more than code: Vue, Svelte, Astro, HTML. All else is blanked, not cut out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

_OPENING = expression(rb"(?i)<script(?=[\s>])((?:[^>\"']|\"[^\"]{0,300}\"|'[^']{0,300}'){0,300})>")
_CLOSING = expression(rb"(?i)</script")
_ATTRIBUTE = expression(rb"(?i)\b(lang|type|src)\s{0,9}=\s{0,9}[\"']?([^\"'\s>]{1,300})")
_FRONT = expression(rb"\s{0,99}---[ \t]*\r?\n")
_FRONT_END = expression(rb"(?m)^---[ \t]*\r?$")
#: a component that Astro sends to the browser
_ISLAND = expression(rb"<([A-Za-z_$][\w$]{0,99})(?:\.[\w$.]{1,99})?\s[^<>]{0,2000}?\bclient:[a-z]")
#: what is between these is data, whatever it looks like
_DATA = (b"json", b"template", b"html", b"text/plain", b"x-", b"importmap", b"speculationrules")
_BLANK = expression(rb"[^\r\n]")


class Block(NamedTuple):
    """One script: where its code stands, and what its tag says."""

    start: int
    end: int
    typescript: bool
    source: bytes = b""
    """What it is loaded from, if it is not there."""


def scripts(data: bytes) -> Iterator[Block]:
    """The scripts of a file, in order."""
    at = 0
    while (opening := _OPENING.search(data, at)) is not None:
        closing = _CLOSING.search(data, opening.end())
        if closing is None:
            return
        said = {name.lower(): value for name, value in _ATTRIBUTE.findall(opening[1])}
        if not any(word in said.get(b"type", b"").lower() for word in _DATA):
            typescript = b"ts" in said.get(b"lang", b"") or b"typescript" in said.get(b"type", b"")
            yield Block(opening.end(), closing.start(), typescript, said.get(b"src", b""))
        at = closing.end()


def front(data: bytes) -> Block | None:
    """The part of an Astro file that runs at the server."""
    opening = _FRONT.match(data)
    closing = _FRONT_END.search(data, opening.end()) if opening else None
    return Block(opening.end(), closing.start(), True) if opening and closing else None


def islands(data: bytes) -> frozenset[bytes]:
    """The names of the components that an Astro file sends to the browser."""
    return frozenset(_ISLAND.findall(data))


def only(data: bytes, blocks: Iterable[Block]) -> bytes:
    """The file with all else turned into spaces, so that every offset stays what it was."""
    parts, at = [], 0
    for block in blocks:
        parts += [_BLANK.sub(b" ", data[at : block.start]), data[block.start : block.end]]
        at = block.end
    return b"".join(parts)
