"""Connection strings of ADO.NET, ODBC and OLE DB: ``Server=db;User ID=shop;Password=…;``.

Documented at https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax
"""

from __future__ import annotations

import re

from keyguard.credential_files.syntax.entry import Entry, bytes_of
from keyguard.support.regex import expression

_START = r"(?:\A|;|\"|&quot;)\s{0,20}"
_PASSWORD = expression(
    _START + r"(?:password|pwd|accountkey|sharedaccesskey)\s{0,20}=\s{0,20}"
    r"(?:\"(?P<double>[^\"]{1,300})\"|'(?P<single>[^']{1,300})'|(?P<plain>[^\s;\"'][^;\"\r\n]{0,300}))",
    re.IGNORECASE,
)
_USER = expression(
    _START + r"(?:user id|uid|user|username|user name)\s{0,20}=\s{0,20}([^;\"\r\n]{1,100})", re.IGNORECASE
)
_SERVER = expression(
    _START
    + r"(?:server|data source|host|hostname|address|addr|network address|driver|dsn|provider|endpoint|accountname"
    r"|database|initial catalog|filename|datasource)\s{0,20}=",
    re.IGNORECASE,
)


def password_in(data: bytes, entry: Entry) -> Entry | None:
    """Return the password in a connection string, None if the value is none, or contains none.

    The name of the result is that of the user. Its span is that of the whole string if the password is written with
    escapes.
    """
    found = _PASSWORD.search(entry.value)
    if not found or not _SERVER.search(entry.value):
        return None
    value = found[found.lastgroup or 0].rstrip()
    user = _USER.search(entry.value)
    written = bytes_of(value)
    start = data.find(written, data.find(b"=", *entry.span), entry.end)
    span = (start, start + len(written)) if start >= 0 else entry.span
    return entry._replace(keys=(*entry.keys, user[1].strip() if user else ""), value=value, start=span[0], end=span[1])
