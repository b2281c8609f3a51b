"""What container images and services of machines are set up with: Dockerfiles, units of systemd, environment files.

Documented at https://docs.docker.com/reference/dockerfile/ and
https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax.entry import Entry, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("container-password", "a password in the environment of an image")
_SECRET = Field("container-password", "a key in the environment of an image")
_UNIT_PASSWORD = Field("deployment-secret", "a password in the environment of a service of systemd")
_UNIT_SECRET = Field("deployment-secret", "a key in the environment of a service of systemd")
_ACCOUNT = Field("account-password", "the password that an account of an image gets")

#: an instruction with the lines that it goes on in
_ENV = expression(
    rb"^[ \t]*(?P<comment>#[ \t]*)?(?:ENV|ARG)[ \t]+(?P<rest>[^\r\n]*?(?:\\\r?\n[^\r\n]*?)*)\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_UNIT = expression(rb"^[ \t]*(?P<comment>[#;][ \t]*)?Environment[ \t]*=[ \t]*(?P<rest>[^\r\n]*)", re.MULTILINE)
_PAIR = expression(
    rb"\"?(?P<name>[A-Za-z_][\w.-]{0,100})=(?:\"(?P<double>[^\"\r\n]*)\"|'(?P<single>[^'\r\n]*)'|(?P<plain>"
    rb"[^\s\"'\\]*))"
)
_OLD = expression(rb"(?P<name>[A-Za-z_][\w.-]{0,100})[ \t]+[\"']?(?P<value>[^\s\"'=\\]+)[\"']?[ \t]*\Z")
_CHPASSWD = line(
    rb"\becho[ \t]{1,9}(?:-\w[ \t]{1,9})?[\"']?(?P<user>[a-z_][\w-]{0,31}):(?P<value>[^\s\"'|:$]{3,100})"
    rb"[\"']?[ \t]{0,9}\|[ \t]{0,9}(?:sudo[ \t]{1,9})?(?:/usr/sbin/)?chpasswd\b",
    _ACCOUNT,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    if not named and path:
        yield from secrets_in_lines(data, (_CHPASSWD,))
    elif b".service" in path.lower() or b"[Service]" in data:
        yield from secrets_of(_pairs(data, _UNIT), (), Names(_UNIT_PASSWORD, _UNIT_SECRET))
    else:
        yield from secrets_of(_pairs(data, _ENV), (), Names(_PASSWORD, _SECRET))
        yield from secrets_in_lines(data, (_CHPASSWD,))


def _pairs(data: bytes, instruction: re.Pattern[bytes]) -> Iterator[Entry]:
    """Yield the variables that the instructions set, as one group."""
    for found in instruction.finditer(data):
        start, end = found.span("rest")
        comment = found["comment"] is not None
        old = _OLD.match(data, start, end)
        if old:
            yield Entry((text_of(old["name"]),), text_of(old["value"]), *old.span("value"), 0, comment)
            continue
        for pair in _PAIR.finditer(data, start, end):
            kind = pair.lastgroup or ""
            yield Entry((text_of(pair["name"]),), text_of(pair[kind]), *pair.span(kind), 0, comment)
