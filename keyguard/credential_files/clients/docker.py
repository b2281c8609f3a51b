"""Docker's ``config.json`` and ``.dockercfg``: user and password by image registry, in base64.

The format is documented at https://docs.docker.com/reference/cli/docker/login/; Podman's and Kubernetes' is the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.credential_files.syntax.encoded import basic
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret

_RULE = "container-registry-credential"
_ACCOUNT = ("username",)
_AUTH = Field(_RULE, "a user and a password for an image registry, in base64")
PLACES = (
    Place(("*", "auth"), _AUTH, _ACCOUNT, basic),
    Place(("auths", "*", "password"), Field(_RULE, "the password for an image registry"), _ACCOUNT),
    Place(("*", "identitytoken"), Field(_RULE, "a token for an image registry", guessable=False)),
    Place(("*", "registrytoken"), Field(_RULE, "a token for an image registry", guessable=False)),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the passwords and tokens. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, filter(_of_registry, objects.entries(data)), PLACES)


def _of_registry(entry: Entry) -> bool:
    """Whether a value stands in the object of a registry: in ``auths``, or behind the name of a host."""
    around = entry.keys[-2:-1]
    return "auths" in entry.keys or any("." in key or ":" in key or key == "localhost" for key in around)
