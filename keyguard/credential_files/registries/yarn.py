"""``.yarnrc.yml``: tokens and passwords by registry and scope.

The format is documented at https://yarnpkg.com/configuration/yarnrc
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import yaml
from keyguard.credential_files.syntax.encoded import Credential, basic
from keyguard.model.judged_secret import JudgedSecret


def _ident(text: str) -> Credential | None:
    """Return what ``user:password`` stands for, plain or in base64."""
    user, _, password = text.partition(":")
    return Credential(user, password, password) if password else basic(text)


_RULE = "package-registry-credential"
_PLACES = (
    Place(("npmauthtoken",), Field(_RULE, "a token for a registry in Yarn's settings", guessable=False)),
    Place(("npmauthident",), Field(_RULE, "a user and a password for a registry in Yarn's settings"), decode=_ident),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, yaml.entries(data), _PLACES)
