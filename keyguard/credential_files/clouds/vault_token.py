"""``.vault-token``: a file that is the token of a user of Vault, and nothing else.

The format is documented at https://developer.hashicorp.com/vault/docs/commands/token-helper
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.syntax.entry import text_of
from keyguard.model.judged_secret import JudgedSecret

_TOKEN = Field("cloud-credential", "the token of a user of Vault", guessable=False)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the token. See :data:`keyguard.credential_files.format.Finder`."""
    start = len(data) - len(data.lstrip())
    token = data.strip()
    alone = b"\n" not in token and (named or token.startswith(b"s."))
    found = judged(_TOKEN, text_of(token), (start, start + len(token))) if alone else None
    if found:
        yield found
