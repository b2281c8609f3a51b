"""``.mylogin.cnf``: passwords for MySQL by login path, encrypted with a key that stands in the same file.

The format is documented at https://dev.mysql.com/doc/refman/en/mysql-config-editor.html: four bytes of zeros, a key of
20 bytes, then lines, each with its length before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.model.judged_secret import JudgedSecret

_RULE = "database-client-password"
_REASON = "login paths of MySQL, encrypted with the key in the same file"
_START, _KEY, _LENGTH = b"\0\0\0\0", 20, 4
#: bytes of a line: AES in blocks of 16
_BLOCK = 16


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the lines of the file as one secret. See :data:`keyguard.credential_files.format.Finder`."""
    first = len(_START) + _KEY
    length = int.from_bytes(data[first : first + _LENGTH], "little")
    if named and data.startswith(_START) and length and length % _BLOCK == 0 and len(data) >= first + _LENGTH + length:
        yield JudgedSecret(first + _LENGTH, len(data), _RULE, (_REASON,), guessable=False)
