"""What is done with the variable that a key is given: passed to a vendor's client, or sent to its host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.evidence.names import Evidence, Vendors, by_host, by_name
from keyguard.surroundings import REACH, surroundings

#: so many uses of a variable are looked at
_MOST = 40
#: the end of what stands before a value: the variable, maybe its type, and what gives it the value
_VARIABLE = re.compile(
    rb"(?<![\w$.>\"'\]-])[$@]{0,2}([A-Za-z_]\w{2,60})(?:[ \t]*:[ \t]*[\w&<>\[\]'. ]{1,40}|[ \t]+(?:str|string))?"
    rb"[ \t]*(?::=|=)\s*(?:[A-Za-z.]{1,20}\()?[bfru@]{0,2}[\"'`]?(?:Bearer )?$"
    rb"|@([A-Za-z_]\w{2,60})[ \t]+\"$"
)
#: and in files that only hold values, where it is an environment variable that code may read
_SETTING = re.compile(rb"(?<![\w$.-])[\"']?([A-Za-z_]\w{2,60})[\"']?[ \t]*(?:=>|:=|[=:])[ \t]*[\"'`]?$")
_ENTRY = re.compile(rb"name[\"']?[ \t]*[:=][ \t]*[\"']?(\w{3,60})[\"']?[\s,]*[\"']?value[\"']?[ \t]*[:=][ \t]*[\"']?$")
#: bytes before a key in which its name is looked for
_BEFORE = 200
#: names that are those of other things elsewhere
_GENERAL = frozenset(
    b"key keys token tokens secret secrets password value values apikey apitoken secretkey privatekey accesskey auth "
    b"config client data default env name live test prod sk".split()
)
#: ways to get at a variable, which say nothing about what it is got for
_WAY = re.compile(
    rb"(?:\w+(?:\.|->|::|\?\.)|[$@#{\"'\s]|(?<![A-Za-z])(?i:(?:get|lookup)?env|(?:get)?environ(?:mentvariable)?|config|fetch|get)"
    rb"!?[\[(])+$"
)


class Variable(NamedTuple):
    """A name that is given a key."""

    name: str
    start: int
    """Where it stands in the text."""


def variable(text: bytes, start: int) -> Variable | None:
    """The variable that code gives the key at an offset; None where there is none."""
    return _given(text, start, _VARIABLE)


def setting(text: bytes, start: int) -> Variable | None:
    """The name under which the key at an offset is kept for code in other files; None where there is none."""
    return _given(text, start, _ENTRY) or _given(text, start, _SETTING) or _given(text, start, _VARIABLE)


def _given(text: bytes, start: int, how: re.Pattern[bytes]) -> Variable | None:
    base = max(0, start - _BEFORE)
    found = how.search(text[base:start])
    if found is None or found.lastindex is None:
        return None
    return Variable(found[found.lastindex].decode(), base + found.start(found.lastindex))


def uses(vendors: Vendors, name: str, text: bytes, but: int = -1) -> list[Evidence]:
    """Vendors that are given a variable in a text, other than at the offset where it gets its value.

    Nothing where it gets another value as well: then nobody knows which is used.
    """
    found: dict[str, Evidence] = {}
    for number, one in enumerate(_places(name, text)):
        if number >= _MOST:
            break
        if but >= 0 and one.start() != but and _gives(text, one):
            return []
        if one.start() != but:
            for evidence in use(vendors, text, one.start(), one.end()):
                found.setdefault(evidence.vendor, evidence._replace(why=shown(evidence.why, name), at=one.start()))
    return list(found.values())


def shown(why: str, name: str) -> str:
    """A reason for what stands at the place of a variable, told of the variable."""
    return why.replace("…", name).replace(" in the same statement", f" gets {name}")


def is_telling(name: str) -> bool:
    """Whether a name is likely to stand for one and the same thing in all of a project."""
    return name.replace("_", "").lower().encode() not in _GENERAL or name.isupper()


def use(vendors: Vendors, text: bytes, start: int, end: int) -> Iterator[Evidence]:
    """Vendors to whose client or host it goes at one place."""
    place = surroundings(text[max(0, start - REACH) : start], text[end : end + REACH])
    name = by_name(vendors, _WAY.sub(b" ", place.before))
    if name and name.direct and name.joined:
        yield name
    if host := by_host(vendors, place.statement):
        yield host


def read_in(name: str, text: bytes) -> list[re.Match[bytes]]:
    """Where a text mentions a variable."""
    return list(_places(name, text))[:_MOST]


def _places(name: str, text: bytes) -> Iterator[re.Match[bytes]]:
    return re.finditer(rb"(?<![\w-])" + re.escape(name.encode()) + rb"(?!\w|-\w)", text)


def _gives(text: bytes, one: re.Match[bytes]) -> bool:
    """Whether something is given to the variable here."""
    return bool(re.match(rb"(?:[ \t]*:[^=\r\n]{1,40})?[ \t]*(?::=|=)(?![=>~])", text[one.end() : one.end() + 60]))
