"""Files of Azure's command lines: cached tokens, and service principals with their password.

The formats are documented at https://learn.microsoft.com/cli/azure/azure-cli-sp-tutorial-1 and
https://learn.microsoft.com/entra/msal/dotnet/how-to/token-cache-serialization
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keyguard.credential_files.fields import Place, secret
from keyguard.credential_files.judging import Field
from keyguard.credential_files.syntax import objects
from keyguard.credential_files.syntax.entry import Entry, by_group
from keyguard.model.judged_secret import JudgedSecret

_RULE = "cloud-credential"
_PASSWORD = Field(_RULE, "the password of a service principal of Azure", guessable=False)
_TOKEN = Field(_RULE, "a cached token of an Azure account", guessable=False)
#: a name -> names of which one stands beside it
_BESIDE = {
    "clientsecret": (_PASSWORD, ("clientid",)),
    "client_secret": (_PASSWORD, ("tenant", "serviceprincipaltenant", "tenant_id")),
    "password": (_PASSWORD, ("appid",)),
    "accesstoken": (_TOKEN, ("_authority", "_clientid", "serviceprincipalid")),
    "refreshtoken": (_TOKEN, ("_authority", "_clientid")),
}
#: kinds of tokens in MSAL's cache; others say who someone is, and open nothing
_CACHED = frozenset(("refreshtoken", "accesstoken"))


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    entries = list(objects.entries(data))
    groups = by_group(entries)
    for entry in entries:
        field, names = _BESIDE.get(entry.name.lower(), (None, ()))
        beside = groups.get(entry.group, {})
        if field and any(name in beside for name in names):
            yield from secret(data, entry, Place((entry.name,), field), beside)
        elif entry.name == "secret" and _is_cached(beside):
            yield from secret(data, entry, Place((entry.name,), _TOKEN), beside)


def _is_cached(beside: Mapping[str, Entry]) -> bool:
    """Whether an object is that of a token in MSAL's cache, which is not one that says who someone is."""
    return "credential_type" in beside and beside["credential_type"].value.lower() in _CACHED
