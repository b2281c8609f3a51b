"""Manifests of Kubernetes Secrets, in YAML or JSON: ``data``, which is in base64, and ``stringData``.

What a Secret contains need not be one (user names, hosts, certificates), so each value is judged by its key and by what
it is. The format is documented at https://kubernetes.io/docs/concepts/configuration/secret/
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

from keyguard.credential_files.clients.docker import PLACES as _REGISTRIES
from keyguard.credential_files.fields import secrets
from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.names import Kind, is_generated, is_password, kind_of
from keyguard.credential_files.syntax import objects, properties, yaml
from keyguard.credential_files.syntax.encoded import from_base64, passwords_in_urls
from keyguard.credential_files.syntax.entry import Entry, bytes_of, text_of
from keyguard.generic.value_filters import dropped_by
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

_RULE = "kubernetes-secret"
_PASSWORD = Field(_RULE, "a value of a Kubernetes Secret whose key says password")
_NAMED = Field(_RULE, "a generated value of a Kubernetes Secret whose key says key or token", guessable=False)
_UNNAMED = Field(_RULE, "a generated value of a Kubernetes Secret", guessable=False, confidence=Confidence.MEDIUM)
_IN_URL = Field(_RULE, "the password of a URL in a Kubernetes Secret")
_KEY = Field(_RULE, "a private key in base64 in a Kubernetes Secret", guessable=False)
_SETTINGS = Field(_RULE, "a file with a password in base64 in a Kubernetes Secret", guessable=False)
_PLACEHOLDER = "a placeholder in base64"
_PEM = expression(rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----")
_LOCKED = expression(rb"-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED")
#: keys of values that look generated and are no secrets
_PUBLIC = expression(
    r"(?:user|name|id|url|uri|host|ca|crt|cert|pub|public|email|arn|region|bucket|endpoint|image|tag|version)\b",
    re.IGNORECASE,
)
#: keys of names of accounts: a password that is one is weak
_ACCOUNT = expression(r"(?:user|username|login|account|database|db)\Z", re.IGNORECASE)
#: a line of an htpasswd file, which is judged by guesses at its password
_HASH = expression(r"[^\s:]{1,64}:(?:\$(?:apr1|[156y]|2[abxy])\$|\{SHA\})")
#: bytes of a decoded file that are looked at
_READ = 64 << 10


def find(data: bytes, path: bytes, named: bool) -> Iterator[JudgedSecret]:
    """Yield the secrets of all Secrets. See :data:`keyguard.credential_files.format.Finder`."""
    entries = list(objects.entries(data) if data.lstrip()[:1] == b"{" else yaml.entries(data))
    texts = [(entry, name, _decoded(entry)) for entry, name in _of_secrets(entries)]
    accounts: dict[int, set[str]] = defaultdict(set)
    for entry, name, text in texts:
        if _ACCOUNT.search(entry.name):
            accounts[entry.group].add(text_of(text).strip().lower())
        accounts[entry.group].update(name.lower().split("-"))
    for entry, _, text in texts:
        if text:
            comment = entry.comment or in_comment(data, entry.start)
            yield from _value(entry, text[:_READ], accounts[entry.group], comment=comment)


def places(data: bytes) -> dict[tuple[int, int], str]:
    """Return span -> keys, as in ``data.password``, of every value of a Secret that is written in base64."""
    entries = list(objects.entries(data) if data.lstrip()[:1] == b"{" else yaml.entries(data))
    return {entry.span: ".".join(entry.keys[-2:]) for entry, _ in _of_secrets(entries) if entry.keys[-2] == "data"}


def _decoded(entry: Entry) -> bytes:
    if entry.keys[-2] == "stringData":
        return bytes_of(entry.value)
    return from_base64(entry.value) or b""


def _of_secrets(entries: list[Entry]) -> Iterator[tuple[Entry, str]]:
    """Yield the values of objects of the kind Secret, with the object's name if that stands before them.

    An object's number is lower than those of the objects in it.
    """
    kinds: dict[tuple[str, ...], list[tuple[int, bool]]] = defaultdict(list)
    for entry in entries:
        if entry.name == "kind":
            kinds[entry.keys[:-1]].append((entry.group, entry.value == "Secret"))
    name = ""
    for entry in entries:
        if entry.keys[-2:] == ("metadata", "name"):
            name = entry.value
        elif entry.keys[-2:-1] in (("data",), ("stringData",)):
            around = kinds.get(entry.keys[:-2], [])
            at = bisect_right(around, (entry.group, True)) - 1
            if at >= 0 and around[at][1]:
                yield entry, name


def _value(entry: Entry, text: bytes, accounts: set[str], *, comment: bool) -> Iterator[JudgedSecret]:
    value, encoded = text_of(text).strip(), entry.keys[-2] == "data"
    field = _field_of(entry.name, text, value, encoded=encoded)
    user = value if value.lower() in accounts else ""
    if field is _KEY or field is _SETTINGS:
        yield JudgedSecret(*entry.span, _RULE, (field.reason,), comment=comment, guessable=False)
        return
    if field is _IN_URL:
        value, user = next(((one.value, one.user) for one in passwords_in_urls(text, 0, len(text))), ("", ""))
    found = judged(field, value, entry.span, user=user, comment=comment) if field else None
    if found:
        yield found
    elif (field or kind_of(entry.name)) and encoded and value.isprintable() and value:
        # said, since what does not decode it would take it for a password
        yield JudgedSecret(
            *entry.span, _RULE, (_PLACEHOLDER, *([field.reason] if field else [])), weak=True, comment=comment
        )


def _field_of(name: str, text: bytes, value: str, *, encoded: bool) -> Field | None:
    """Return what a value is; None if it is no secret."""
    if _PEM.search(text):
        return _KEY if encoded and not _LOCKED.search(text) else None
    kind = kind_of(name)
    if "\n" in value or value.startswith("{"):
        return _SETTINGS if encoded and _has_password(text) else None
    if not value.isprintable() or _HASH.match(value):
        return None
    if kind is Kind.PASSWORD and is_password(value):
        return _PASSWORD
    if next(passwords_in_urls(text, 0, len(text)), None):
        return _IN_URL if encoded else None
    if kind is Kind.SECRET and is_generated(value):
        return _NAMED
    is_random = len(value) >= 16 and " " not in value and is_generated(value) and not _PUBLIC.search(name)
    return _UNNAMED if is_random else None


def _has_password(text: bytes) -> bool:
    """Whether a file contains a password or a key for an image registry."""
    if next(secrets(text, objects.entries(text), _REGISTRIES), None):
        return True
    return any(map(_is_secret, _settings(text)))


def _settings(text: bytes) -> Iterable[Entry]:
    if text.lstrip()[:1] == b"{":
        return objects.entries(text)
    return (*yaml.entries(text), *properties.entries(text))


def _is_secret(entry: Entry) -> bool:
    kind, value = kind_of(entry.name), entry.value
    if entry.comment or dropped_by(value):
        return False
    return (kind is Kind.PASSWORD and is_password(value)) or (kind is Kind.SECRET and is_generated(value))
