"""Marker comments that ask not to report a key: ours, and those that other scanners have established.

A marker covers one key: the one that ends last before it on its line (for a next-line marker the first one of the next
line), so that one comment in a minified file cannot suppress ten. On a line of the statement without a key, or on the
line above the statement, it covers the next key of the statement, or else the last one. ``triage.findings`` decides
whether markers count.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from keyguard.engine.page import Page
from keyguard.model.finding import Match, Suppression
from keyguard.support.regex import expression
from keyguard.triage.statements import REACH, Statements

#: a list of rules that is not closed, or that is empty, suppresses nothing
_OURS = expression(rb"keyguard: ?allow(?:\[([^\]\r\n]{0,200})\]|(?![\w\[-]))[ \t]{0,4}([^\r\n]{0,200})")
_SAME_LINE = expression(
    rb"(?:gitleaks:allow|betterleaks:allow|trufflehog:ignore|kingfisher:ignore|ggignore"
    rb"|pragma: ?(?:allow|white)list[ -]secret|secretlint-disable-line)(?![\w-])"
)
_NEXT_LINE = expression(
    rb"(?:pragma: ?(?:allow|white)list[ -]nextline[ -]secret|secretlint-disable-next-line|kingfisher:ignore)(?![\w-])"
)
#: the end of a comment is not part of the reason
_CLOSERS = expression(rb"(?<![ \t])[ \t]*(?:\*/|-->|#\}|%>|\"|')[^\r\n]*$")
#: up to this number of lines, looking around each is quicker than looking through the text
_FEW_LINES = 20
#: one of these stands in every marker
_WORDS = (b":allow", b": allow", b":ignore", b"ggignore", b"pragma:", b"secretlint-disable")
#: a line that closes a statement belongs to it, and so does a marker behind that
_CODE = expression(rb"[A-Za-z0-9)\]}`]|\"\"\"|'''|[\"'][,;]")


class Marker(NamedTuple):
    """A marker: its name, the rules it is for (empty: any), the reason, and its line."""

    name: str
    rules: tuple[str, ...]
    reason: str
    line: int


class _Line(NamedTuple):
    """A line, or the part of it that is examined, and the range of match indices on it."""

    start: int
    end: int
    first: int
    last: int


class _Hit(NamedTuple):
    """A marker at its offset."""

    at: int
    name: str
    rules: tuple[str, ...] = ()
    reason: str = ""


def markers(matches: Sequence[Match], page: Page) -> dict[int, list[Marker]]:
    """Return index of match -> the markers that cover it. ``matches`` are in order."""
    found: dict[int, list[Marker]] = {}
    starts, ends = [one.start for one in matches], [one.end for one in matches]

    def note(index: int, hit: _Hit) -> None:
        within = bisect_right(starts, hit.at) - 1
        if within < 0 or hit.at >= ends[within]:
            marker, noted = (
                Marker(hit.name, hit.rules, hit.reason, page.position(hit.at)[0]),
                found.setdefault(index, []),
            )
            noted += [marker] if marker not in noted else []

    lines = _lines(matches, page)
    for line in lines:
        for hit in _on_line(page.data, line.start, line.end):
            note(max(line.first, bisect_right(ends, hit.at) - 1), hit)
        for hit in _on_line_before(page.data, *_line_above(page, line.start)):
            note(line.first, hit)
    for index, hit in _in_statements(lines, matches, page):
        note(index, hit)
    return found


def _in_statements(lines: Sequence[_Line], matches: Sequence[Match], page: Page) -> Iterator[tuple[int, _Hit]]:
    """Yield the markers on lines of a statement that hold no key, each once, with the match that it covers."""
    if len(lines) > _FEW_LINES and not _has_words(page.data):
        return
    starts, known = [one.start for one in matches], set[tuple[int, int]]()
    own = [(line.start, line.end) for line in lines]
    for line in lines:
        if not _is_near_a_marker(page.data, line):
            continue
        statements = _statements(page.data)
        low, high = statements.around(matches[line.first].start, matches[line.last].end)
        if low >= line.start and high <= line.end:
            continue
        last = bisect_left(starts, high) - 1
        inside = [*_on_line(page.data, low, line.start), *_on_line(page.data, line.end, high)]
        for hit in inside:
            after = bisect_left(starts, hit.at)
            if not _is_within(own, hit.at):
                yield from _once(known, min(after, last), hit)
        for hit in _on_line_before(page.data, *_line_above(page, low)):
            yield from _once(known, bisect_left(starts, low), hit)


@lru_cache(maxsize=4)
def _has_words(data: bytes) -> bool:
    """Return whether a text can contain a marker at all."""
    return any(word in data for word in _WORDS)


def _is_near_a_marker(data: bytes, line: _Line) -> bool:
    """Return whether a marker can be in the statement around a line."""
    low, high = max(0, line.start - 2 * REACH), line.end + 2 * REACH
    return any(data.find(word, low, high) >= 0 for word in _WORDS)


#: checks ask for one place of a file after the other
_statements = lru_cache(maxsize=1)(Statements)


def _once(known: set[tuple[int, int]], index: int, hit: _Hit) -> Iterator[tuple[int, _Hit]]:
    if (index, hit.at) not in known:
        known.add((index, hit.at))
        yield index, hit


def _is_within(spans: Sequence[tuple[int, int]], at: int) -> bool:
    """Return whether an offset is on a line that has a key of its own."""
    found = bisect_right(spans, (at, at)) - 1
    return found >= 0 and at < spans[found][1]


def applies(marker: Marker, rule: str) -> Suppression | None:
    """Return the suppression if the marker applies to findings of this rule, else None."""
    if marker.rules and rule not in marker.rules:
        return None
    return Suppression(marker=marker.name, reason=marker.reason, line=marker.line)


def _lines(matches: Sequence[Match], page: Page) -> list[_Line]:
    """Return the lines with matches on them; of a line too long to examine, the parts around the matches."""
    lines: list[_Line] = []
    for index, match in enumerate(matches):
        start, _ = page.line_span(match.start, REACH)
        _, end = page.line_span(match.end, REACH)
        before = lines[-1] if lines else None
        if before and start < before.end:
            lines[-1] = before._replace(end=max(end, before.end), last=index)
        else:
            lines.append(_Line(start, end, index, index))
    return lines


def _on_line(data: bytes, start: int, end: int) -> Iterator[_Hit]:
    yield from _ours(data, start, end)
    for found in _SAME_LINE.finditer(data, start, end):
        yield _Hit(found.start(), found.group().decode())


def _on_line_before(data: bytes, start: int, end: int) -> Iterator[_Hit]:
    """Yield the markers for the next line; a marker for either line counts if no code precedes it."""
    code = _CODE.search(data, start, end)
    for hit in _ours(data, start, end):
        if code is None or hit.at <= code.start():
            yield hit
    for found in _NEXT_LINE.finditer(data, start, end):
        if b"next" in found.group() or code is None or found.start() <= code.start():
            yield _Hit(found.start(), found.group().decode())


def _ours(data: bytes, start: int, end: int) -> Iterator[_Hit]:
    for found in _OURS.finditer(data, start, end):
        rules = tuple(word.strip().decode("utf-8", "replace") for word in (found[1] or b"").split(b",") if word.strip())
        if found[1] is None or rules:
            reason = _CLOSERS.sub(b"", found[2]).strip(b" \t:-").decode("utf-8", "replace")
            yield _Hit(found.start(), "keyguard: allow", rules, reason)


def _line_above(page: Page, start: int) -> tuple[int, int]:
    """Return the span of the line before the one that starts at ``start``; empty at the top."""
    end = start - 1
    if end > 0 and page.data[end - 1 : end + 1] == b"\r\n":
        end -= 1
    if end <= 0 or page.data[end : end + 1] not in (b"\n", b"\r"):
        return 0, 0
    return page.line_span(end, REACH)[0], end
