"""What opens a block, read as a stage: ``[env.production]``, ``development:``, ``class TestingConfig``."""

from __future__ import annotations

import re

from keyguard.hygiene.stages.conditions import asked
from keyguard.hygiene.stages.enclosing import Frame
from keyguard.hygiene.stages.words import Judged, exact, read
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

_CONDITION = expression(
    r"\s*(?:[-}]\s*)?(?:<%[-=]?\s*)?[@#]?(?:else\s*)?(?:if|elif|elsif|elseif|unless|when|case|switch|match|guard)\b"
)
_CLASS = expression(r"\b(?:class|module|object|namespace|struct|enum|interface)\s+([A-Za-z_]\w{1,80})")
#: calls that are given the name of a stage
_CALL = expression(
    r"\b(?:configure|environment|environments|env|stage|profile|namespace|workspace|on_env|tier)\s*(?:\(\s*)?[\"':]+"
    r"([A-Za-z][\w -]{1,60})"
)
#: the last name before a bracket or colon, and what may stand between
_NAME = expression(
    r"(?:^|[\s\"'`,{(:%@.-])([A-Za-z%][\w.@-]{1,80})[\"'`]?\s*(?:(?::\s*[A-Za-z][\w<>\[\], |.]{0,80}=|=>|:=|=|:)\s*)?"
    r"(?:(?:&\w+|!\w+|[|>][-+]?)\s*)?(?:#.*)?$"
)
_QUOTED_NAMES = expression(r"\s*(?:resource|module|data|variable|locals|provider|job|group|task)\s+(?:\"[^\"]*\"\s*)+$")
_QUOTED = expression(r"\"([A-Za-z][\w-]{1,80})\"")
_ATTRIBUTE = expression(r"\b(?:profile|profiles|name|id|key|environment|env|stage|names|include)=\"([^\"]{1,60})\"")


def by_condition(frame: Frame) -> Judged | None:
    """What the condition says under which a block runs."""
    if not _CONDITION.match(frame.opener):
        return None
    found = asked(frame.opener, otherwise=frame.otherwise)
    return Judged(found.stage, f"a condition that holds in {found.stage.value}", found.firm) if found else None


def by_section(frame: Frame) -> Judged | None:
    """What the name of a section says; ``[production : common]`` inherits from another."""
    name = frame.opener.partition(":")[0].strip().strip("\"'")
    for part in (name, *re.split(r"[.\s/\"']+", name)):
        found = read(part)
        if (stage := found.stage) and not found.rest:
            return Judged(stage, f"section [{shown(name)}]" if part == name else f"section {shown(part)}", firm=True)
    found = read(name)
    if found.stage and (found.first or found.last) and not found.weak:
        return Judged(found.stage, f"a section for {found.stage.value}", firm=True)
    return None


def by_element(frame: Frame) -> Judged | None:
    """What the name of an element says, or those of its attributes that name it."""
    for name in (re.split(r"\s", frame.opener, maxsplit=1)[0], *_ATTRIBUTE.findall(frame.opener)):
        if stage := exact(name):
            return Judged(stage, f"element {shown(name)}", firm=True)
    return None


def by_block(frame: Frame) -> Judged | None:
    """What the name of a block says."""
    if frame.otherwise:
        return None
    text = frame.opener.rstrip().removesuffix(" do").removesuffix("{").rstrip()
    for pattern in (_CLASS, _CALL):
        if found := pattern.search(text):
            return _named(found[1])
    if _QUOTED_NAMES.match(text):
        return _resource(_QUOTED.findall(text)[-1:])
    # what stands behind a bracket is what a function gives back
    found = None if ")" in text else _NAME.search(text)
    return _named(found[1]) if found else None


def _named(name: str) -> Judged | None:
    stage = exact(name.removeprefix("%").removeprefix("when@"))
    return Judged(stage, f"block {shown(name)}", firm=True) if stage else None


def _resource(names: list[str]) -> Judged | None:
    for name in names:
        found = read(name)
        if found.stage and (found.first or found.last) and not found.weak:
            return Judged(found.stage, f"a block for {found.stage.value}", firm=True)
    return None
