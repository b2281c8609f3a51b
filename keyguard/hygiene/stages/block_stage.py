"""The stage that the opener of a block names: ``[env.production]``, ``development:``, ``class TestingConfig``."""

from __future__ import annotations

import re

from keyguard.hygiene.stages.conditions import stage_of_condition
from keyguard.hygiene.stages.enclosing_blocks import Block
from keyguard.hygiene.stages.stage import StageJudgment
from keyguard.hygiene.stages.words import exact_stage, parse_name
from keyguard.support.regex import expression
from keyguard.support.sanitize import shown

_CONDITION = expression(
    r"\s*(?:[-}]\s*)?(?:<%[-=]?\s*)?[@#]?(?:else\s*)?(?:if|elif|elsif|elseif|unless|when|case|switch|match|guard)\b"
)
_CLASS = expression(r"\b(?:class|module|object|namespace|struct|enum|interface)\s+([A-Za-z_]\w{1,80})")
#: calls whose argument is the name of a stage
_CALL = expression(
    r"\b(?:configure|environment|environments|env|stage|profile|namespace|workspace|on_env|tier)\s*(?:\(\s*)?[\"':]+"
    r"([A-Za-z][\w -]{1,60})"
)
#: the last name before a bracket or colon, and what may stand between them
_NAME = expression(
    r"(?:^|[\s\"'`,{(:%@.-])([A-Za-z%][\w.@-]{1,80})[\"'`]?\s*(?:(?::\s*[A-Za-z][\w<>\[\], |.]{0,80}=|=>|:=|=|:)\s*)?"
    r"(?:(?:&\w+|!\w+|[|>][-+]?)\s*)?(?:#.*)?$"
)
_QUOTED_NAMES = expression(r"\s*(?:resource|module|data|variable|locals|provider|job|group|task)\s+(?:\"[^\"]*\"\s*)+$")
_QUOTED = expression(r"\"([A-Za-z][\w-]{1,80})\"")
_ATTRIBUTE = expression(r"\b(?:profile|profiles|name|id|key|environment|env|stage|names|include)=\"([^\"]{1,60})\"")


def by_condition(block: Block) -> StageJudgment | None:
    """Return the stage in which the condition of a block holds."""
    if not _CONDITION.match(block.opener):
        return None
    found = stage_of_condition(block.opener, otherwise=block.otherwise)
    return StageJudgment(found.stage, f"a condition that holds in {found.stage.value}", found.firm) if found else None


def by_section(block: Block) -> StageJudgment | None:
    """Return the stage that the name of a section names; ``[production : common]`` inherits from another section."""
    name = block.opener.partition(":")[0].strip().strip("\"'")
    for part in (name, *re.split(r"[.\s/\"']+", name)):
        found = parse_name(part)
        if (stage := found.stage) and not found.rest:
            return StageJudgment(
                stage, f"section [{shown(name)}]" if part == name else f"section {shown(part)}", firm=True
            )
    found = parse_name(name)
    if found.stage and (found.first or found.last) and not found.weak:
        return StageJudgment(found.stage, f"a section for {found.stage.value}", firm=True)
    return None


def by_element(block: Block) -> StageJudgment | None:
    """Return the stage that the name of an XML element, or an attribute with its name, gives."""
    for name in (re.split(r"\s", block.opener, maxsplit=1)[0], *_ATTRIBUTE.findall(block.opener)):
        if stage := exact_stage(name):
            return StageJudgment(stage, f"element {shown(name)}", firm=True)
    return None


def by_block(block: Block) -> StageJudgment | None:
    """Return the stage that the name of a block names."""
    if block.otherwise:
        return None
    text = block.opener.rstrip().removesuffix(" do").removesuffix("{").rstrip()
    for pattern in (_CLASS, _CALL):
        if found := pattern.search(text):
            return _named(found[1])
    if _QUOTED_NAMES.match(text):
        return _resource(_QUOTED.findall(text)[-1:])
    # a word after a closing bracket is the return type of a function
    found = None if ")" in text else _NAME.search(text)
    return _named(found[1]) if found else None


def _named(name: str) -> StageJudgment | None:
    stage = exact_stage(name.removeprefix("%").removeprefix("when@"))
    return StageJudgment(stage, f"block {shown(name)}", firm=True) if stage else None


def _resource(names: list[str]) -> StageJudgment | None:
    for name in names:
        found = parse_name(name)
        if found.stage and (found.first or found.last) and not found.weak:
            return StageJudgment(found.stage, f"a block for {found.stage.value}", firm=True)
    return None
