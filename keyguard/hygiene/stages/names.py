"""The stage that a path tells: names with a meaning of their own, then words in the name, then folders."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.words import Judged, Stage, Words, read, split, stage_of
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

_ENV_FILE = expression(r"\.?env(?:[._-](?P<after>.*))?|(?P<before>.+)\.env", re.IGNORECASE | re.DOTALL)
_WILD = expression(r"[*?]|\[[^\]]{0,300}\]")
#: bytes of a path that are looked at
_LONGEST = 4096


class Globs:
    """Some globs, made into one expression for the first text in which a piece of one stands: few names have any."""

    def __init__(self, globs: list[str]) -> None:
        self._expression = expression("|".join(map(translate, globs)))
        self._pieces = [max(_WILD.split(glob), key=len) for glob in globs]

    def fit(self, text: str) -> bool:
        """Whether one of them means the text."""
        return any(piece in text for piece in self._pieces) and self._expression.match(text) is not None


class Row(NamedTuple):
    """Names with one meaning."""

    names: Globs
    paths: Globs
    stage: Stage
    why: str
    firm: bool
    whole: bool


def absolute(path: bytes) -> Judged | None:
    """What is for tests or for readers is that, whatever it says itself."""
    folders, name = _parts(path)
    row = _row(path)
    if row and row.whole:
        return _by_row(row, name)
    if (ending := _ending(name)) in _files("templates"):
        return Judged(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    if ending in _files("settings") and read(_stem(name)).stage is Stage.EXAMPLE and not read(_stem(name)).rest:
        return Judged(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    if (env := _env_words(name)) and env.stage is Stage.EXAMPLE:
        return Judged(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    for folder in reversed(folders):
        for stage in (Stage.TEST, Stage.EXAMPLE):
            if folder.lower() in _folders(stage.value):
                return Judged(stage, f"folder {shown(folder)}", firm=True)
    return None


def by_name(path: bytes) -> Judged | None:
    """What the name of the file says."""
    folders, name = _parts(path)
    if (env := _env_words(name)) is not None:
        return _env(name, env)
    said = _by_words(name, inside=any(folder.lower() in _folders("environments") for folder in folders))
    row = _row(path)
    if row and not (said and not row.firm):
        return _by_row(row, name)
    return Judged(said, f"file name {shown(name)}", firm=True) if said else None


def by_folder(path: bytes) -> Judged | None:
    """What the nearest folder says that is called after a stage."""
    folders, name = _parts(path)
    settings = _ending(name) in _files("settings") or _env_words(name) is not None or "." not in name
    for at in range(len(folders) - 1, -1, -1):
        found = read(folders[at])
        if not found.stage or found.rest or found.stage is Stage.EXAMPLE:
            continue
        inside = any(one.lower() in _folders("environments") for one in folders[:at])
        if inside or (settings and folders[at].lower() in _folders("plain")):
            return Judged(found.stage, f"folder {shown(folders[at])}", firm=True)
    return None


def _by_words(name: str, *, inside: bool) -> Stage | None:
    """A word for a stage in the name of a file of settings, or in that of code that can only be settings."""
    ending, found = _ending(name), read(_stem(name))
    if not found.stage or found.stage is Stage.EXAMPLE:
        return None
    bare = len(split(_stem(name))) == 1
    if ending in _files("code"):
        return found.stage if not found.rest and (inside or not (bare or found.weak)) else None
    if ending not in _files("settings"):
        return None
    if not found.rest:
        return found.stage if inside or not found.weak or not bare or ending in _files("telling") else None
    edge = (found.first or found.last) and not found.weak
    return found.stage if edge and (inside or ending in _files("telling")) else None


def _env(name: str, words: Words) -> Judged | None:
    shown_name = shown(name)
    if words.stage:
        return Judged(words.stage, f"file name {shown_name}", firm=True)
    if name == ".env":
        return Judged(Stage.DEVELOPMENT, f"{shown_name} is for development by convention")
    return None


def _env_words(name: str) -> Words | None:
    """The name of an environment file taken apart; None where it is none."""
    found = _ENV_FILE.fullmatch(name)
    if not found or _ending(name) in _files("code") or name.endswith(".d.ts"):
        return None
    return read(found["after"] or found["before"] or "")


def _by_row(row: Row, name: str) -> Judged:
    return Judged(row.stage, row.why.replace("{name}", shown(name)), row.firm)


def _row(path: bytes) -> Row | None:
    text = "/" + _text(path)
    name = text.rpartition("/")[2]
    return next((row for row in _rows() if row.names.fit(name) or row.paths.fit(text)), None)


def _parts(path: bytes) -> tuple[list[str], str]:
    *folders, name = _text(path).split("/")
    return folders, name


def _text(path: bytes) -> str:
    return path[-_LONGEST:].decode("utf-8", "surrogateescape")


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if dot and stem else ""


def _stem(name: str) -> str:
    """The name without its last extension, if that says what kind of file it is: ``.enc`` does not."""
    ending = _ending(name)
    if ending and not stage_of(ending):
        return name[: -len(ending) - 1]
    return name


@cache
def _rows() -> list[Row]:
    return [
        Row(
            Globs([one for one in row["match"] if "/" not in one]),
            Globs(["*/" + one for one in row["match"] if "/" in one]),
            Stage(row["stage"]),
            row["why"],
            row.get("firm", False),
            row.get("whole", False),
        )
        for row in tables.load("stages")["names"]
    ]


@cache
def _files(which: str) -> frozenset[str]:
    return frozenset(tables.load("stages")["files"][which])


@cache
def _folders(which: str) -> frozenset[str]:
    return frozenset(tables.load("stages")["folders"][which])
