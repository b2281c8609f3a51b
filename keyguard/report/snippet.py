"""The masked source line of a finding with carets under the key, clipped to the width of the terminal."""

from __future__ import annotations

from keyguard.model.finding import Environment, Finding, Snippet
from keyguard.report import Style
from keyguard.report.ansi import BLUE, CARET_COLOR, cells, paint
from keyguard.support.sanitize import visible_span

_ELLIPSIS = "..."
_NARROWEST = 20
_LABEL = {
    Environment.LIVE: "live key",
    Environment.TEST: "test key",
    Environment.PUBLISHABLE: "publishable key",
    Environment.UNKNOWN: "key",
}


def source_lines(finding: Finding, gutter: int, style: Style) -> list[str]:
    """Return four lines: a bar, the source, the carets, a bar; none if there is no source to show."""
    place = finding.occurrences[0]
    if not place.snippet.text.strip():
        return []
    room = max(style.width - gutter - 3, _NARROWEST) if style.width else 0
    text, start, end = _clipped(_trimmed(place.snippet), room)
    bar = paint("|", BLUE, style)
    number = paint(f"{place.line:>{gutter}}", BLUE, style)
    carets = f"{'^' * max(cells(text[start:end]), 1)} {label(finding)}".rstrip()
    indent = " " * cells(text[:start])
    return [
        f"{' ' * gutter} {bar}",
        f"{number} {bar} {text}".rstrip(),
        f"{' ' * gutter} {bar} {indent}{paint(carets, CARET_COLOR[finding.severity], style)}",
        f"{' ' * gutter} {bar}",
    ]


def label(finding: Finding) -> str:
    """Return the label beside the carets; empty for a finding without a key."""
    if not finding.masked:
        return ""
    broken = ", but its checksum is wrong" if finding.malformed else ""
    return _LABEL[finding.environment] + broken


def _trimmed(snippet: Snippet) -> tuple[str, int, int]:
    """Return the line made visible, without line end and indentation, and the span of the key in it."""
    source = snippet.text.rstrip("\r\n")
    start = min(max(snippet.start, 0), len(source))
    text, start, end = visible_span(source, start, min(max(snippet.end, start), len(source)))
    indent = min(len(text) - len(text.lstrip(" ")), start)
    return text[indent:], start - indent, end - indent


def _clipped(span: tuple[str, int, int], room: int) -> tuple[str, int, int]:
    """Return the part around the key that fits into ``room`` columns; the key itself is never cut."""
    text, start, end = span
    if not room or cells(text) <= room:
        return span
    spare = room - cells(text[start:end]) - 2 * len(_ELLIPSIS)
    first, last = start, end
    while first > 0 and cells(text[first - 1 : start]) <= spare // 2:
        first -= 1
    spare -= cells(text[first:start])
    while last < len(text) and cells(text[end : last + 1]) <= spare:
        last += 1
    head = _ELLIPSIS if first else ""
    tail = _ELLIPSIS if last < len(text) else ""
    shift = len(head) - first
    return head + text[first:last] + tail, start + shift, end + shift
