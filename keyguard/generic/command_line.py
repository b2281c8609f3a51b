"""Passwords in the arguments of programs: ``curl -u name:password``, ``mysql -ppassword``.

In shell scripts, container files, pipelines, documents, and lists or strings of code that run a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from keyguard.generic.commands import COMMANDS, CURL, HEADS, VALUES, Command, argument_pattern
from keyguard.generic.expressions import REACH
from keyguard.generic.hosts import Reach, reach_of
from keyguard.generic.lines import is_comment, judge, randomness, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

#: group number -> the commands that begin so, each with the pattern of its argument
_BY_HEAD = tuple(
    tuple((command, argument_pattern(command.argument)) for command in COMMANDS if command.head == head)
    for head in HEADS
)
_HEAD = expression(rf"(?<![\w.-])(?:{'|'.join(f'({head})' for head in HEADS)})".encode(), re.IGNORECASE)
_LAST_WORD = expression(rb"[\w.-]+[^\w.-]{1,4}-?\Z")
#: a name in a list of quoted arguments, in which what has no quotes is code
_LISTED = expression(rb"""["'][ \t]{0,3},""")
#: passwords that one command takes; what goes on behind them is made to cost time
_MOST = 2
#: bytes of the longest beginning
_BEFORE = 120
_FOR_CURL = "a name and a password for curl or its like"
_FOR_COMMAND = "an argument in which the program takes a password"
#: where a command ends: a line that does not go on in the next one, or a separator
_END = expression(rb"(?<![\\`^\[,])(?<![\\`^\[,]\r)\r?\n(?![ \t]*-[ \t])|[ \t](?:\|\|?|&&)[ \t]|;(?:[ \t]|$)")
_ADDRESS = expression(
    rb"""(?:https?://|(?<=[\s"'])(?=localhost|127\.))(?:[^\s/"'@]{1,100}@)?(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{1,253})"""
)
_USER_OPTION = expression(rb"[\s\"'](?:-[uU]|--user(?:name)?[=\s])[ \t=\"',]{0,4}([\w.@$-]{1,64})")
_HOST_OPTION = expression(rb"[\s\"'](?:-h|--host)[ \t=\"',]{0,4}([\w.-]{1,253})")
_FILLED_IN = expression(
    r"[${}<>]|^[\s+]|\s$|^[A-Za-z]+(?: [A-Za-z]+)+$|%(?:[sdv]|\w+%)|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.]+$|^\(|^@"
)


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords among the arguments of the command whose name a hit ends in."""
    head = _head(data, end)
    if head is None or head.lastindex is None:
        return
    reach = min(len(data), end + REACH)
    stop = _END.search(data, end, reach)
    limit = stop.start() if stop else reach
    listed = _LISTED.search(data, max(0, end - 4), end + 1) is not None
    for command, pattern in _BY_HEAD[head.lastindex - 1]:
        arguments = pattern.finditer(data, head.start() + 1, limit)
        for found in islice(arguments, _MOST):
            if listed and _is_code(data, found):
                continue
            yield from _judged(data, head.start(), command, found, limit, path)


def _is_code(data: bytes, found: re.Match[bytes]) -> bool:
    """Whether the value of an argument has no quotes around it."""
    start = found.start("bare") if "bare" in found.re.groupindex else -1
    return start > 0 and data[start - 1 : start] not in (b'"', b"'")


def _head(data: bytes, end: int) -> re.Match[bytes] | None:
    """Return the beginning of a command that ends at an offset; mostly it is one word."""
    low = max(0, end - _BEFORE)
    word = _LAST_WORD.search(data, max(low, end - 20), end)
    head = word and _HEAD.match(data, word.start(), end)
    if head and head.end() == end:
        return head
    return next((one for one in _HEAD.finditer(data, low, end) if one.end() == end), None)


def _judged(
    data: bytes, start: int, command: Command, found: re.Match[bytes], limit: int, path: bytes
) -> Iterator[JudgedSecret]:
    group = next(one for one in VALUES if one in found.re.groupindex and found[one] is not None)
    password, user = text_of(found[group]), _user(data, found, start, limit)
    if _FILLED_IN.search(password) or _FILLED_IN.search(user) or (password.isdigit() and len(password) < 6):
        return
    weak, random = ("", randomness(password)) if command.token else (judge(password, user), "")
    if weak is None or (command.token and not random):
        return
    reach = _reach(data, start, limit)
    what = _FOR_CURL if command.rule == CURL else _FOR_COMMAND
    yield JudgedSecret(
        *found.span(group),
        command.rule,
        tuple(reason for reason in (what, weak, random, reach.reason) if reason),
        confidence=reach.confidence,
        weak=bool(weak) or reach.weak,
        comment=is_comment(data, start, path),
        guessable=not command.token,
    )


def _user(data: bytes, found: re.Match[bytes], start: int, limit: int) -> str:
    """Return the account's name that stands beside the password, or in an option of its own."""
    if "user" in found.re.groupindex:
        return text_of(found["user"] or b"")
    option = _USER_OPTION.search(data, start, limit)
    return text_of(option[1]) if option else ""


def _reach(data: bytes, start: int, limit: int) -> Reach:
    """Return who can use the password of a command, by the hosts among its arguments."""
    found = (one for pattern in (_ADDRESS, _HOST_OPTION) for one in pattern.finditer(data, start, limit))
    return reach_of([text_of(one[1]) for one in found])
