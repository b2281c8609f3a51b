"""WireGuard: private and preshared keys in ``wg0.conf``, in ``.netdev`` files of systemd, in scripts and documents.

Documented at https://man7.org/linux/man-pages/man8/wg.8.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_FIELDS = {
    b"privatekey": Field("wireguard-key", "the private key of an interface of WireGuard", guessable=False),
    b"presharedkey": Field("wireguard-key", "a preshared key of WireGuard", guessable=False),
}
#: a key of 32 bytes in base64, whose last digit but one has two bits to spare
_KEY = expression(
    rb"\b(?P<name>Private|Preshared)Key[ \t]{0,9}=[ \t]{0,9}[\"']?"
    rb"(?P<key>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)(?![=\w+/])",
    re.IGNORECASE,
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield keys. See :data:`keyguard.credential_files.table.Finder`."""
    for found in _KEY.finditer(data):
        field = _FIELDS[found["name"].lower() + b"key"]
        comment = in_comment(data, found.start("key"))
        secret = judged(field, found["key"].decode(), found.span("key"), comment=comment)
        yield from (secret,) if secret else ()
