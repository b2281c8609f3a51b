"""Which stage of a program's life a place in a project belongs to, and why: the nearest statement wins.

Nearest is what the key's own statement says, then what encloses it, then variables in the same file, the name of the
file, and its folders. What is only a habit comes after everything that is said. Two exceptions: what is for tests or
for readers is that throughout; and a key that its name calls one of production is where it is, in a file that is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages import key_statement, labels, names
from keyguard.hygiene.stages.brackets import bracketed
from keyguard.hygiene.stages.enclosing import (
    AHEAD,
    BACK,
    Frame,
    builds,
    directives,
    document,
    indented,
    sections,
    tagged,
)
from keyguard.hygiene.stages.statements import Statement, statements
from keyguard.hygiene.stages.words import Judged as Judged
from keyguard.hygiene.stages.words import Stage as Stage
from keyguard.support.sanitize import shown

_FINDERS: dict[str, Callable[[bytes, int], Iterator[Frame]]] = {
    "sections": sections,
    "builds": builds,
    "indented": indented,
    "tags": tagged,
    "directives": directives,
}
UNKNOWN = Judged(None)
#: stages that are not for everybody's data
BEFORE_PRODUCTION = frozenset((Stage.DEVELOPMENT, Stage.TEST, Stage.CI, Stage.EXAMPLE))


def judge(path: bytes, content: bytes | None, offset: int) -> Judged:
    """The stage of a place, ``offset`` bytes into a file; without its content, that of the file."""
    if whole := names.absolute(path):
        return whole
    by_file = names.by_name(path)
    habit = by_file if by_file and not by_file.firm else None
    said = [by_file if by_file and by_file.firm else None, names.by_folder(path)]
    if content is not None and 0 <= offset <= len(content):
        nearer = _Inside(path, content, offset, by_file)
        named = nearer.by_own_name()
        outside = next(filter(None, (nearer.by_variables(firm=True), *said)), None)
        if named and named.stage is Stage.PRODUCTION and outside and outside.stage in BEFORE_PRODUCTION:
            named = None
        said = [named, nearer.by_block(), outside, nearer.by_variables(firm=False)]
    return next(filter(None, (*said, habit)), UNKNOWN)


class _Inside:
    """A place in a text."""

    def __init__(self, path: bytes, content: bytes, offset: int, by_file: Judged | None) -> None:
        self._content, self._offset = content, offset
        self._kinds = _kinds(path)
        self._builds = bool(by_file and by_file.stage is Stage.CI)
        self._telling = bool(_hint().search(content, max(0, offset - BACK), offset + AHEAD))

    def by_own_name(self) -> Judged | None:
        """What the key's own statement says."""
        if not self._telling:
            return None
        return key_statement.by_branch(self._content, self._offset) or key_statement.by_name(
            self._content, self._offset
        )

    def by_block(self) -> Judged | None:
        """What encloses it says, or is said in what encloses it, the nearest first."""
        if not self._telling:
            return None
        if found := key_statement.by_command(self._content, self._offset):
            return found
        frames = sorted(self._frames(), key=lambda one: -one[0].start)
        return next(filter(None, (self._of_frame(frame, kind) for frame, kind in frames)), None)

    def by_variables(self, *, firm: bool) -> Judged | None:
        """What the file says of itself, or its document, if it says one thing only."""
        start, end = 0, len(self._content)
        if "documents" in self._kinds:
            start, end = document(self._content, self._offset)
        return self._agreed(start, end, firm=firm, where="in this file")

    def _frames(self) -> Iterator[tuple[Frame, str]]:
        content, offset = self._content, self._offset
        for kind in self._kinds & _FINDERS.keys():
            yield from ((frame, kind) for frame in _FINDERS[kind](content, offset))
        if "brackets" in self._kinds:
            frames = bracketed(content, offset, hashes="hashes" in self._kinds)
            yield from ((frame, "brackets") for frame in frames)

    def _of_frame(self, frame: Frame, kind: str) -> Judged | None:
        if kind in ("sections", "builds"):
            said = labels.by_section(frame)
        elif kind == "tags":
            said = labels.by_element(frame)
        else:
            said = labels.by_condition(frame) or (labels.by_block(frame) if kind != "directives" else None)
        return said or self._agreed(frame.start, frame.end, firm=True, where="beside it")

    def _agreed(self, start: int, end: int, *, firm: bool, where: str) -> Judged | None:
        found = [one for one in self._statements() if start <= one.at < end and one.firm is firm]
        if len({one.stage for one in found}) != 1:
            return None
        return Judged(found[0].stage, f"{shown(found[0].name)}={shown(found[0].value)} {where}", firm)

    def _statements(self) -> list[Statement]:
        found = statements(self._content, settings="code" not in self._kinds)
        return [one for one in found if not (self._builds and one.name in _of_builds())]


@cache
def _hint() -> re.Pattern[bytes]:
    """Any word that a stage could be told by: where there is none, nothing is parsed."""
    words = sorted(word for words in tables.load("stages")["words"].values() for word in words)
    more = ["debug", "release"]
    return re.compile(rb"(?i)" + b"|".join(word.encode() for word in [*words, *more]))


@cache
def _of_builds() -> frozenset[str]:
    return frozenset(tables.load("stages")["variables"]["of-builds"])


def _kinds(path: bytes) -> frozenset[str]:
    """How a file is structured, by its extension or its name; endings that only say that it is a copy do not count."""
    name = path.rpartition(b"/")[2].decode("utf-8", "surrogateescape").lower()[-200:]
    parts = name.split(".")
    ending = next((part for part in reversed(parts) if part in _by_ending()), "")
    kinds = _by_ending().get(ending, frozenset())
    if ending in tables.load("stages")["files"]["code"] and ending:
        kinds |= {"code"}
    return kinds


@cache
def _by_ending() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for kind, endings in tables.load("stages")["kinds"].items():
        for ending in endings:
            table.setdefault(ending, set()).add(kind)
    return {ending: frozenset(kinds) for ending, kinds in table.items()}
