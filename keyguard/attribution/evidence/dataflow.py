"""What is done with the variable that a key is given: passed to a vendor's client, or sent to its host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.attribution.evidence.assignment import has_stand_in, is_under_another
from keyguard.attribution.evidence.context import REACH, Context, context_of
from keyguard.attribution.evidence.request_targets import calls_other_host, request_target
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, by_name, is_showable
from keyguard.model.finding import Vendor
from keyguard.support.regex import expression

#: so many uses of a variable are looked at
_MOST = 20
#: the end of what stands before a value: the variable, maybe its type, and what gives it the value
_VARIABLE = expression(
    rb"(?<![\w$.>\"'\]-])[$@]{0,2}([A-Za-z_]\w{2,60})(?:[ \t]*:[ \t]*[\w&<>\[\]'. ]{1,40}|[ \t]+(?:str|string))?"
    rb"[ \t]*(?::=|=)\s*(?:[A-Za-z.]{1,20}\()?[bfru@]{0,2}[\"'`]?(?:Bearer )?$"
    rb"|@([A-Za-z_]\w{2,60})[ \t]+\"$"
)
#: and in files that only hold values, where it is an environment variable that code may read
_SETTING = expression(rb"(?<![\w$.-])[\"']?([A-Za-z_]\w{2,60})[\"']?[ \t]*(?:=>|:=|[=:])[ \t]*[\"'`]?$")
_ENTRY = expression(rb"name[\"']?[ \t]*[:=][ \t]*[\"']?(\w{3,60})[\"']?[\s,]*[\"']?value[\"']?[ \t]*[:=][ \t]*[\"']?$")
#: bytes before a key in which its name is looked for
_BEFORE = 200
#: names that are those of other things elsewhere
_GENERAL = frozenset(
    b"key keys token tokens secret secrets password value values apikey apitoken secretkey privatekey accesskey auth "
    b"config client data default env name live test prod sk".split()
)
#: what stands before a variable in a comment; and before the member of another thing, which is none
_COMMENT = expression(rb"^[ \t]*(?:#|//|/\*|\*|--|<!--)|[ \t](?:#|//)[ \t]")
_MEMBER = expression(rb"(?<!this)(?<!self)(?:\.|->|::)$")
#: behind a name that is one of an object's own
_PROPERTY = expression(rb"[\"']?[ \t]*:(?![:=])")
#: how a key is sent to a host
_SENT = expression(rb"(?i)auth|headers|bearer|api-?key|basic|(?<![\w-])-u[ \t\"']|--user|secret|token")
#: functions by which a client gets its key, other than those that have the vendor's name
_SETTERS = ("setkey", "setapikey", "apikey", "secretkey", "init", "configure", "settoken", "authenticate", "withkey")
#: another value for a variable: by an assignment, as an argument, as a parameter or in a loop, as one of a function
_GIVEN = expression(rb"(?:[ \t]*:[^=\r\n]{1,40})?(?:[ \t]*,[ \t]*\w+)*[ \t]*(?::=|\?\?=|\|\|=|=)(?![=>~])")
_ARGUMENT = expression(rb"[(,][ \t]*$")
_BINDS = expression(
    rb"\b(?:def|function|func|fn|fun|for|foreach|as|catch|import|lambda|let|var|val|const|read|unset|del)\b[^=\r\n]*$|\|[^|\r\n]*$"
)
_ARROW = expression(rb"[^()\r\n]{0,60}\)?[ \t]*=>")
#: ways to get at a variable, which say nothing about what it is got for
_WAY = expression(
    rb"(?:\w+(?:\.|->|::|\?\.)|[$@#{\"'\s]|(?<![A-Za-z])(?i:(?:get|lookup)?env|(?:get)?environ(?:mentvariable)?|config|fetch|get)"
    rb"!?[\[(])+$"
)


class Variable(NamedTuple):
    """A name that is given a key."""

    name: str
    start: int
    """Where it stands in the text."""


def variable_at(text: bytes, start: int) -> Variable | None:
    """The variable that code gives the key at an offset; None where there is none."""
    return _given(text, start, _VARIABLE)


def setting_at(text: bytes, start: int) -> Variable | None:
    """The name under which the key at an offset is kept for code in other files; None where there is none."""
    return _given(text, start, _ENTRY) or _given(text, start, _SETTING) or _given(text, start, _VARIABLE)


def _given(text: bytes, start: int, how: re.Pattern[bytes]) -> Variable | None:
    base = max(0, start - _BEFORE)
    found = how.search(text[base:start])
    if found is None or found.lastindex is None:
        return None
    name = found[found.lastindex]
    return Variable(name.decode(), base + found.start(found.lastindex)) if is_showable(name) else None


def uses_in(vendors: Vendors, name: str, text: bytes, but: int) -> list[Evidence]:
    """Vendors that are given a variable in a text, other than at the offset where it gets its value.

    Nothing where it gets another value as well: then nobody knows which is used. One that has a name that everything
    has may be another variable elsewhere, so what is said of it is not direct.
    """
    found: dict[str, Evidence] = {}
    telling = is_telling(name)
    for one in mentions_of(name, text):
        if one.start() == but:
            continue
        if _is_bound(text, one):
            return []
        for evidence in uses_at(vendors, text, one.start(), one.end()):
            direct = evidence.direct and telling
            said = evidence._replace(why=shown(evidence.why, name), at=one.start(), direct=direct)
            if direct or evidence.vendor not in found:
                found[evidence.vendor] = said
    return list(found.values())


def shown(why: str, name: str) -> str:
    """A reason for what stands at the place of a variable, told of the variable."""
    return why.replace("…", name).replace(" in the same statement", f" gets {name}")


def is_telling(name: str) -> bool:
    """Whether a name is likely to stand for one and the same thing in all of a project."""
    return name.replace("_", "").lower().encode() not in _GENERAL or name.isupper()


def uses_at(vendors: Vendors, text: bytes, start: int, end: int, *, members: bool = False) -> Iterator[Evidence]:
    """Vendors to whose client or host it goes at one place. ``members``: or what another thing has by that name."""
    line = text[max(0, start - REACH) : start]
    line = line[max(line.rfind(b"\n"), line.rfind(b"\r")) + 1 :]
    is_property = _PROPERTY.match(text, end) and not line.endswith((b"$", b"${"))
    if _COMMENT.search(line) or is_property or (_MEMBER.search(line) and not members):
        return
    place = context_of(text[max(0, start - REACH) : start], text[end : end + REACH])
    name = by_name(vendors, _WAY.sub(b" ", place.before))
    if name and name.direct and name.joined and _takes_key(vendors[name.vendor], name):
        yield demote_stand_ins(vendors, name, place)
    host = request_target(vendors, place.statement)
    if host and (host.direct or _SENT.search(place.statement)):
        yield host


def demote_stand_ins(vendors: Vendors, name: Evidence, place: Context) -> Evidence:
    """What a name says; not direct where something stands in for its vendor, or its client calls another host."""
    if not name.direct or not (
        has_stand_in(place.before, place.after, *place.parents[:2])
        or any(is_under_another(parent, vendors[name.vendor].names) for parent in place.parents[:1])
        or (name.why.endswith("(…)") and calls_other_host(vendors[name.vendor].hosts, place.statement))
    ):
        return name
    return name._replace(direct=False)


def mentions_of(name: str, text: bytes) -> list[re.Match[bytes]]:
    """Where a text mentions a variable."""
    word, found = name.encode(), list[re.Match[bytes]]()
    whole = re.compile(rb"(?<![\w-])" + re.escape(word) + rb"(?!\w|-\w)")
    at = text.find(word)  # ten times faster than an expression that begins with a look behind
    while at >= 0 and len(found) < _MOST:
        found += filter(None, [whole.match(text, at)])
        at = text.find(word, at + 1)
    return found


def _takes_key(vendor: Vendor, name: Evidence) -> bool:
    """Whether that is how a client gets its key: its own name is called, or something of it is set."""
    called = name.why.removesuffix("(…)")
    if called == name.why:
        return True
    last = re.split(r"[.]|::|->", called)[-1].replace("_", "").lower()
    return any(word in last for word in (*vendor.names, *_SETTERS))


def _is_bound(text: bytes, one: re.Match[bytes]) -> bool:
    """Whether the name is given something else here: by an assignment, as a parameter, in a loop."""
    before = text[max(0, one.start() - REACH) : one.start()]
    line = before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
    if _COMMENT.search(line) or _MEMBER.search(line):
        return False
    if _GIVEN.match(text, one.end()):
        return not _ARGUMENT.search(line)
    return bool(_BINDS.search(line) or _ARROW.match(text, one.end()))
