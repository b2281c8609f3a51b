"""Conditions that test the stage: ``process.env.NODE_ENV === "production"``, ``Rails.env.test?``, ``#if DEBUG``."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from keyguard.hygiene.data import tables
from keyguard.hygiene.stages.stage import Stage
from keyguard.hygiene.stages.words import exact_stage, split_words, stage_of
from keyguard.support.regex import expression

_NAME = expression(r"[A-Za-z_$][\w$]*\??")
#: strings, atoms, members of an enumeration, patterns of a shell's ``case``
_QUOTED = expression(
    r"[\"'`]([A-Za-z][\w-]{1,40})[\"'`]|(?<![\w:]):([a-z]\w{1,40})|(?<=\.)([A-Z]\w{2,40})(?![\w(.])|\bin\s+([a-z]\w{1,40})\)$"
)
_NEGATION = expression(r"!==?|<>|(?<![\w])not\b|\bunless\b|!\s*[\w(]|\bne\b")
_SEVERAL = expression(r"&&|\|\||\band\b|\bor\b")
_DEBUG = expression(r"__DEV__|\bkDebugMode\b|(?<![\w.])DEBUG\b|\bsettings\.DEBUG\b|\bBuildConfig\.DEBUG\b|\benv\.DEV\b")
_RELEASE = expression(r"\bkReleaseMode\b|\benv\.PROD\b|(?<![\w.])(?:RELEASE|NDEBUG)\b")
#: characters of a condition that are looked at
LONGEST = 400


class ConditionStage(NamedTuple):
    """The stage in which a condition holds."""

    stage: Stage
    firm: bool
    """False if the condition only excludes another stage."""


def stage_of_condition(text: str, *, otherwise: bool = False) -> ConditionStage | None:
    """Return the stage in which a condition holds or, with ``otherwise``, does not; None if it cannot be told."""
    text = text[:LONGEST]
    stages = set(_compared(text)) | set(_predicates(text))
    negated = bool(_NEGATION.search(text))
    if not stages or (negated and _SEVERAL.search(text)) or (len(stages) > 1 and Stage.PRODUCTION in stages):
        return None
    if negated == otherwise:
        return ConditionStage(min(stages), firm=not negated)
    if stages == {Stage.PRODUCTION}:
        return ConditionStage(Stage.DEVELOPMENT, firm=False)
    return ConditionStage(Stage.PRODUCTION, firm=False) if stages == {Stage.DEVELOPMENT} else None


def _compared(text: str) -> list[Stage]:
    """Return the stages that are quoted beside a name for the environment."""
    if not any(word in _asking() for name in _NAME.findall(text) for word in split_words(name)):
        return []
    found = [next(filter(None, groups)) for groups in _QUOTED.findall(text)]
    return [stage for one in found if (stage := exact_stage(one) or stage_of(one))]


def _predicates(text: str) -> list[Stage]:
    found = [Stage.DEVELOPMENT] if _DEBUG.search(text) else []
    found += [Stage.PRODUCTION] if _RELEASE.search(text) else []
    for name in _NAME.findall(text):
        words = split_words(name)
        if words and (words[0] == "is" or (name.endswith("?") and len(words) == 1)):
            stage = exact_stage(" ".join(words[1:] if words[0] == "is" else words))
            found += [stage] if stage else []
    return found


@cache
def _asking() -> frozenset[str]:
    return frozenset(tables.load("stages")["conditions"]["names"])
