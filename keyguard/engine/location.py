"""Compute the location of a match for people: line, column, and the line itself with every secret masked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from keyguard.engine.decode import WideRun
from keyguard.engine.linehash import line_hashes
from keyguard.engine.page import Page
from keyguard.masking.secret import MASK
from keyguard.model.finding import Blob, Match, Occurrence, Snippet
from keyguard.support.regex import expression

_CLIP = 72
_REACH = 4096
#: random-looking text next to a key may be a key that no rule knows; so may the hash of a password
_RANDOM = expression(
    rb"\$(?:2[abxy]?|[156y]|7|apr1|sha1|md5|argon2\w{0,2}|pbkdf2[\w-]{0,12}|scrypt|gy)\$[A-Za-z0-9./+=,$-]{8,}"
    rb"|[A-Za-z0-9+/=]{40,}|[A-Za-z0-9+_=-]{24,}|[A-Za-z0-9+/_=-]{8,}"
)
#: shorter than this, it takes more to look random
_LONG = 24
_CHANGES = expression(rb"(?=[A-Za-z][0-9]|[0-9][A-Za-z]|[a-z][A-Z])")
_MOST_CHANGES = 3
#: the same at a clipped end
_CUT_LEFT, _CUT_RIGHT = expression(rb"^[A-Za-z0-9+/_=-]{8,}"), re.compile(rb"[A-Za-z0-9+/_=-]{8,}$")
#: parts of a UTF-8 character that clipping may cut
_CONTINUATION = bytes(range(0x80, 0xC0))
_LAST_CHARACTER = expression(rb"[\xc0-\xff][\x80-\xbf]{0,3}$")


class Origin(NamedTuple):
    """The location of a wide string in the page that it was taken from."""

    page: Page
    run: WideRun

    def offset(self, index: int) -> int:
        """Return the offset in the page of a character of the string."""
        return self.run.start + index * self.run.width


class MatchLocations:
    """The locations of the matches in one text."""

    def __init__(self, blob: Blob, page: Page, matches: list[Match], origin: Origin | None, *, hashed: bool) -> None:
        self._blob = blob
        self._page = page
        self._matches = matches
        self._covered = _union(matches)
        self._outer = page if origin is None else origin.page
        self._origin, self._hashed = origin, hashed and self._outer.whole
        self._starts: dict[int, int] = {}
        self._hashes: dict[int, str] = {}

    def prepare(self, indices: Iterable[int]) -> None:
        """Compute the lines of these matches; only their occurrences may be requested next."""
        self._starts = {index: self._outer.line_start(self.offset(index)) for index in indices}
        self._hashes = line_hashes(self._outer.data, self._starts.values()) if self._hashed else {}

    def offset(self, index: int) -> int:
        """Return the offset of a match in the page; for a wide string, in the page that contains the string."""
        return self._span(index)[0]

    def _span(self, index: int) -> tuple[int, int]:
        match, origin = self._matches[index], self._origin
        if origin is None:
            return match.start, match.end
        return origin.offset(match.start), origin.offset(match.end)

    def occurrence(self, index: int, mask: str) -> Occurrence:
        """Return the occurrence of a match, with its mask in the snippet."""
        start, end = self._span(index)
        line, column, end_line, end_column = self._outer.span(start, end)
        return Occurrence(
            path=self._blob.path,
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            where=self._blob.where,
            snippet=_snippet(self._page, self._matches[index], self._covered, mask),
            line_hash=self._hashes.get(self._starts[index], ""),
            member=self._blob.member,
            way=self._matches[index].written,
        )


def _union(matches: list[Match]) -> list[tuple[int, int]]:
    """Return the spans of the matches, in order and disjoint: matches of added rules may overlap others."""
    found: list[tuple[int, int]] = []
    pieces = [span for match in matches for span in match.pieces]
    for start, end in sorted([*((match.start, match.end) for match in matches), *pieces]):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _snippet(page: Page, match: Match, covered: list[tuple[int, int]], mask: str) -> Snippet:
    """Return the line around a match, every secret masked and random-looking text shortened."""
    line_start, line_end = page.line_span(match.start, _REACH)
    low, high = max(line_start, match.start - _CLIP), min(line_end, match.end + _CLIP)
    before = _hidden(page.data, low, match.start, covered)
    after = _hidden(page.data, match.end, high, covered)
    if low > line_start:
        before = _CUT_LEFT.sub(_ellipsis, before.lstrip(_CONTINUATION))
    if high < line_end:
        after = _CUT_RIGHT.sub(_ellipsis, _LAST_CHARACTER.sub(b"", after))
    head, tail = _decoded(before).lstrip("\ufeff").lstrip(), _decoded(after).rstrip()
    return Snippet(text=head + mask + tail, start=len(head), end=len(head) + len(mask))


def _hidden(data: bytes, low: int, high: int, covered: list[tuple[int, int]]) -> bytes:
    """Return a piece of a line without the secrets in it; ``covered`` are their spans, in order and disjoint."""
    piece, at = b"", low
    for start, end in covered[bisect_right(covered, low, key=lambda one: one[1]) :]:
        if start >= high:
            break
        piece += _RANDOM.sub(_ellipsis, data[at : max(at, start)]) + MASK.encode()
        at = min(end, high)
    return piece + _RANDOM.sub(_ellipsis, data[at:high])


def _ellipsis(found: re.Match[bytes]) -> bytes:
    text = found.group()
    if text.startswith(b"$"):
        return text[: text.index(b"$", 1) + 1] + b"..."
    if len(text) < _LONG and len(_CHANGES.findall(text)) < _MOST_CHANGES:
        return text
    plain = not any(byte in b"0123456789" for byte in text)
    # with slashes, letters of one case and digits are more likely a path
    path = b"/" in text and (text.islower() or text.isupper())
    return text if plain or path else text[:2] + b"..."


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
