"""Variables that state a file's stage: ``NODE_ENV=development``, ``environment: production``, ``APP_DEBUG=true``."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from keyguard.hygiene.data import tables as data
from keyguard.hygiene.stages.stage import Stage
from keyguard.hygiene.stages.words import exact_stage, parse_name, stage_of
from keyguard.support.regex import expression

#: bytes of a file that are looked at
REACH = 1 << 20
_BEFORE = (
    rb"(?:(?:export|setx?|env|ENV|ARG)[ \t]{1,9}|-[ \t]{1,9}|Environment=|\$env:|process\.env(?:\.|\[)|"
    rb"\$_(?:ENV|SERVER)\[|(?:os\.)?environ(?:\.setdefault)?[\[(]|ENV\[|"
    rb"(?:define|putenv|System\.setProperty)\([ \t]{0,9})?"
)
_BETWEEN = rb"[ \t]{0,40}(?:\|\|=|\?\?=|\?=|:=|=>|=(?![=~>])|:(?![=:])|,|[ \t](?=[A-Za-z]))[ \t]{0,40}"
_VALUE = rb"[\"']?(?P<value>[A-Za-z][\w.-]{0,80})[\"']?"
_END = rb"[\"')\]}]{0,4}[ \t]{0,40}[,;]?[ \t]{0,40}(?:\\[ \t]{0,9})?(?:(?:\#|//)[^\r\n]{0,200})?(?=[\r\n]|\Z)"
_ASSIGNED = expression(
    rb"(?m)^[ \t]{0,200}" + _BEFORE + rb"[\"']?(?P<name>[A-Za-z][\w.-]{1,60})[\"']?\]?" + _BETWEEN + _VALUE + _END
)
#: the same in front of a command, or beside other variables
_INLINE = expression(rb"(?<![\w$.{-])(?P<name>[A-Z][A-Z_]{2,40})=[\"']?(?P<value>[A-Za-z][\w.-]{0,80})")
#: name and value on two lines of a list, or as attributes of an XML element
_PAIRS = expression(
    rb"\bname[\"']?[ \t]{0,9}:[ \t]{0,9}[\"']?(?P<name>[A-Z][A-Z_]{2,40})[\"']?[ \t]{0,9},?[ \t]{0,9}\r?\n?"
    rb"[ \t]{0,99}[\"']?value[\"']?[ \t]{0,9}:[ \t]{0,9}[\"']?(?P<value>[A-Za-z][\w.-]{0,80})|"
    rb"\b(?:name|key)=\"(?P<name2>[\w.]{3,40})\"[ \t]{1,9}value=\"(?P<value2>[\w.-]{1,80})\""
)
_TRUTHS = frozenset(["true", "on", "yes"])


class StageVariable(NamedTuple):
    """A variable that states a stage.

    ``at`` is its offset; ``firm`` is False for one that only switches debugging on.
    """

    at: int
    name: str
    value: str
    stage: Stage
    firm: bool


@lru_cache(maxsize=4)
def stage_variables(content: bytes, *, settings: bool) -> tuple[StageVariable, ...]:
    """Return all such variables of a file, in order; ``settings`` accepts plain names that mean more in code."""
    found: list[StageVariable] = []
    for pattern in (_ASSIGNED, _PAIRS):
        for match in pattern.finditer(content, 0, REACH):
            groups = match.groupdict()
            name, value = groups["name"] or groups.get("name2"), groups["value"] or groups.get("value2")
            if name and value and (one := _statement(match.start(), _text(name), _text(value), settings)):
                found.append(one)
    return tuple(sorted(found))


class _Ordered(NamedTuple):
    """Some variables of a file, in order."""

    variables: Sequence[StageVariable]
    starts: Sequence[int]
    """Their offsets."""
    until: Sequence[int]
    """For each of them, the number of the next one that states another stage."""


def agreed_variable(
    content: bytes, start: int, end: int, *, settings: bool, firm: bool, without: frozenset[str] = frozenset()
) -> StageVariable | None:
    """Return the first variable between two offsets if all that there are state the same stage; else None.

    Names in ``without`` do not count. Takes time that grows with the logarithm of their number.
    """
    found = _ordered(content, settings=settings, firm=firm, without=without)
    first, last = bisect_left(found.starts, start), bisect_left(found.starts, end)
    return found.variables[first] if first < last <= found.until[first] else None


@lru_cache(maxsize=8)
def _ordered(content: bytes, *, settings: bool, firm: bool, without: frozenset[str]) -> _Ordered:
    found = [one for one in stage_variables(content, settings=settings) if one.firm is firm and one.name not in without]
    until = [len(found)] * len(found)
    for number in range(len(found) - 2, -1, -1):
        same = found[number].stage is found[number + 1].stage
        until[number] = until[number + 1] if same else number + 1
    return _Ordered(found, [one.at for one in found], until)


def variables_on_line(line: bytes, at: int) -> list[StageVariable]:
    """Return the variables on one line, which begins at ``at`` and may hold a command and other variables."""
    found = (
        _statement(at + one.start(), _text(one["name"]), _text(one["value"]), False) for one in _INLINE.finditer(line)
    )
    return [one for one in found if one]


def _statement(at: int, name: str, value: str, settings: bool) -> StageVariable | None:
    if name in _names("names") or (settings and name.lower() in _names("settings")):
        stage = _stage(name, value)
        return StageVariable(at, name, value, stage, True) if stage else None
    if name in _names("debugging") and value.lower() in _TRUTHS:
        return StageVariable(at, name, value, Stage.DEVELOPMENT, False)
    return None


def _stage(name: str, value: str) -> Stage | None:
    """Return the stage that a value names; modules and namespaces contain other words as well."""
    if name.endswith("_MODULE"):
        return next((stage for part in reversed(value.split(".")) if (stage := exact_stage(part))), None)
    if name.lower() in ("namespace", "workspace", "tf_workspace"):
        found = parse_name(value)
        return found.stage if (found.first or found.last) and not found.weak else None
    return stage_of(value) or exact_stage(value)


def _text(data: bytes) -> str:
    return data.decode("ascii", "replace")


@cache
def _names(which: str) -> frozenset[str]:
    return frozenset(data.load("stages")["variables"][which])
