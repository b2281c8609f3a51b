"""What the statement of a key says: the name that it is given, the branch that it stands in, the command it is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.conditions import asked
from keyguard.hygiene.stages.statements import inline
from keyguard.hygiene.stages.words import Judged, Stage, exact, split, stage_of
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

#: bytes looked at on either side
_REACH = 400
_NAME = expression(
    r"([A-Za-z%_$][\w.%$@-]{1,80})[\"'`]?\s*(?:[\])]\s*)?(?::\s*[A-Za-z][\w<>\[\]|]{0,40}\s*=|=>|:=|\|\|=|=|:|,)\s*"
    r"(?:(?:new\s+)?[\w.]{1,40}\(\s*)?[\"'`]?(?:Bearer\s+)?$"
)
#: the two branches of a choice; ``?`` of a name or of an optional type is none
_THEN = expression(r"(?<=[\s)\"'`])\?\s*(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_OTHERWISE = expression(r"(?<=[\s)\"'`])\?[^?:;{}]{0,200}:\s*(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_IF_AFTER = expression(r"[\w-]*[\"'`]?\)?\s+if\s+(\S(?:[^\r\n]{0,198}?\S)??)\s+else\b")
_IF_BEFORE = expression(r"\sif\s+(\S(?:[^\r\n]{0,198}?\S)??)\s+else\s+(?:[\w.]{1,40}\(\s*)?[\"'`]?$")
_MODIFIER = expression(r"[\w-]*[\"'`]?\)?\s+((?:if|unless)\s+[^\r\n]{1,120})$")
#: one string ends, and another thing begins
_APART = expression(rb"[{}]|[\"'],|[\"'][ \t]*:|:[ \t]*[\"']")
_SCRIPT = expression(r"\"([A-Za-z][\w:.-]{1,60})\"\s*:\s*\"[^\"\r\n]{1,200}$")
_BREAK = expression(r"[;{}]|\r?\n[ \t]*\r?\n|(?<![?:=(|&,])\r?\n(?![ \t]*[?:.&|])")


def by_branch(content: bytes, offset: int) -> Judged | None:
    """Of a choice between two keys, the branch that this one stands in."""
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


def by_command(content: bytes, offset: int) -> Judged | None:
    """What else is set on the same line."""
    start = content.rfind(b"\n", max(0, offset - _REACH), offset) + 1 or max(0, offset - _REACH)
    end = content.find(b"\n", offset, offset + _REACH)
    line = content[start : end if end >= 0 else offset + _REACH]
    before, after = _APART.split(line[: offset - start])[-1], _APART.split(line[offset - start :])[0]
    found = inline(before + after, start)
    if len({one.stage for one in found if one.firm}) != 1:
        return None
    one = next(one for one in found if one.firm)
    return Judged(one.stage, f"{one.name}={one.value} on the same line", firm=True)


def by_name(content: bytes, offset: int) -> Judged | None:
    """What the name says that the key is given: ``SENDMAILOS_TEST_KEY``, or that of a stage and nothing else."""
    name = name_of_key(content, offset)
    return (_named(name) if name else None) or _of_script(_line(content, offset))


def name_of_key(content: bytes, offset: int) -> str:
    """The name that is given a key there; empty where there is none on its line."""
    found = _NAME.search(_line(content, offset))
    return found[1] if found else ""


def _of_script(line: str) -> Judged | None:
    """What the name of a command says: ``"test": "KEY=... jest"``."""
    found = _SCRIPT.search(line)
    stage = exact(found[1]) if found else None
    return Judged(stage, f"name {shown(found[1])}", firm=True) if found and stage else None


def _named(name: str) -> Judged | None:
    if profile := re.match(r"%([a-z]+)\.", name):
        stage = stage_of(profile[1])
        return Judged(stage, f"profile {profile[1]}", firm=True) if stage else None
    if stage := exact(name):
        return Judged(stage, f"name {shown(name)}", firm=bool(len(split(name)) == 1 or _is_key(split(name))))
    stages = set(_said(split(name)))
    return Judged(next(iter(stages)), f"name {shown(name)}", firm=True) if len(stages) == 1 else None


def _said(words: list[str]) -> Iterator[Stage]:
    """The stages whose words are about the key: at an end of its name, or beside a word for keys."""
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


def _asked(condition: str, otherwise: bool) -> Judged | None:
    found = asked(condition, otherwise=otherwise)
    if not found:
        return None
    return Judged(found.stage, f"a choice that falls on it in {found.stage.value}", found.firm)


def _line(content: bytes, offset: int) -> str:
    """What stands before a place on its line."""
    return re.split(r"[\r\n]", _around(content, offset)[0])[-1]


def _around(content: bytes, offset: int) -> tuple[str, str]:
    """Text before a place and after it."""
    before, after = content[max(0, offset - _REACH) : offset], content[offset : offset + _REACH]
    return before.decode("utf-8", "replace"), re.split(r"\r?\n", after.decode("utf-8", "replace"), maxsplit=1)[0]
