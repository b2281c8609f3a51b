"""Files that contain a key and nothing else: Rails' ``master.key`` and keys of other credentials, Jenkins' master key.

Rails' are documented at https://guides.rubyonrails.org/security.html#custom-credentials
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field, judged
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_MASTER = Field("credentials-master-key", "a file that contains a master key and nothing else", guessable=False)
#: 16 or 32 bytes of Rails, 128 of Jenkins
_KEY = expression(rb"\s{0,20}([0-9a-f]{32}(?:[0-9a-f]{32})?|[0-9a-f]{256})\s{0,20}")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the key. See :data:`keyguard.credential_files.table.Finder`."""
    if path and not named:  # many files contain nothing but a digest
        return
    key = _KEY.fullmatch(data)
    found = judged(_MASTER, key[1].decode(), key.span(1)) if key else None
    yield from (found,) if found else ()
