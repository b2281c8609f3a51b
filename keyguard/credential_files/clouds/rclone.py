"""``rclone.conf``: passwords, keys and tokens by remote. A password is obscured with a key that is the same for all.

The format is documented at https://rclone.org/docs/#config-file and https://rclone.org/commands/rclone_obscure/
"""

from __future__ import annotations

from collections.abc import Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import ini
from keyguard.credential_files.syntax.encoded import Credential
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "cloud-credential"
_OBSCURED = Field(_RULE, "a password in rclone.conf, obscured with a key that is the same for everybody")
_KEY = Field(_RULE, "a secret key in rclone.conf", guessable=False)
_TOKEN = Field(_RULE, "the tokens of an account in rclone.conf", guessable=False)
_IN_TOKEN = expression(r'"(?:refresh_token|access_token)"\s*:\s*"(?P<token>[^"\s]{8,})"')


def _token(text: str) -> Credential | None:
    """Return the token in the JSON that a value is."""
    tokens = _IN_TOKEN.findall(text)
    return Credential("", tokens[-1], tokens[-1]) if tokens else None


_PLACES = (
    *(Place(("*", name), _OBSCURED) for name in ("pass", "password", "password2", "key_file_pass", "2fa")),
    *(
        Place(("*", name), _KEY)
        for name in (
            "secret_access_key",
            "client_secret",
            "key",
            "bearer_token",
            "service_account_credentials",
            "sas_url",
        )
    ),
    Place(("*", "token"), _TOKEN, decode=_token),
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the secrets. See :data:`keyguard.credential_files.format.Finder`."""
    return secrets(data, ini.entries(data), _PLACES)
