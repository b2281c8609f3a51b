"""Passwords that are written to a program's standard input: ``echo root:password | chpasswd``, ``echo X | sudo -S``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.commands import COMMAND
from keyguard.generic.lines import is_comment, judge, line_of, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PIPE = expression(
    rb"""\b(?:echo|printf)[ \t]{1,4}(?:-[neE]{1,3}[ \t]{1,4})?"""
    rb"""(?:"(?P<double>[^"\n]{3,200})"|'(?P<single>[^'\n]{3,200})'"""
    rb"""|(?P<bare>[^\s"'`;|&<>()\\-][^\s"'`;|&<>\\]{2,200}))"""
    rb"""[ \t]{0,4}(?:;[^|()\n]{0,80}\)[ \t]{0,4})?\|[ \t]{0,4}(?:sudo[ \t]{1,4}(?!-))?"""
    rb"""(?P<program>chpasswd|(?:smb)?passwd\b"""
    rb"""|sudo[ \t]{1,4}(?:-\w[ \t]{1,4}){0,3}-\w{0,3}S|kinit|cryptsetup|[\w-]{2,20}[^\n|]{0,160}?--password-stdin)"""
)
#: without a pipe: a string that is given as a file, and a dialogue that is played
_HERE = expression(
    rb"""(?P<program>chpasswd)[ \t]{0,4}<<<[ \t]{0,4}(?:"(?P<double>[^"\n]{3,200})"|'(?P<single>[^'\n]{3,200})'"""
    rb"""|(?P<bare>[^\s"'`;|&<>()\\-][^\s"'`;|&<>\\]{2,200}))"""
)
_DIALOGUE = expression(
    rb"""(?i)expect[ \t][^\n]{0,40}(?P<program>assword)[^\n]{0,20}["'}][\s;{]{1,40}send[ \t]{1,4}(?:--[ \t]{1,4})?"""
    rb"""(?:"(?P<double>[^"\\\n]{3,100})(?:\\[rn]){0,2}"|'(?P<single>[^'\\\n]{3,100})(?:\\[rn]){0,2}'(?P<bare>)?)"""
)
#: behind ``passwd``: whose password it is
_ACCOUNT = expression(rb"[ \t]{1,4}(?:--?\w{1,8}[ \t]{1,4}){0,3}(?P<user>[a-z_][\w.-]{0,31})")
_PAIRED = expression(r"(?P<user>[a-z_$][\w$.{}-]{0,40}):(?P<secret>.{3,160})")
_FILLED_IN = expression(r"[${}<>`]|%(?:[sdv]|\w+%)|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.#xX]+$|^[(@\[]|\s|^[\w./-]+\.\w+$")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the password that is written to the program whose name a hit ends in."""
    low, high = line_of(data, end - 1)
    for found in (*_PIPE.finditer(data, low, high), *_HERE.finditer(data, low, high)):
        if found.start("program") < end <= found.end():
            yield from _judged(data, found, path)
            return
    for found in _DIALOGUE.finditer(data, max(0, end - 160), high):
        if found.start() < end <= found.end():
            yield from _judged(data, found, path)
            return


def _judged(data: bytes, found: re.Match[bytes], path: bytes) -> Iterator[JudgedSecret]:
    group = next(one for one in ("double", "single", "bare") if found[one] is not None)
    (start, end), value, user = found.span(group), text_of(found[group]), ""
    if found["program"] == b"chpasswd":
        pair = _PAIRED.fullmatch(value)
        if not pair:
            return
        value, user = pair["secret"], pair["user"]
        start = end - len(value.encode())
    elif found["program"].endswith(b"passwd"):
        account = _ACCOUNT.match(data, found.end())
        user = text_of(account["user"]) if account else ""
    first, twice, second = value.partition("\\n")
    if twice and first == second:  # a new password is asked for twice
        value = first
        end = start + len(first.encode())
    weak = judge(value, user)
    if weak is None or _FILLED_IN.search(value):
        return
    reasons = ("a password that a program reads from its standard input", weak)
    yield JudgedSecret(
        start,
        end,
        COMMAND,
        tuple(reason for reason in reasons if reason),
        weak=bool(weak),
        comment=is_comment(data, found.start(), path),
    )
