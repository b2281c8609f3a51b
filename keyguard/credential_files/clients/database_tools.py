"""Passwords that graphical clients of databases keep, and data sources of ODBC.

Robo 3T, Sqlectron, SQuirreL, Navicat (obscured with a key that is the same for everybody), ``odbc.ini``.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import ini, objects, xml
from keyguard.model.judged_secret import JudgedSecret

_RULE = "database-client-password"
_USERS = ("username", "user", "uid", "userid", "@username")
_PASSWORD = Field(_RULE, "the password of a connection in the settings of a database client")
_OBSCURED = Field(_RULE, "the password of a connection, obscured with a key that is the same for everybody")
_PLAIN = tuple(Place((name,), _PASSWORD, _USERS) for name in ("password", "userpassword", "pwd", "passphrase"))
_NAVICAT = (Place(("connection", "@password"), _OBSCURED, _USERS), Place(("connection", "@ssh_password"), _OBSCURED))


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"<":
        yield from secrets(data, xml.entries(data), (*_NAVICAT, *_PLAIN))
    elif head == b"{" or path.lower().endswith(b".json"):
        yield from secrets(data, objects.entries(data), _PLAIN)
    else:
        yield from secrets(data, ini.entries(data), _PLAIN)
