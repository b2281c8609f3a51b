"""Files of users and hashes: ``htpasswd``, ``/etc/shadow``, ``master.passwd``, ``smbpasswd``, ``htdigest``, Dovecot's.

Documented at https://httpd.apache.org/docs/2.4/misc/password_encryptions.html and
https://man7.org/linux/man-pages/man5/shadow.5.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import in_comment
from keyguard.credential_files.settings.password_hashes import FAST, judged_hash
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

#: ``!`` before a hash of ``shadow`` locks the account, and is no part of the hash
_LINE = expression(
    rb"^[ \t]{0,20}#?[ \t]{0,20}(?P<user>[^\s:#\"'=(){}<>]{1,64}):!{0,2}"
    rb"(?P<hash>(?:\{[\w-]{2,14}\})?[$./\w+=,-]{13,250})(?P<rest>:[^\r\n]*)?\r?$",
    re.MULTILINE,
)
_SMB = expression(
    rb"^(?P<user>[^\s:]{1,64}):\d{1,10}:(?:[0-9A-Fa-fX]{32}|NO PASSWORD[X]{21}):(?P<hash>[0-9A-Fa-f]{32}):\[",
    re.MULTILINE,
)
_DIGEST = expression(rb"^(?P<user>[^\s:]{1,64}):(?P<realm>[^\r\n:]{1,100}):(?P<hash>[0-9a-f]{32})\r?$", re.MULTILINE)
_AGES = expression(rb":\d{0,6}(?::[^\r\n:]{0,200}){0,8}")
#: a hash without a sign of its own, such as 13 letters, counts where the name of the file says what it is
_SIGNED = (b"$", b"{")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield hashes. See :data:`keyguard.credential_files.table.Finder`."""
    for line in _LINE.finditer(data):
        if not named and not line["hash"].startswith(_SIGNED):
            continue
        of_machine = line["rest"] is not None
        if of_machine and not named and not _AGES.fullmatch(line["rest"]):
            continue
        owner = "of an account of a machine" if of_machine else "of a user in a password file"
        comment = in_comment(data, line.start("hash"))
        found = judged_hash(line["hash"].decode("ascii", "replace"), line.span("hash"), owner, comment=comment)
        yield from (found,) if found else ()
    for pattern, reason in (
        (_SMB, "a hash of Windows in a password file of Samba"),
        (_DIGEST, "a hash of MD5 of htdigest"),
    ):
        if named or pattern is _SMB:
            yield from (JudgedSecret(*line.span("hash"), FAST, (reason,)) for line in pattern.finditer(data))
