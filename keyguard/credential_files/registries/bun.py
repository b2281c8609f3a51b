"""``bunfig.toml``: tokens and passwords by registry and scope.

The format is documented at https://bun.com/docs/runtime/bunfig
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.model.judged_secret import JudgedSecret

_RULE = "package-registry-credential"
_PLACES = (
    Place(("token",), Field(_RULE, "a token for a registry in Bun's settings", guessable=False)),
    Place(("password",), Field(_RULE, "the password for a registry in Bun's settings"), ("username",)),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, objects.entries(data), _PLACES)
