"""The secrets among the entries of a file: by a table of a format's keys, and by what a key's name says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.settings.names import Kind, is_generated, is_password, kind_of
from keyguard.credential_files.settings.parts import with_default
from keyguard.credential_files.syntax.entry import Entry, fits
from keyguard.model.judged_secret import JudgedSecret
from keyguard.model.scales import Confidence
from keyguard.support.regex import expression

#: how names end of the account that a password beside them belongs to, and of what an account is often called after
_USERS = ("user", "username", "user-name", "user_name", "login", "uid", "database", "db", "db_name", "dbname")
#: the key around the ciphertext of a sealed secret of Kubernetes
_SEALED = "encryptedData"
#: names of what a variable is set to, which say nothing: the name of the variable is the key before them
_OF_PARENT = ("default", "value", "result", "_value")
#: a sample that says what it is: ``secure password``, ``readonly_account_password``
_SAMPLE = expression(r"[a-z]{0,30}(?:[ _.-][a-z]{1,30}){0,8}", re.IGNORECASE)
_SAYS_SO = expression(r"pass(?:word|wd|phrase)|(?:^|[ _.-])pass(?:$|[ _.-])", re.IGNORECASE)
_WORD = expression(r"[a-z]{1,12}")
#: shorter values are in a name by chance
_SHORT = 3


class Setting(NamedTuple):
    """A key of a format whose values are secrets."""

    keys: tuple[str, ...]
    """The end of its path, in lower case; ``*`` is any one key."""
    field: Field
    chosen: bool = False
    """Whether a value that does not look like a generated one is a sample: signing keys, salts."""


class Names(NamedTuple):
    """What a secret is whose key only the name tells."""

    password: Field
    secret: Field


def secrets_of(
    entries: Iterable[Entry], settings: Sequence[Setting] = (), names: Names | None = None, data: bytes = b""
) -> Iterator[JudgedSecret]:
    """Yield the secrets among all entries of a text. A key that no setting has is judged by its name.

    ``data`` is the text, for formats whose reader does not tell comments.
    """
    by_name: dict[str, list[Setting]] = {}
    for one in settings:
        by_name.setdefault(one.keys[-1], []).append(one)
    users = _Users()
    kept = []
    for entry in _with_pairs(entries):
        name = entry.name.lower()
        if name.endswith(_USERS):
            users.add(entry)
        elif name == "name":
            users.add(entry, certain=False)
        if name in by_name or "*" in by_name or (names and kind_of(_naming(entry))):
            read = with_default(entry)
            kept.append((read, read is not entry))
    for entry, is_fallback in kept:
        candidates = (*by_name.get(entry.name.lower(), ()), *by_name.get("*", ()))
        setting = next((one for one in candidates if fits(entry.keys, one.keys)), None)
        found = _as_set(entry, setting, users) if setting else _by_name(entry, names, users) if names else None
        if found and is_fallback and found.confidence is Confidence.MEDIUM:
            found = weak(found, "a word that stands in for a variable")
        if found:
            yield found._replace(comment=True) if data and in_comment(data, found.start) else found


class _Users:
    """The names of accounts in each group of entries."""

    def __init__(self) -> None:
        #: the first name of a group, as it is written
        self._firsts: dict[int, str] = {}
        #: all names of a group, in lower case
        self._groups: dict[int, set[str]] = {}

    def add(self, entry: Entry, *, certain: bool = True) -> None:
        """Note the name of an account, or of something that may be one."""
        if certain:
            self._firsts.setdefault(entry.group, entry.value)
        self._groups.setdefault(entry.group, set()).add(entry.value.lower())

    def beside(self, entry: Entry) -> str:
        """Return the name of the account that a password may belong to: the one that equals it, if there is one."""
        first = self._firsts.get(entry.group, "")
        value = entry.value.lower()
        if value in self._groups.get(entry.group, ()):
            return entry.value
        return "" if value.startswith(first.lower()) else first  # an ending makes a password that may be in use


def _with_pairs(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries; the value in ``{name: PASSWORD, value: x}`` has that name."""
    names: dict[int, str] = {}
    for entry in entries:
        if entry.name in ("name", "key"):
            names[entry.group] = entry.value
        elif entry.name == "value" and entry.group in names:
            entry = entry._replace(keys=(*entry.keys[:-1], names[entry.group]))
        yield entry


def _as_set(entry: Entry, setting: Setting, users: _Users) -> JudgedSecret | None:
    if not is_password(entry.value):
        return None
    found = _password(setting.field, entry, users)
    if found and setting.chosen and not is_generated(entry.value):
        return weak(found, "words, where a generated key belongs")
    return found


def _naming(entry: Entry) -> str:
    """Return the name that says what an entry is: that of the list or the variable that it belongs to, or its own."""
    name = entry.name
    return entry.keys[-2] if len(entry.keys) > 1 and (name.isdigit() or name.lower() in _OF_PARENT) else name


def _by_name(entry: Entry, names: Names, users: _Users) -> JudgedSecret | None:
    kind = kind_of(_naming(entry))
    if kind and _SEALED in entry.keys:
        return None
    if kind is Kind.PASSWORD and is_password(entry.value):
        return _password(names.password, entry, users)
    if kind is Kind.SECRET and " " not in entry.value and is_generated(entry.value):
        return judged(names.secret, entry.value, entry.span, comment=entry.comment)
    return None


def _password(field: Field, entry: Entry, users: _Users) -> JudgedSecret | None:
    value = entry.value
    found = judged(field, value, entry.span, user=users.beside(entry), comment=entry.comment)
    if found and _SAYS_SO.search(value) and _SAMPLE.fullmatch(value):
        return weak(found, "a sample: words, password among them")
    if found and not found.weak and len(value) > _SHORT and value.lower() in _naming(entry).lower():
        return weak(found, "the name says it")
    if found and not found.weak and _WORD.fullmatch(value):
        return found._replace(confidence=Confidence.MEDIUM, reasons=(*found.reasons, "a single word"))
    return found


def weak(found: JudgedSecret, reason: str) -> JudgedSecret:
    """Return the secret as one that protects nothing, with the reason in front."""
    return found if found.weak else found._replace(weak=True, reasons=(reason, *found.reasons))
