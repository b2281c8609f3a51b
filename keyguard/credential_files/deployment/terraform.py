"""Terraform and OpenTofu: states, variables, and the files that are applied.

Documented at https://developer.hashicorp.com/terraform/language/state/sensitive-data
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.settings.secrets import Names, Setting, secrets_of
from keyguard.credential_files.syntax import objects
from keyguard.credential_files.syntax.entry import Entry
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_STATE = Field("terraform-state-secret", "a value in a Terraform state, where all values are in clear text")
_GENERATED = Field("terraform-state-secret", "a generated value in a Terraform state", guessable=False)
_PASSWORD = Field("deployment-secret", "a password in Terraform's configuration")
_SECRET = Field("deployment-secret", "a key in Terraform's configuration")

_STATE_ROWS = (
    Setting(("connection_string",), _STATE),
    Setting(("primary_connection_string",), _STATE),
    Setting(("kube_config_raw",), _STATE),
)
#: type of a resource -> its attributes that are secret, whatever their names say
_ATTRIBUTES = {
    "random_password": ("result",),
    "random_id": (),
    "aws_iam_access_key": ("secret", "ses_smtp_password_v4"),
    "aws_secretsmanager_secret_version": ("secret_string",),
    "aws_ssm_parameter": ("value",),
    "azurerm_key_vault_secret": ("value",),
    "google_secret_manager_secret_version": ("secret_data",),
    "google_service_account_key": ("private_key",),
    "github_actions_secret": ("plaintext_value",),
    "vault_generic_secret": ("data_json",),
}
_IS_STATE = expression(rb"\"terraform_version\"\s{0,9}:")


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield passwords and keys. See :data:`keyguard.credential_files.table.Finder`."""
    entries = list(objects.entries(data))
    if _IS_STATE.search(data, 0, 65536) or b".tfstate" in path.lower():
        yield from secrets_of(entries, _STATE_ROWS, Names(_STATE, _STATE), data)
        yield from _by_type(entries)
    elif named or not path:
        yield from secrets_of(entries, (), Names(_PASSWORD, _SECRET), data)


def _by_type(entries: Iterable[Entry]) -> Iterator[JudgedSecret]:
    """Yield the attributes that are secret in resources of their type."""
    types: dict[tuple[str, ...], str] = {}
    for entry in entries:
        keys = entry.keys
        resource = keys[: keys.index("resources") + 2] if "resources" in keys else ()
        if keys[:-1] == resource and keys[-1] == "type":
            types[resource] = entry.value
        elif keys[-1] in _ATTRIBUTES.get(types.get(resource, ""), ()):
            found = judged(_GENERATED, entry.value, entry.span)
            if found:
                yield found
