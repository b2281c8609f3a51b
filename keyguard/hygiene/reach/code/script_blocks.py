"""The scripts in Vue, Svelte, Astro and HTML files. Everything else is blanked, so that offsets stay the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from keyguard.support.regex import expression

_OPENING = expression(rb"(?i)<script(?=[\s>])((?:[^>\"']|\"[^\"]{0,300}\"|'[^']{0,300}'){0,300})>")
_CLOSING = expression(rb"(?i)</script")
_ATTRIBUTE = expression(rb"(?i)\b(lang|type|src)\s{0,9}=\s{0,9}[\"']?([^\"'\s>]{1,300})")
_FRONT = expression(rb"\s{0,99}---[ \t]*\r?\n")
_FRONT_END = expression(rb"(?m)^---[ \t]*\r?$")
#: a component that Astro hydrates in the browser
_ISLAND = expression(rb"<([A-Za-z_$][\w$]{0,99})(?:\.[\w$.]{1,99})?\s[^<>]{0,2000}?\bclient:[a-z]")
#: what Astro prints: a value in braces, also as an attribute or spread, and names that it hands to a script
_PRINTED = expression(rb"\{\s{0,99}(?:\.\.\.)?([A-Za-z_$][\w$]{0,99})(?=\s{0,99}[}.\[?])")
_DEFINED = expression(rb"define:vars\s{0,9}=\s{0,9}\{\s{0,99}\{([^{}]{0,2000})\}")
_NAME = expression(rb"[A-Za-z_$][\w$]{0,99}")
#: values of ``type`` whose content is data, whatever it looks like
_DATA = (b"json", b"template", b"html", b"text/plain", b"x-", b"importmap", b"speculationrules")
_BLANK = expression(rb"[^\r\n]")


class Block(NamedTuple):
    """One script: the span of its code, and the attributes of its tag."""

    start: int
    end: int
    typescript: bool
    source: bytes = b""
    """The URL that it is loaded from; empty for an inline script."""


def scripts(data: bytes, start: int = 0) -> Iterator[Block]:
    """Yield the scripts of a file, in order. ``start`` is where its markup begins: frontmatter may speak of scripts."""
    at = start
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
    """Return the frontmatter of an Astro file, which runs on the server; None if there is none."""
    opening = _FRONT.match(data)
    closing = _FRONT_END.search(data, opening.end()) if opening else None
    return Block(opening.end(), closing.start(), True) if opening and closing else None


def islands(data: bytes) -> frozenset[bytes]:
    """Return the names of the components that an Astro file hydrates in the browser."""
    return frozenset(_ISLAND.findall(data))


def printed(data: bytes, start: int) -> frozenset[bytes]:
    """Return the names whose values the markup of an Astro file, from ``start`` on, prints into the page."""
    given = (name for found in _DEFINED.finditer(data, start) for name in _NAME.findall(found[1]))
    return frozenset((*_PRINTED.findall(data, start), *given))


def only(data: bytes, blocks: Iterable[Block]) -> bytes:
    """Return the file with everything but these blocks replaced by spaces, so that offsets stay the same."""
    parts, at = [], 0
    for block in blocks:
        parts += [_BLANK.sub(b" ", data[at : block.start]), data[block.start : block.end]]
        at = block.end
    return b"".join(parts)
