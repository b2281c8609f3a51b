"""The stage that a path names: by file names with a fixed meaning, by words in the file's name, and by folders."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.stage import Stage, StageJudgment
from keyguard.hygiene.stages.words import NameWords, parse_name, split_words, stage_of
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

_ENV_FILE = expression(r"\.?env(?:[._-](?P<after>.*))?|(?P<before>.+)\.env", re.IGNORECASE | re.DOTALL)
_WILD = expression(r"[*?]|\[[^\]]{0,300}\]")
#: bytes of a path that are looked at
_LONGEST = 4096


class Globs:
    """A list of globs, compiled when a text first contains a literal piece of one: few names do."""

    def __init__(self, globs: list[str]) -> None:
        self._expression = expression("|".join(map(translate, globs)))
        self._pieces = [max(_WILD.split(glob), key=len) for glob in globs]

    def fit(self, text: str) -> bool:
        """Return whether one of the globs matches the text."""
        return any(piece in text for piece in self._pieces) and self._expression.match(text) is not None


class Row(NamedTuple):
    """File names and paths that mean one stage."""

    names: Globs
    paths: Globs
    stage: Stage
    why: str
    firm: bool
    whole: bool


def test_or_example(path: bytes) -> StageJudgment | None:
    """Return the stage of a file that is for tests or examples, whatever its content says; None for other files."""
    folders, name = _parts(path)
    row = _row(path)
    if row and row.whole:
        return _by_row(row, name)
    if (ending := _ending(name)) in _files("templates"):
        return StageJudgment(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    if (
        ending in _files("settings")
        and parse_name(_stem(name)).stage is Stage.EXAMPLE
        and not parse_name(_stem(name)).rest
    ):
        return StageJudgment(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    if (env := _env_words(name)) and env.stage is Stage.EXAMPLE:
        return StageJudgment(Stage.EXAMPLE, f"file name {shown(name)}", firm=True)
    for folder in reversed(folders):
        for stage in (Stage.TEST, Stage.EXAMPLE):
            if folder.lower() in _folders(stage.value):
                return StageJudgment(stage, f"folder {shown(folder)}", firm=True)
    return None


def by_name(path: bytes) -> StageJudgment | None:
    """Return the stage that the name of the file names."""
    folders, name = _parts(path)
    if (env := _env_words(name)) is not None:
        return _env(name, env)
    said = _by_words(name, inside=any(folder.lower() in _folders("environments") for folder in folders))
    row = _row(path)
    if row and not (said and not row.firm):
        return _by_row(row, name)
    return StageJudgment(said, f"file name {shown(name)}", firm=True) if said else None


def by_folder(path: bytes) -> StageJudgment | None:
    """Return the stage of the nearest folder that is named after one."""
    folders, name = _parts(path)
    settings = _ending(name) in _files("settings") or _env_words(name) is not None or "." not in name
    for at in range(len(folders) - 1, -1, -1):
        found = parse_name(folders[at])
        if not found.stage or found.rest or found.stage is Stage.EXAMPLE:
            continue
        inside = any(one.lower() in _folders("environments") for one in folders[:at])
        if inside or (settings and folders[at].lower() in _folders("plain")):
            return StageJudgment(found.stage, f"folder {shown(folders[at])}", firm=True)
    return None


def _by_words(name: str, *, inside: bool) -> Stage | None:
    """Return the stage that a settings file's name contains; for code, only if it can hold nothing but settings."""
    ending, found = _ending(name), parse_name(_stem(name))
    if not found.stage or found.stage is Stage.EXAMPLE:
        return None
    bare = len(split_words(_stem(name))) == 1
    if ending in _files("code"):
        return found.stage if not found.rest and (inside or not (bare or found.weak)) else None
    if ending not in _files("settings"):
        return None
    if not found.rest:
        return found.stage if inside or not found.weak or not bare or ending in _files("telling") else None
    edge = (found.first or found.last) and not found.weak
    return found.stage if edge and (inside or ending in _files("telling")) else None


def _env(name: str, words: NameWords) -> StageJudgment | None:
    shown_name = shown(name)
    if words.stage:
        return StageJudgment(words.stage, f"file name {shown_name}", firm=True)
    if name == ".env":
        return StageJudgment(Stage.DEVELOPMENT, f"{shown_name} is for development by convention")
    return None


def _env_words(name: str) -> NameWords | None:
    """Return the words in the name of an environment file; None for other files."""
    found = _ENV_FILE.fullmatch(name)
    if not found or _ending(name) in _files("code") or name.endswith(".d.ts"):
        return None
    return parse_name(found["after"] or found["before"] or "")


def _by_row(row: Row, name: str) -> StageJudgment:
    return StageJudgment(row.stage, row.why.replace("{name}", shown(name)), row.firm)


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
    """Return the name without its last extension, if that is a file type: ``.enc`` is none."""
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
