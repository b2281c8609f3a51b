"""Passwords that programs for downloads keep: ``.wgetrc``, ``.curlrc``, ``aria2.conf``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("remote-login-password", "a password in the settings of a program for downloads")
_SETTING = expression(
    rb"^[ \t]*(?:#[ \t]*)?(?:(?:(?:http|https|ftp|proxy|http[_-]proxy|https[_-]proxy|all[_-]proxy)[_-]?)?passw(?:or)?d"
    rb"|rpc-secret|pass)[ \t]*[=:][ \t]*[\"']?(?P<password>[^\s\"']{1,300})[\"']?[ \t]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)
_USER = expression(
    rb"^[ \t]*(?:#[ \t]*)?(?:--?)?(?:user|proxy-user|u|U)(?:[ \t]*[=:][ \t]*|[ \t]+)[\"']?"
    rb"(?P<user>[^\s\"':]{1,100}):(?P<password>[^\s\"']{1,300})[\"']?[ \t]*\r?$",
    re.MULTILINE,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    for sought in (_SETTING, _USER):
        for found in sought.finditer(data):
            user = text_of(found["user"]) if sought is _USER else ""
            comment = in_comment(data, found.start("password"))
            secret = judged(_PASSWORD, text_of(found["password"]), found.span("password"), user=user, comment=comment)
            if secret:
                yield secret
