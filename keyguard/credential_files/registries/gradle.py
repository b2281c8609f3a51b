"""``gradle.properties`` and the property files beside it that hold passwords of registries and of signing keys.

The format is documented at https://docs.gradle.org/current/userguide/build_environment.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.judging import Field
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax import properties
from keyguard.model.judged_secret import JudgedSecret

_RULE = "package-registry-credential"
_NAMES = Names(
    Field(_RULE, "a property of a build whose name says password"),
    Field(_RULE, "a property of a build whose name says key or token", guessable=False),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords and keys. See :data:`keyguard.credential_files.format.Finder`."""
    if named:
        yield from secrets_of(properties.entries(data), names=_NAMES)
