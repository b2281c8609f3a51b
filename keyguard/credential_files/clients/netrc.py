"""``.netrc``: names and passwords by host, for curl, ftp, git, Heroku, pip and others.

The format is documented at https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html; quoted
tokens are curl's extension, comments Python's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("netrc-password", "the password of an entry in netrc syntax")
_LOGIN = Field("netrc-password", "a token in place of the login name of an entry in netrc syntax", guessable=False)
#: accounts that anybody may use, with any password
_PUBLIC = frozenset({"anonymous", "ftp"})
#: what code hosts want as a password where the token is the login name
_NO_PASSWORD = "x-oauth-basic"  # noqa: S105  (it is none)
_LINE = expression(rb"[^\n]*\n|[^\n]+\Z")
_TOKEN = expression(rb'"((?:[^"\\\r\n]|\\.)*)"|[^\s"]\S*')
_KEYWORDS = (b"login", b"user", b"account", b"password")
#: one entry inside another text: a script that writes a netrc file, a document
_ENTRY = expression(
    rb"(?:\bmachine\s{1,9}[\w.*{}$<>-]{1,100}|^default)\s{1,9}login\s{1,9}(?P<login>\S{1,200})\s{1,9}"
    rb"(?:account\s{1,9}\S{1,200}\s{1,9})?password\s{1,9}(?P<password>[^\s\"'`\\]{1,500})",
    re.IGNORECASE | re.MULTILINE,
)


class _Token(NamedTuple):
    """A word of the file, without quotes."""

    text: bytes
    start: int
    end: int
    comment: bool = False


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords of all entries. See :data:`keyguard.credential_files.format.Finder`."""
    for login, password in _file(data) if named else _embedded(data):
        value, user = text_of(password.text), text_of(login.text) if login else ""
        if value == _NO_PASSWORD and login:
            found = judged(_LOGIN, user, (login.start, login.end), comment=password.comment)
        elif user.lower() in _PUBLIC:
            continue
        else:
            found = judged(_PASSWORD, value, (password.start, password.end), user=user, comment=password.comment)
        if found:
            yield found


def _embedded(data: bytes) -> Iterator[tuple[_Token | None, _Token]]:
    for entry in _ENTRY.finditer(data):
        yield (
            _Token(entry["login"], *entry.span("login")),
            _Token(entry["password"], *entry.span("password"), in_comment(data, entry.start())),
        )


def _file(data: bytes) -> Iterator[tuple[_Token | None, _Token]]:
    """Yield (login, password) of all entries of a netrc file, those in comments too."""
    entry, macro = _Entry(), False
    for line in _LINE.finditer(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0):
        if macro:
            macro = bool(line[0].strip())
            continue
        for token in _TOKEN.finditer(data, *line.span()):
            if token[0] == b"macdef" and not entry.keyword:
                macro = True
                break
            if token[0].startswith(b"#") and not entry.keyword:
                yield from _commented(data, token.start(), line.end())
                break
            yield from entry.add(_token(token))


def _commented(data: bytes, start: int, end: int) -> Iterator[tuple[_Token | None, _Token]]:
    entry = _Entry()
    while data[start : start + 1] in (b"#", b" "):
        start += 1
    for token in _TOKEN.finditer(data, start, end):
        for login, password in entry.add(_token(token)):
            yield login, password._replace(comment=True)


def _token(found: re.Match[bytes]) -> _Token:
    group = 0 if found[1] is None else 1
    return _Token(found[group], *found.span(group))


class _Entry:
    """The entry that is being read."""

    def __init__(self) -> None:
        self.keyword = b""
        self._login: _Token | None = None

    def add(self, token: _Token) -> Iterator[tuple[_Token | None, _Token]]:
        """Read one more token; yield the login and the password if it is a password."""
        keyword, self.keyword = self.keyword, b""
        if keyword == b"password":
            yield self._login, token
        elif keyword in (b"login", b"user"):
            self._login = token
        elif not keyword and token.text in (b"machine", b"default"):
            self.keyword = token.text if token.text == b"machine" else b""
            self._login = None
        elif not keyword and token.text in _KEYWORDS:
            self.keyword = token.text
