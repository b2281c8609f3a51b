"""kubeconfig: keys, tokens and passwords of the users of a cluster; in YAML or JSON, whatever the file is called.

The format is documented at https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects, yaml
from keyguard.credential_files.syntax.encoded import private_key
from keyguard.model.judged_secret import JudgedSecret

_RULE = "kubeconfig-credential"
_KEY = Field(_RULE, "the private key of a user of a cluster, in base64", guessable=False)
_TOKEN = Field(_RULE, "the token of a user of a cluster", guessable=False)
_PLACES = (
    Place(("client-key-data",), _KEY, decode=private_key),
    Place(("user", "token"), _TOKEN),
    Place(("user", "password"), Field(_RULE, "the password of a user of a cluster"), ("username",)),
    Place(("config", "id-token"), _TOKEN),
    Place(("config", "refresh-token"), _TOKEN),
    Place(("config", "access-token"), _TOKEN),
    Place(("config", "client-secret"), Field(_RULE, "the secret of a client for sign-in to a cluster")),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the keys, tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    if data.lstrip()[:1] == b"{" or b'"client-key-data"' in data or b'"current-context"' in data:
        yield from secrets(data, objects.entries(data), _PLACES)
    else:
        yield from secrets(data, yaml.entries(data), _PLACES)
