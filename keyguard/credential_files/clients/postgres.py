"""``.pgpass`` and ``pg_service.conf``: passwords for PostgreSQL.

The formats are documented at https://www.postgresql.org/docs/current/libpq-pgpass.html and
https://www.postgresql.org/docs/current/libpq-pgservice.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax import ini
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_PASSWORD = Field("database-client-password", "the password in a line of .pgpass")
_PART = rb"(?:[^\s:\\#]|\\.){1,200}"
_LINE = expression(
    rb"^[ \t]*(?:#[ \t]*)?" + _PART + rb":(?:\d{1,5}|\*):" + _PART + rb":(?P<user>" + _PART + rb"):"
    rb"(?P<password>(?:[^:\r\n\\]|\\.){1,500})(?=\r?$)",
    re.MULTILINE,
)
#: one line of such a file inside another text
_ENTRY = expression(
    rb"(?<![\w.*:-])[\w.*-]{1,100}:(?:54\d\d|6432|6543|25060|\*):[\w.*-]{1,63}:(?P<user>[\w.*-]{1,63}):"
    rb"(?P<password>(?:[^\s:\\\"'`<>|;,]|\\[:\\]){3,200})(?=[\s\"'`\\<>|;]|\Z)"
)
_SERVICE = (
    Place(("*", "password"), Field("database-client-password", "the password of a PostgreSQL service"), ("user",)),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords. See :data:`keyguard.credential_files.format.Finder`."""
    if named and b"service" in path.rpartition(b"/")[2].lower():
        yield from secrets(data, ini.entries(data), _SERVICE)
        return
    for line in (_LINE if named else _ENTRY).finditer(data):
        password, user = (re.sub(r"\\(.)", r"\1", text_of(line[name])) for name in ("password", "user"))
        comment = in_comment(data, line.start("password"))
        found = judged(_PASSWORD, password, line.span("password"), user=user, comment=comment)
        if found:
            yield found
