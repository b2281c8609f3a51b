"""Cargo's ``credentials.toml``: tokens by registry.

The format is documented at https://doc.rust-lang.org/cargo/reference/config.html#credentials
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import ini
from keyguard.model.judged_secret import JudgedSecret

_TOKEN = Field("package-registry-credential", "a token for a registry in Cargo's credentials", guessable=False)
_SECTIONS = ("registry", "registries.")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens. See :data:`keyguard.credential_files.format.Finder`."""
    quotes = (b'"', b"'")
    entries = (
        one
        for one in ini.entries(data)
        if one.keys[0].lower().startswith(_SECTIONS) and data[one.start - 1 : one.start] in quotes
    )
    return secrets(data, entries, (Place(("token",), _TOKEN), Place(("secret-key",), _TOKEN)))
