"""Suppression of violations by inline comments in the files of a project."""

from __future__ import annotations

from collections.abc import Callable

from keyguard.engine.page import Page
from keyguard.model.finding import Match, Suppression
from keyguard.model.violation import Spot
from keyguard.support.regex import expression
from keyguard.triage.markers import Marker, applies, markers

_BREAK = expression(rb"\r\n|\n|\r")


class Suppressions:
    """Find the comment that suppresses a violation.

    The line starts of a file are computed once, as long as all questions about one file are asked in a row.
    """

    def __init__(self, read: Callable[[bytes], bytes | None]) -> None:
        """``read`` returns the content of a file, or None."""
        self._read = read
        self._path: bytes | None = None
        self._page = Page.of(b"")
        self._starts: list[int] = []
        self._known: dict[int, list[Marker]] = {}

    def suppression(self, check: str, spot: Spot) -> Suppression | None:
        """Return the suppression by a comment on the line of a spot or the line before; None if there is none.

        For a spot that is a whole file, only the first line counts.
        """
        if spot.path != self._path:
            self._open(spot.path)
        content = self._page.data
        start = self._starts[spot.line - 1] if 0 < spot.line <= len(self._starts) else len(content) if spot.line else 0
        at = min(start + (spot.column - 1 if spot.line else 0), len(content))
        return next(filter(None, (applies(one, check) for one in self._at(at))), None) if content else None

    def _open(self, path: bytes) -> None:
        self._path, self._page, self._known = path, Page.of(self._read(path) or b""), {}
        self._starts = [0, *(found.end() for found in _BREAK.finditer(self._page.data))]

    def _at(self, offset: int) -> list[Marker]:
        if offset not in self._known:
            place = Match(offset, offset, offset, b"", (), offset, offset)
            self._known[offset] = markers([place], self._page).get(0, [])
        return self._known[offset]
