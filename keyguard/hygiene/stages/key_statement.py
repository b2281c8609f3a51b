"""The stage that the statement of a key names: by the key's variable, by a conditional, or by a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.conditions import stage_of_condition
from keyguard.hygiene.stages.stage import Stage, StageJudgment
from keyguard.hygiene.stages.stage_variables import variables_on_line
from keyguard.hygiene.stages.words import exact_stage, split_words, stage_of
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

#: bytes looked at on either side of a key
_REACH = 400
_NAME = expression(
    r"([A-Za-z%_$][\w.%$@-]{1,80})[\"'`]?\s*(?:[\])]\s*)?(?::\s*[A-Za-z][\w<>\[\]|]{0,40}\s*=|=>|:=|\|\|=|=|:|,)\s*"
    r"(?:(?:new\s+)?[\w.]{1,40}\(\s*)?[\"'`]?(?:Bearer\s+)?$"
)
#: the two branches of a conditional expression; the ``?`` of a name or of an optional type is none
_THEN = expression(r"(?<=[\s)\"'`])\?\s*(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_OTHERWISE = expression(r"(?<=[\s)\"'`])\?[^?:;{}]{0,200}:\s*(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_IF_AFTER = expression(r"[\w-]*[\"'`]?\)?\s+if\s+(\S(?:[^\r\n]{0,198}?\S)??)\s+else\b")
_IF_BEFORE = expression(r"\sif\s+(\S(?:[^\r\n]{0,198}?\S)??)\s+else\s+(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_MODIFIER = expression(r"[\w-]*[\"'`]?\)?\s+((?:if|unless)\s+[^\r\n]{1,120})$")
#: a string ends and something else begins
_APART = expression(rb"[{}]|[\"'],|[\"'][ \t]*:|:[ \t]*[\"']")
_SCRIPT = expression(r"\"([A-Za-z][\w:.-]{1,60})\"\s*:\s*\"[^\"\r\n]{1,200}$")
_BREAK = expression(r"[;{}]|\r?\n[ \t]*\r?\n|(?<![?:=(|&,])\r?\n(?![ \t]*[?:.&|])")


def by_branch(content: bytes, offset: int) -> StageJudgment | None:
    """Return the stage of the branch that the key is in, if the statement chooses between two keys."""
    before, after = _around(content, offset)
    statement = _BREAK.split(before)[-1]
    if found := _IF_AFTER.match(after) or _MODIFIER.match(after):
        return _asked(found[1], False)
    if found := _IF_BEFORE.search(statement):
        return _asked(found[1], True)
    for pattern, otherwise in ((_THEN, False), (_OTHERWISE, True)):
        if found := pattern.search(statement):
            return _asked(re.split(r"\s[?:]\s", statement[: found.start()])[-1], otherwise)
    return None


def by_command(content: bytes, offset: int) -> StageJudgment | None:
    """Return the stage that a variable on the same line names: ``NODE_ENV=test KEY=... run``."""
    start = content.rfind(b"\n", max(0, offset - _REACH), offset) + 1 or max(0, offset - _REACH)
    end = content.find(b"\n", offset, offset + _REACH)
    line = content[start : end if end >= 0 else offset + _REACH]
    before, after = _APART.split(line[: offset - start])[-1], _APART.split(line[offset - start :])[0]
    found = variables_on_line(before + after, start)
    if len({one.stage for one in found if one.firm}) != 1:
        return None
    one = next(one for one in found if one.firm)
    return StageJudgment(one.stage, f"{one.name}={one.value} on the same line", firm=True)


def by_name(content: bytes, offset: int) -> StageJudgment | None:
    """Return the stage that the key's variable names, as in ``SENDMAILOS_TEST_KEY``, else that its npm script names."""
    name = name_of_key(content, offset)
    return (_named(name) if name else None) or _of_script(_line(content, offset))


def name_of_key(content: bytes, offset: int) -> str:
    """Return the name that a key is assigned to; empty if there is none on its line."""
    found = _NAME.search(_line(content, offset))
    return found[1] if found else ""


def _of_script(line: str) -> StageJudgment | None:
    """Return the stage that the name of an npm script names: ``"test": "KEY=... jest"``."""
    found = _SCRIPT.search(line)
    stage = exact_stage(found[1]) if found else None
    return StageJudgment(stage, f"name {shown(found[1])}", firm=True) if found and stage else None


def _named(name: str) -> StageJudgment | None:
    if profile := re.match(r"%([a-z]+)\.", name):
        stage = stage_of(profile[1])
        return StageJudgment(stage, f"profile {profile[1]}", firm=True) if stage else None
    if stage := exact_stage(name):
        return StageJudgment(
            stage, f"name {shown(name)}", firm=bool(len(split_words(name)) == 1 or _is_key(split_words(name)))
        )
    stages = set(_said(split_words(name)))
    return StageJudgment(next(iter(stages)), f"name {shown(name)}", firm=True) if len(stages) == 1 else None


def _said(words: list[str]) -> Iterator[Stage]:
    """Yield the stages whose words describe the key: at an end of its name, or beside a word for keys."""
    for at, word in enumerate(words):
        beside = {*words[max(0, at - 1) : at], *words[at + 1 : at + 2]}
        edge = at in (0, len(words) - 1) and _is_key(words)
        if word in _listed("saying") and (edge or beside & _listed("keys")) and (stage := stage_of(word)):
            yield stage


def _is_key(words: list[str]) -> bool:
    return not _listed("keys").isdisjoint(words)


@cache
def _listed(which: str) -> frozenset[str]:
    return frozenset(tables.load("stages")["keys"][which])


def _asked(condition: str, otherwise: bool) -> StageJudgment | None:
    found = stage_of_condition(condition, otherwise=otherwise)
    if not found:
        return None
    return StageJudgment(found.stage, f"a choice that falls on it in {found.stage.value}", found.firm)


def _line(content: bytes, offset: int) -> str:
    """Return the text before an offset on its line."""
    return re.split(r"[\r\n]", _around(content, offset)[0])[-1]


def _around(content: bytes, offset: int) -> tuple[str, str]:
    """Return the text before an offset, and the text after it up to the end of the line."""
    before, after = content[max(0, offset - _REACH) : offset], content[offset : offset + _REACH]
    return before.decode("utf-8", "replace"), re.split(r"\r?\n", after.decode("utf-8", "replace"), maxsplit=1)[0]
