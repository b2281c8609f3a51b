"""Detects the deployment stage of a place in a project, and the reason: the evidence nearest to the place wins.

From nearest to farthest: the key's own statement, the blocks around it, variables in the same file, the name of the
file, its folders. Conventions come after everything that is stated. Two exceptions: a file for tests or examples is
that throughout; and where a variable's name calls a key a production key in a file that is for a stage before
production, the file wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages import block_stage, key_statement, path_stage
from keyguard.hygiene.stages.bracket_blocks import bracket_blocks
from keyguard.hygiene.stages.enclosing_blocks import (
    AHEAD,
    BACK,
    Block,
    build_stages,
    directive_branches,
    elements,
    indented_blocks,
    sections,
    yaml_document,
)
from keyguard.hygiene.stages.stage import Stage, StageJudgment
from keyguard.hygiene.stages.stage_variables import agreed_variable
from keyguard.support.sanitize import shown

_FINDERS: dict[str, Callable[[bytes, int], Iterator[Block]]] = {
    "sections": sections,
    "builds": build_stages,
    "indented": indented_blocks,
    "tags": elements,
    "directives": directive_branches,
}
UNKNOWN = StageJudgment(None)
#: stages before production, which hold no data of users
BEFORE_PRODUCTION = frozenset((Stage.DEVELOPMENT, Stage.TEST, Stage.CI, Stage.EXAMPLE))


def detect_stage(path: bytes, content: bytes | None, offset: int) -> StageJudgment:
    """Return the stage ``offset`` bytes into a file; if ``content`` is None, that of the file."""
    if whole := path_stage.test_or_example(path):
        return whole
    by_file = path_stage.by_name(path)
    habit = by_file if by_file and not by_file.firm else None
    said = [by_file if by_file and by_file.firm else None, path_stage.by_folder(path)]
    if content is not None and 0 <= offset <= len(content):
        nearer = _Inside(path, content, offset, by_file)
        named = nearer.by_own_name()
        outside = next(filter(None, (nearer.by_variables(firm=True), *said)), None)
        if named and named.stage is Stage.PRODUCTION and outside and outside.stage in BEFORE_PRODUCTION:
            named = None
        said = [named, nearer.by_block(), outside, nearer.by_variables(firm=False)]
    return next(filter(None, (*said, habit)), UNKNOWN)


class _Inside:
    """An offset in a text, with what is known of the file."""

    def __init__(self, path: bytes, content: bytes, offset: int, by_file: StageJudgment | None) -> None:
        self._content, self._offset = content, offset
        self._kinds = _kinds(path)
        self._builds = bool(by_file and by_file.stage is Stage.CI)
        self._telling = bool(_hint().search(content, max(0, offset - BACK), offset + AHEAD))

    def by_own_name(self) -> StageJudgment | None:
        """Return the stage that the key's own statement names."""
        if not self._telling:
            return None
        return key_statement.by_branch(self._content, self._offset) or key_statement.by_name(
            self._content, self._offset
        )

    def by_block(self) -> StageJudgment | None:
        """Return the stage that the innermost block names, by its opener or by a variable in it."""
        if not self._telling:
            return None
        if found := key_statement.by_command(self._content, self._offset):
            return found
        blocks = sorted(self._blocks(), key=lambda one: -one[0].start)
        return next(filter(None, (self._of_block(block, kind) for block, kind in blocks)), None)

    def by_variables(self, *, firm: bool) -> StageJudgment | None:
        """Return the stage that the variables of the file, or of its YAML document, agree on."""
        start, end = 0, len(self._content)
        if "documents" in self._kinds:
            start, end = yaml_document(self._content, self._offset)
        return self._agreed(start, end, firm=firm, where="in this file")

    def _blocks(self) -> Iterator[tuple[Block, str]]:
        content, offset = self._content, self._offset
        for kind in self._kinds & _FINDERS.keys():
            yield from ((block, kind) for block in _FINDERS[kind](content, offset))
        if "brackets" in self._kinds:
            blocks = bracket_blocks(content, offset, hashes="hashes" in self._kinds)
            yield from ((block, "brackets") for block in blocks)

    def _of_block(self, block: Block, kind: str) -> StageJudgment | None:
        if kind in ("sections", "builds"):
            said = block_stage.by_section(block)
        elif kind == "tags":
            said = block_stage.by_element(block)
        else:
            said = block_stage.by_condition(block) or (block_stage.by_block(block) if kind != "directives" else None)
        return said or self._agreed(block.start, block.end, firm=True, where="beside it")

    def _agreed(self, start: int, end: int, *, firm: bool, where: str) -> StageJudgment | None:
        without = _of_builds() if self._builds else frozenset[str]()
        settings = "code" not in self._kinds
        one = agreed_variable(self._content, start, end, settings=settings, firm=firm, without=without)
        return one and StageJudgment(one.stage, f"{shown(one.name)}={shown(one.value)} {where}", firm)


@cache
def _hint() -> re.Pattern[bytes]:
    """Return the pattern of all words that can name a stage: a text without any need not be parsed."""
    words = sorted(word for words in tables.load("stages")["words"].values() for word in words)
    more = ["debug", "release"]
    return re.compile(rb"(?i)" + b"|".join(word.encode() for word in [*words, *more]))


@cache
def _of_builds() -> frozenset[str]:
    return frozenset(tables.load("stages")["variables"]["of-builds"])


def _kinds(path: bytes) -> frozenset[str]:
    """Return the syntaxes of a file by its extension; extensions that only mark a copy do not count."""
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
