"""LDAP: passwords of entries in LDIF, and those that servers and clients of a directory are set up with.

Documented at https://www.rfc-editor.org/rfc/rfc2849 and https://www.openldap.org/doc/admin26/slapdconfig.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.lines import line, secrets_in_lines
from keyguard.credential_files.settings.password_hashes import FAST, judged_hash
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_ENTRY = Field("account-password", "the password of an entry of a directory, in clear text")
_ROOT = Field("account-password", "the password of the administrator of a directory")
_BIND = Field("application-password", "the password that a client of a directory signs in with")
_OWNER = "of an entry of a directory"

#: a value in base64 may go on in lines that begin with a space
_VALUE = expression(
    rb"^(?:userPassword|olcRootPW|clearPassword|unicodePwd):(?P<encoded>:?)[ \t]{1,9}(?P<value>[^\s#<]"
    rb"[^\r\n]{0,400}(?:\r?\n [^\r\n]{1,100}){0,4})",
    re.IGNORECASE | re.MULTILINE,
)
_WINDOWS = expression(rb"^samba(?:NT|LM)Password: (?P<value>[0-9A-F]{32})\s*$", re.IGNORECASE | re.MULTILINE)
_FOLD = expression(rb"\r?\n ")
_ROWS = (
    line(rb"^[ \t]{0,9}#?rootpw[ \t]{1,20}\"?(?P<value>[^\s\"]{3,200})\"?\s*$", _ROOT, owner=_OWNER),
    line(
        rb"^[ \t]{0,9}#?(?:bindpw|rootbindpw|ldap_bind_password|sasl_secret|credentials)[ \t]{1,20}\"?"
        rb"(?P<value>[^\s\"]{3,200})\"?\s*$",
        _BIND,
    ),
    line(rb"\bbindmethod=simple\b[^\r\n]{0,300}\bcredentials=\"?(?P<value>[^\s\"]{3,200})", _BIND),
    line(rb"^[ \t]{0,9}ldap_default_authtok[ \t]{0,9}=[ \t]{0,9}(?P<value>[^\s]{3,200})\s*$", _BIND),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and hashes. See :data:`keyguard.credential_files.table.Finder`."""
    for found in _VALUE.finditer(data):
        secret = _entry(data, found, named)
        if secret:
            yield secret
    for found in _WINDOWS.finditer(data):
        yield JudgedSecret(*found.span("value"), FAST, (f"a hash of Windows {_OWNER}",))
    if named:
        yield from secrets_in_lines(data, _ROWS)


def _entry(data: bytes, found: re.Match[bytes], named: bool) -> JudgedSecret | None:
    written = found["value"]
    span = found.start("value"), found.start("value") + len(written.rstrip())
    if found["encoded"]:
        try:
            raw = base64.b64decode(_FOLD.sub(b"", written).strip(), validate=True)
        except (binascii.Error, ValueError):
            return None
        encoding = "utf-16-le" if raw[1::2].count(0) * 2 == len(raw) > 0 else "utf-8"
        value = raw.decode(encoding, "surrogateescape" if encoding == "utf-8" else "replace").strip('"')
        if not value.isprintable():
            return None
    else:
        span = span[0], span[0] + len(written.splitlines()[0].rstrip())
        value = data[slice(*span)].decode("utf-8", "surrogateescape")
        if not named and " " in value:  # a sentence about it
            return None
    comment = in_comment(data, span[0])
    return judged_hash(value, span, _OWNER, comment=comment) or judged(_ENTRY, value, span, comment=comment)
