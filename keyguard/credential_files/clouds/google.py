"""Google's ``application_default_credentials.json`` and files of OAuth clients and their tokens.

The key of a service account is a private key in PEM, which has a rule of its own. The formats are documented at
https://cloud.google.com/docs/authentication/application-default-credentials
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.model.judged_secret import JudgedSecret

_RULE = "cloud-credential"
_TOKEN = Field(_RULE, "a refresh token of a Google account", guessable=False)
_CLIENT = Field(_RULE, "the secret of an OAuth client of Google", guessable=False)
_PLACES = (
    Place(("refresh_token",), _TOKEN),
    Place(("installed", "client_secret"), _CLIENT),
    Place(("web", "client_secret"), _CLIENT),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and secrets. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, objects.entries(data), _PLACES)
