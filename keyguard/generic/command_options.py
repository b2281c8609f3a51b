"""Options that are named after a password or a token, whatever the program: ``--db-password=X``, ``"--token", "X"``.

Java's properties (``-Dkeystore.password=X``), Helm's values (``--set auth.password=X``) and variables before a command
(``PGPASSWORD=X psql``) are options as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.commands import COMMAND, VARIABLES
from keyguard.generic.expressions import OPTION_NAMES
from keyguard.generic.lines import is_comment, judge, randomness, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

_BEFORE = 160
_GAP = (
    rb"""(?P<gap>=|[ \t]{1,4}=?[ \t]{0,2}|["'][ \t]{0,4},\s{0,60}(?=["'])"""
    rb"""|["']?[ \t]{0,4}\r?\n[ \t]{0,60}-[ \t]{1,4})"""
)
#: an option's name up to the first bytes of the value, where a hit ends
_OPTION = expression(rf"(?i)[-.](?P<name>{'|'.join(OPTION_NAMES)})".encode() + _GAP + rb"""\\?["']?[^"']{3}\Z""")
_VARIABLE = expression(rf"(?i)(?<![\w$.-])(?P<name>{VARIABLES})(?P<gap>=)[\"']?[^\"']{{3}}\Z".encode())
#: options of Windows' programs, Redis' own configuration, and a token that is called a login
_OTHERS = expression(
    rb"""(?im)(?:(?<=[ \t]/)|^[ \t]{0,8}(?=requirepass|masterauth)|(?<=-Dsonar\.))"""
    rb"""(?P<name>password|passwd|pass|pwd|requirepass|masterauth|login)(?P<gap>[:=]|[ \t]{1,4})["']?[^"']{3}\Z"""
)
#: what makes an option of a name
_DASHES = expression(
    rb"""(?i)(?:(?<![^\s"'`\[(,={|])--?(?:[a-z0-9]{1,20}[-_.]){0,5}|(?<![\w-])-[DP][\w.-]{1,60}"""
    rb"""|--set(?:-string)?[ \t=]{1,3}["']?[\w.-]{0,80})\Z"""
)
_VALUE = expression(
    rb"""\\?"(?P<double>[^"\\\n]{3,200})\\?"|'(?P<single>[^'\n]{3,200})'"""
    rb"""|(?P<bare>[^\s"'`;|&<>(),\\-][^\s"'`;|&<>,\\)]{2,200})"""
)
#: what closes a list around the argument, and what it would be the end of
_CLOSING = {b"]": b"[", b"}": b"{"}
_GROUPS = ("double", "single", "bare")
_FILLED_IN = expression(
    r"[${}<>]|%(?:[sdv]|\w+%)|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]+)+(?:$|\()|^[*.#xX]+$|^[(@\[+]|^--?[A-Za-z]|\.\.\."
)
#: in a list or behind a blank a word may be a description, or the name of a variable
_WORD = expression(r"(?:[a-z]+(?:[A-Z_-][a-z]+)*|[A-Z][a-z]+)[:;.!?]?")
#: behind an argument in quotes: it is the key of a pair, and what stands before it the end of a text
_IS_KEY = expression(rb"[\"'][ \t]{0,8}:")
_PATH = expression(r"^(?:[~.]{0,2}/|file:|env:|[A-Z]:\\)|\.(?:txt|json|ya?ml|pem|key|conf)$")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the value of the option that a hit ends in."""
    low = max(0, end - _BEFORE)
    name = _OPTION.search(data, low, end)
    if name:
        if not _DASHES.search(data, max(0, name.start() - 100), name.start() + 1):
            return
    else:
        name = _VARIABLE.search(data, low, end) or _OTHERS.search(data, low, end)
    value = name and _VALUE.match(data, name.end("gap"))
    if name and value:
        yield from _judged(data, name, value, path)


def _judged(data: bytes, option: re.Match[bytes], found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    group = next(one for one in _GROUPS if found[one] is not None)
    (start, end), name = found.span(group), option["name"].lower()
    if group == "bare" and data[end - 1 : end] in _CLOSING and data.find(_CLOSING[data[end - 1 : end]], start, end) < 0:
        end -= 1
    value = text_of(data[start:end])
    loose = option["gap"] != b"=" and (group == "bare" or b"," in option["gap"] or b"\n" in option["gap"])
    if _FILLED_IN.search(value) or _PATH.search(value) or " " in value or (loose and _WORD.fullmatch(value)):
        return
    if b"," in option["gap"] and _IS_KEY.match(data, end):
        return
    is_password = b"pass" in name or b"pwd" in name or name == b"masterauth"
    if is_password:
        weak, why = judge(value), ""
    else:
        weak, why = "", randomness(value) if len(value) >= 16 else ""
    if weak is None or not (is_password or why):
        return
    yield JudgedSecret(
        start,
        end,
        COMMAND,
        tuple(reason for reason in ("the value of an option that takes a password or a token", weak, why) if reason),
        confidence=Confidence.MEDIUM if _WORD.fullmatch(value) else Confidence.HIGH,
        weak=bool(weak),
        comment=is_comment(data, option.start(), path),
        guessable=is_password,
    )
