"""Places for violations: a stretch of a file as a line, columns and a text in which nothing is secret."""

from __future__ import annotations

from keyguard.engine.compiled import Engine
from keyguard.engine.page import Page
from keyguard.keeping import Spot
from keyguard.model import Blob, Match, Occurrence, Where
from keyguard.places import Places
from keyguard.secrets import MASK


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
    """A stretch of a text, in bytes, half open: shown as it is, unless a key stands in it, or it is ``hidden``."""
    page = Page.of(data)
    keys = engine.matcher.find(data).matches
    others = [key for key in keys if key.end <= start or key.start >= end]
    plain = len(others) == len(keys) and not hidden
    shown = data[start:end].decode("utf-8", "backslashreplace") if plain else MASK
    ours = Match(start, end, start, b"", (), start, end)
    matches = sorted([*others, ours])
    places = Places(Blob(path, Where.TREE), page, matches, None, hashed=False)
    return of_key(path, places.occurrence(matches.index(ours), shown))
