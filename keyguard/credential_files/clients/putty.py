"""PuTTY's private keys (``.ppk``) that no pass phrase protects.

The format is documented at https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import in_comment
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_REASON = "a private key in PuTTY's format without a pass phrase"
#: both halves are base64 in lines of 64
_KEY = expression(
    rb"PuTTY-User-Key-File-[23]:[^\r\n]{1,60}\s{1,9}Encryption:[ \t]{0,9}none\s{1,9}Comment:[^\r\n]{0,200}\s{1,9}"
    rb"Public-Lines:[ \t]{0,9}\d{1,3}\s[A-Za-z0-9+/=\s]{20,4000}Private-Lines:[ \t]{0,9}\d{1,3}\s{1,9}"
    rb"(?P<key>[A-Za-z0-9+/]{20,64}={0,2}(?:\s{1,9}[A-Za-z0-9+/]{1,64}={0,2}(?![\w:-])){0,80})"
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the private halves. See :data:`keyguard.credential_files.table.Finder`."""
    for found in _KEY.finditer(data):
        comment = in_comment(data, found.start())
        yield JudgedSecret(*found.span("key"), "putty-private-key", (_REASON,), comment=comment, guessable=False)
