"""Passwords in the arguments of programs: ``curl -u name:password``, ``mysql -ppassword``.

In shell scripts, container files, pipelines, documents, and lists or strings of code that run a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.generic.commands import CURL, NAMES, VALUES, Command, argument_pattern, commands_named
from keyguard.generic.expressions import REACH
from keyguard.generic.known_defaults import is_local, is_sample
from keyguard.generic.lines import is_comment, judge, text_of
from keyguard.model.judged_secret import JudgedSecret

_NAME = re.compile(rf"""(?<![\w.-])(?P<name>{NAMES})(?:\.exe)?["']?[ \t,]""".encode())
#: bytes of the longest name, with a subcommand and blanks
_BEFORE = 48
_FOR_CURL = "a name and a password for curl or its like"
_FOR_COMMAND = "an argument in which the program takes a password"
#: where a command ends: a line that does not go on in the next one, or a separator
_END = re.compile(rb"(?<![\\`^\[,])\r?\n|[ \t](?:\|\|?|&&)[ \t]|;(?:[ \t]|$)")
_ADDRESS = re.compile(
    rb"""(?:https?://|(?<=[\s"'])(?=localhost|127\.))(?:[^\s/"'@]{1,100}@)?(\[[0-9a-fA-F:]{2,40}\]|[\w.-]{1,253})"""
)
_HOST_OPTION = re.compile(rb"[\s\"'](?:-h|--host)[ \t=\"',]{0,4}([\w.-]{1,253})")
_FILLED_IN = re.compile(r"[${}<>]|%(?:[sdv]|\w+%)|^[A-Z]{3,}(?:_[A-Z0-9]+)*$|^[*.]+$|^\(|^@")


def find(data: bytes, end: int, path: bytes) -> Iterator[JudgedSecret]:
    """Yield the passwords among the arguments of the command whose name a hit ends in."""
    names = _NAME.finditer(data, max(0, end - _BEFORE), end)
    name = next((one for one in names if one.end() == end), None)
    if name is None:
        return
    reach = min(len(data), end + REACH)
    stop = _END.search(data, end, reach)
    limit = stop.start() if stop else reach
    for command in commands_named(text_of(name["name"])):
        for found in argument_pattern(command.argument).finditer(data, end - 1, limit):
            yield from _judged(data, name.start(), command, found, limit, path)


def _judged(
    data: bytes, start: int, command: Command, found: re.Match[bytes], limit: int, path: bytes
) -> Iterator[JudgedSecret]:
    group = next(one for one in VALUES if one in found.re.groupindex and found[one] is not None)
    password, user = text_of(found[group]), text_of(found["user"] or b"") if "user" in found.re.groupindex else ""
    if _FILLED_IN.search(password) or _FILLED_IN.search(user):
        return
    weak = judge(password, user)
    if weak is None:
        return
    where = _where(data, start, limit)
    what = _FOR_CURL if command.rule == CURL else _FOR_COMMAND
    yield JudgedSecret(
        *found.span(group),
        command.rule,
        tuple(reason for reason in (what, weak, where) if reason),
        weak=bool(weak or where),
        comment=is_comment(data, start, path),
    )


def _where(data: bytes, start: int, limit: int) -> str:
    """Return that the command talks to this machine, or to one that documents use; empty if not."""
    hosts = [
        text_of(found[1]) for pattern in (_ADDRESS, _HOST_OPTION) for found in pattern.finditer(data, start, limit)
    ]
    if any(is_sample(host) for host in hosts):
        return "the host is one that documents use"
    return "the host is not public" if hosts and all(map(is_local, hosts)) else ""
