"""Configuration that command lines keep: DigitalOcean, Terraform, ngrok, OpenStack, Kaggle, dbt, Snowflake and others.

What a value is, its name says: ``access-token``, ``authtoken``, ``api_key``, ``password``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from keyguard.credential_files.fields import Place, secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.secrets import Names, secrets_of
from keyguard.credential_files.syntax import ini, objects, yaml
from keyguard.credential_files.syntax.entry import Entry, text_of
from keyguard.model.judged_secret import JudgedSecret
from keyguard.support.regex import expression

_RULE = "cloud-credential"
_TOKEN = Field(_RULE, "a token or key in the configuration of a command line", guessable=False)
_NAMES = Names(Field(_RULE, "a password in the configuration of a command line"), _TOKEN)
_PLACES = (
    Place(("*", "token"), _TOKEN),
    Place(("authtoken",), _TOKEN),
    Place(("auth-contexts", "*"), _TOKEN),
    Place(("accesstokens", "*"), _TOKEN),
    Place(("application_credential_secret",), _TOKEN),
    Place(("accesskeysecret",), _TOKEN),
    Place(("backend-password",), _TOKEN),
    Place(("pass_phrase",), Field(_RULE, "the passphrase of a key in the configuration of a command line")),
    Place(("fs-passphrase",), Field(_RULE, "the passphrase of a file system in the configuration of a command line")),
)
_KAGGLE = (Place(("key",), Field(_RULE, "the API key of a Kaggle account", guessable=False)),)
#: a host of Terraform's, in the text of anything
_TERRAFORM = expression(
    rb"\bcredentials\s{1,4}\"[\w.-]{3,80}\"\s{0,4}\{\s{1,40}token\s{0,9}=\s{0,9}\"(?P<token>[^\"\s]{8,300})\""
)


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the tokens and passwords. See :data:`keyguard.credential_files.format.Finder`."""
    name = path.lower().rpartition(b"/")[2]
    if not named:
        yield from _embedded(data)
    else:
        yield from _file(data, name)


def _file(data: bytes, name: bytes) -> Iterator[JudgedSecret]:
    entries = list(_entries(data, name))
    taken = [*secrets(data, entries, _PLACES)]
    if b"kaggle" in name:
        taken += secrets(data, _beside_user(entries), _KAGGLE)
    yield from taken
    spans = {(one.start, one.end) for one in taken}
    yield from (one for one in secrets_of(entries, names=_NAMES) if (one.start, one.end) not in spans)


def _embedded(data: bytes) -> Iterator[JudgedSecret]:
    """Yield the tokens for Terraform's hosts and the keys of Kaggle accounts in any text."""
    for found in _TERRAFORM.finditer(data):
        yield from _token(data, *found.span("token"))
    if b'"key"' in data:
        yield from secrets(data, _beside_user(list(objects.entries(data))), _KAGGLE)


def _token(data: bytes, start: int, end: int) -> Iterator[JudgedSecret]:
    found = judged(_TOKEN, text_of(data[start:end]), (start, end), comment=in_comment(data, start))
    if found:
        yield found


def _entries(data: bytes, name: bytes) -> Iterable[Entry]:
    head = data.lstrip()[:1]
    if head in (b"{", b"[") and not name.endswith((b".toml", b".ini", b"cfg", b"rc", b"config")):
        return objects.entries(data)
    if name.endswith((b".yml", b".yaml")):
        return yaml.entries(data)
    if head == b"{" or not name or b"terraform" in name or name.endswith(b".json"):
        return objects.entries(data)
    return ini.entries(data)


def _beside_user(entries: list[Entry]) -> Iterable[Entry]:
    """Yield the entries of an object that has a user and a key, and nothing else."""
    groups: dict[int, list[Entry]] = {}
    for one in entries:
        groups.setdefault(one.group, []).append(one)
    pair = {"username", "key"}
    return (one for several in groups.values() if {each.name for each in several} == pair for one in several)
