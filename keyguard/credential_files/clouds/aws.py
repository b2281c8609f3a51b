"""AWS's ``credentials`` and what is like it: ``.s3cfg``, ``.boto``, ``.passwd-s3fs``.

The format is documented at https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import ini
from keyguard.model.judged_secret import JudgedSecret

_RULE = "cloud-credential"
_KEY = Field(_RULE, "a secret key for storage in a configuration file", guessable=False)
_TOKEN = Field(_RULE, "a session token of AWS", guessable=False)
_PLACES = (
    Place(("aws_secret_access_key",), _KEY),
    Place(("aws_session_token",), _TOKEN),
    Place(("aws_security_token",), _TOKEN),
    Place(("gs_secret_access_key",), _KEY),
    Place(("gs_oauth2_refresh_token",), Field(_RULE, "a refresh token of Google", guessable=False)),
    Place(("default", "secret_key"), _KEY),
    Place(("*", "secret_key"), _KEY),
    Place(("gpg_passphrase",), Field(_RULE, "the passphrase with which s3cmd encrypts files")),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the keys and tokens. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, ini.entries(data), _PLACES)
