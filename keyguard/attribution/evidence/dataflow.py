"""Trace the variable that a key is assigned to: whether it is passed to a vendor's client or sent to its host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from keyguard.attribution.evidence.assignment import has_stand_in, is_under_another
from keyguard.attribution.evidence.context import REACH, Context, context_of
from keyguard.attribution.evidence.request_targets import calls_other_host, request_target
from keyguard.attribution.evidence.vendor_names import Evidence, Vendors, by_name, is_showable
from keyguard.model.finding import Vendor
from keyguard.support.regex import expression

#: the number of mentions of a variable that are examined
_MOST = 20
#: the text before a value: the variable, optionally its type, and the assignment
_VARIABLE = expression(
    rb"(?<![\w$.>\"'\]-])[$@]{0,2}([A-Za-z_]\w{2,60})(?:[ \t]*:[ \t]*[\w&<>\[\]'. ]{1,40}|[ \t]+(?:str|string))?"
    rb"[ \t]*(?::=|=|<-)\s*(?:[\w.$]{3,60}(?:[(\[][\"']\w{1,60}[\"'][)\]])?\s*(?:\|\||\?\?|\bor\b|\?:)\s*)?"
    rb"(?:[A-Za-z.]{1,20}\()?[bfru@]{0,2}[\"'`]?(?:[Aa]uthorization: )?(?:Bearer )?$"
    rb"|define\(\s?[\"']([A-Za-z_]\w{2,60})[\"']\s?,\s?[\"']$"
    rb"|@([A-Za-z_]\w{2,60})[ \t]+\"$"
)
#: the same in files of settings, where it is an environment variable that code may read
_SETTING = expression(rb"(?<![\w$.-])[\"']?([A-Za-z_]\w{2,60})[\"']?[ \t]*(?:=>|:=|[=:])[ \t]*[\"'`]?$")
_ENTRY = expression(rb"name[\"']?[ \t]*[:=][ \t]*[\"']?(\w{3,60})[\"']?[\s,]*[\"']?value[\"']?[ \t]*[:=][ \t]*[\"']?$")
#: bytes before a key in which its name is searched
_BEFORE = 200
#: names so general that other files use them for other things
_GENERAL = frozenset(
    b"key keys token tokens secret secrets password value values apikey apitoken secretkey privatekey accesskey auth "
    b"config client data default env name live test prod sk".split()
)
#: text before a variable in a comment; and before a member of another object, which is not the variable
_COMMENT = expression(rb"^[ \t]*(?:#|//|/\*|\*|--|<!--)|[ \t](?:#|//)[ \t]")
_MEMBER = expression(rb"(?<!this)(?<!self)(?:\.|->|::)$")
#: text after a name that is a property of an object
_PROPERTY = expression(rb"[\"']?[ \t]*:(?![:=])")
#: words for a credential in a request
_SENT = expression(rb"(?i)auth|headers|bearer|api-?key|basic|(?<![\w-])-u[ \t\"']|--user|secret|token")
#: functions that set a client's key, apart from those with the vendor's name
_MAKERS = frozenset(["new", "newclient", "client", "init", "setup", "connect", "create", "open", "build", "default"])
_SETTERS = ("setkey", "setapikey", "apikey", "secretkey", "init", "configure", "settoken", "authenticate", "withkey")
#: other bindings of a variable: by assignment, as a keyword argument, as a parameter or in a loop, in a lambda
_GIVEN = expression(rb"(?:[ \t]*:[^=\r\n]{1,40})?(?:[ \t]*,[ \t]*\w+)*[ \t]*(?::=|\?\?=|\|\|=|=)(?![=>~])")
_ARGUMENT = expression(rb"[(,][ \t]*$")
_BINDS = expression(
    rb"\b(?:def|function|func|fn|fun|for|foreach|as|catch|import|lambda|let|var|val|const|read|unset|del)\b[^=\r\n]*$|\|[^|\r\n]*$"
)
_ARROW = expression(rb"[^()\r\n]{0,60}\)?[ \t]*=>")
#: the braces around a variable that is inserted into a string
_INSERTED = expression(rb"(?:[$#%]?\{\{?)\s?\.?(?:(?:this|self|\$this)(?:\.#?|->))?[$@]?$")
_INSERTION_END = expression(rb"\s?\}\}?")
#: syntax that reads a variable, without meaning for its use
_WAY = expression(
    rb"(?:\w+(?:\.|->|::|\?\.)|[$@#{\"'\s]|(?<![A-Za-z])(?i:(?:get|lookup)?env|(?:get)?environ(?:mentvariable)?|config|fetch|get)"
    rb"!?[\[(])+$"
)


class Variable(NamedTuple):
    """A name to which a key is assigned."""

    name: str
    start: int
    """Offset of the name in the text."""


def variable_at(text: bytes, start: int) -> Variable | None:
    """Return the variable to which code assigns the key at an offset; None if there is none."""
    return _given(text, start, _VARIABLE)


def setting_at(text: bytes, start: int) -> Variable | None:
    """Return the name under which code in other files reads the key at an offset; None if there is none."""
    return _given(text, start, _ENTRY) or _given(text, start, _SETTING) or _given(text, start, _VARIABLE)


def _given(text: bytes, start: int, how: re.Pattern[bytes]) -> Variable | None:
    base = max(0, start - _BEFORE)
    found = how.search(text[base:start])
    if found is None or found.lastindex is None:
        return None
    name = found[found.lastindex]
    return Variable(name.decode(), base + found.start(found.lastindex)) if is_showable(name) else None


def shown(why: str, name: str) -> str:
    """Return the reason for a use with the name of the variable inserted."""
    return why.replace("…", name).replace(" in the same statement", f" gets {name}")


def is_telling(name: str) -> bool:
    """Whether a name probably means the same thing in the whole project."""
    return name.replace("_", "").lower().encode() not in _GENERAL or name.isupper()


def uses_at(
    vendors: Vendors,
    text: bytes,
    start: int,
    end: int,
    *,
    members: bool = False,
    resolve: Callable[[bytes], bytes] = bytes,
) -> Iterator[Evidence]:
    """Yield the vendors to whose client or host the variable is passed at one place.

    ``members`` includes a member of another object by that name; ``resolve`` inserts the values of constants into a
    statement.
    """
    line = text[max(0, start - REACH) : start]
    line = line[max(line.rfind(b"\n"), line.rfind(b"\r")) + 1 :]
    is_property = _PROPERTY.match(text, end) and not line.endswith((b"$", b"${"))
    if _COMMENT.search(line) or is_property or (_MEMBER.search(line) and not members):
        return
    start, end = _with_braces(text, start, end)
    place = context_of(text[max(0, start - REACH) : start], text[end : end + REACH])
    name = by_name(vendors, _WAY.sub(b" ", place.before))
    if name and name.direct and name.joined and _takes_key(vendors[name.vendor], name):
        yield demote_stand_ins(vendors, name, place)
    host = request_target(vendors, resolve(place.statement))
    if host and (host.direct or _SENT.search(place.statement)):
        yield host


def _with_braces(text: bytes, start: int, end: int) -> tuple[int, int]:
    """Return the span of a variable with the braces in which it is inserted into a string: ``${this.key}``."""
    opened = _INSERTED.search(text, max(0, start - 30), start)
    closed = _INSERTION_END.match(text, end) if opened else None
    return (opened.start(), closed.end()) if opened and closed else (start, end)


def demote_stand_ins(vendors: Vendors, name: Evidence, place: Context) -> Evidence:
    """Return the evidence, not direct if a mock replaces the vendor or its client calls another host."""
    if not name.direct or not (
        has_stand_in(place.before, place.after, *place.parents[:2])
        or any(is_under_another(parent, vendors[name.vendor].names) for parent in place.parents[:1])
        or (name.why.endswith("(…)") and calls_other_host(vendors[name.vendor].hosts, place.statement))
    ):
        return name
    return name._replace(direct=False)


def mentions_of(name: str, text: bytes) -> list[re.Match[bytes]]:
    """Return the matches of a variable's name in a text."""
    word, found = name.encode(), list[re.Match[bytes]]()
    whole = re.compile(rb"(?<![\w-])" + re.escape(word) + rb"(?!\w|-\w)")
    at = text.find(word)  # ten times faster than a pattern that starts with a look-behind
    while at >= 0 and len(found) < _MOST:
        found += filter(None, [whole.match(text, at)])
        at = text.find(word, at + 1)
    return found


def _takes_key(vendor: Vendor, name: Evidence) -> bool:
    """Whether a client is given its key this way: by a call of its own name, or by setting a member of it."""
    called = name.why.removesuffix("(…)")
    if called == name.why:
        return True
    last = re.split(r"[.]|::|->", called)[-1].replace("_", "").lower()
    return last in _MAKERS or any(word in last for word in (*vendor.names, *_SETTERS))


def is_bound(text: bytes, one: re.Match[bytes]) -> bool:
    """Whether the name is bound to something else here: by an assignment, as a parameter, in a loop."""
    before = text[max(0, one.start() - REACH) : one.start()]
    line = before[max(before.rfind(b"\n"), before.rfind(b"\r")) + 1 :]
    if _COMMENT.search(line) or _MEMBER.search(line):
        return False
    if _GIVEN.match(text, one.end()):
        return not _ARGUMENT.search(line)
    return bool(_BINDS.search(line) or _ARROW.match(text, one.end()))
