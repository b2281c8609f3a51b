"""Spots for violations: a span of a file as line, columns and a text without secrets."""

from __future__ import annotations

from functools import lru_cache

from keyguard.engine.compiled import Engine
from keyguard.engine.page import Page
from keyguard.masking.secret import MASK
from keyguard.model.finding import Match, Occurrence
from keyguard.model.violation import Spot
from keyguard.support.regex import expression

#: the part of the line before a spot that is shown: a plain name that the value is assigned to
_LEAD = expression(rb"[ \t]*((?:- )?(?:[\"']?[A-Za-z_]{1,30}[\"']?[ \t]*[:=][ \t]*)?[\"']?)\Z")
_LONGEST_LEAD = 80


def of_file(path: bytes) -> Spot:
    """Return the spot for a file as a whole."""
    return Spot(path=path)


def of_key(path: bytes, occurrence: Occurrence) -> Spot:
    """Return the spot of a key; ``path`` is relative to the root of the project."""
    return Spot(
        path=path,
        line=occurrence.line,
        column=occurrence.column,
        end_line=occurrence.end_line,
        end_column=occurrence.end_column,
        text=occurrence.snippet.text,
        start=occurrence.snippet.start,
        end=occurrence.snippet.end,
        commit=occurrence.commit,
        author_date=occurrence.author_date,
        trace=occurrence.trace,
    )


def of_span(path: bytes, data: bytes, start: int, end: int, engine: Engine, *, hidden: bool = False) -> Spot:
    """Return the spot of a half-open span of a text, in bytes, masked if it overlaps a key or is ``hidden``.

    Of the line around the span only the name that it is assigned to is shown: beside a name that says "secret" there
    often is a secret, and no rule need know it.
    """
    shown = _text(data, start, end, engine)
    return _spot(path, data, (start, end), _lead(data, start), MASK if hidden or shown is None else shown, "")


def of_secret(path: bytes, data: bytes, span: tuple[int, int], around: tuple[int, int], engine: Engine) -> Spot:
    """Return the spot of a secret, masked, with the text ``around`` it, which the caller knows to contain no secret."""
    before = _text(data, around[0], span[0], engine)
    after = _text(data, span[1], around[1], engine)
    return _spot(path, data, span, _lead(data, around[0]) + (before or ""), MASK, after or "")


def _lead(data: bytes, start: int) -> str:
    line = max(data.rfind(b"\n", 0, start) + 1, start - _LONGEST_LEAD)
    found = _LEAD.match(data, line, start)
    return found[1].decode() if found else ""


def _text(data: bytes, start: int, end: int, engine: Engine) -> str | None:
    """Return the text of a span; None if it overlaps a key."""
    if any(start < key.end and key.start < end for key in _keys(engine, data)):
        return None
    return data[start:end].decode("utf-8", "backslashreplace")


def _spot(path: bytes, data: bytes, span: tuple[int, int], before: str, shown: str, after: str) -> Spot:
    line, column, end_line, end_column = Page.of(data).span(*span)
    return Spot(
        path=path,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        text=before + shown + after,
        start=len(before),
        end=len(before) + len(shown),
    )


@lru_cache(maxsize=2)
def _keys(engine: Engine, data: bytes) -> list[Match]:
    """Return the keys in a text, cached because several checks ask about the same text in a row."""
    return engine.matcher.find(data, b"").matches
