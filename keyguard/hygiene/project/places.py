"""Places for violations: a stretch of a file as a line, columns and a text in which nothing is secret."""

from __future__ import annotations

from functools import lru_cache

from keyguard.engine.compiled import Engine
from keyguard.engine.page import Page
from keyguard.masking.secret import MASK
from keyguard.model.finding import Match, Occurrence
from keyguard.model.violation import Spot
from keyguard.support.regex import expression

#: what a line may begin with so that it is shown: a plain name that what follows is given to
_LEAD = expression(rb"[ \t]*((?:- )?(?:[\"']?[A-Za-z_]{1,30}[\"']?[ \t]*[:=][ \t]*)?[\"']?)\Z")
_LONGEST_LEAD = 80


def of_file(path: bytes) -> Spot:
    """The file as a whole."""
    return Spot(path=path)


def of_key(path: bytes, occurrence: Occurrence) -> Spot:
    """Where a key stands; ``path`` is that below the root of the project."""
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
    """A stretch of a text, in bytes, half open: shown as it is, unless a key stands in it, or it is ``hidden``.

    Of the line around it only the name that it is given to is shown: where it is about a name that says "secret", what
    stands beside it often is one, and no rule need know it.
    """
    shown = _text(data, start, end, engine)
    return _spot(path, data, (start, end), _lead(data, start), MASK if hidden or shown is None else shown, "")


def of_secret(path: bytes, data: bytes, span: tuple[int, int], around: tuple[int, int], engine: Engine) -> Spot:
    """A stretch that is a secret, with what stands ``around`` it, of which the caller knows that it is none."""
    before = _text(data, around[0], span[0], engine)
    after = _text(data, span[1], around[1], engine)
    return _spot(path, data, span, _lead(data, around[0]) + (before or ""), MASK, after or "")


def _lead(data: bytes, start: int) -> str:
    line = max(data.rfind(b"\n", 0, start) + 1, start - _LONGEST_LEAD)
    found = _LEAD.match(data, line, start)
    return found[1].decode() if found else ""


def _text(data: bytes, start: int, end: int, engine: Engine) -> str | None:
    """What stands there; None if a key does."""
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
    """The keys in a text: several checks, one after the other, ask about the same one."""
    return engine.matcher.find(data).matches
