"""The secrets among the entries of a file: by a table of a format's keys, and by what a key's name says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.parts import with_default
from keyguard.credential_files.secret_names import Kind, is_generated, is_password, kind_of
from keyguard.credential_files.syntax.entry import Entry, by_group, fits
from keyguard.model.judged_secret import JudgedSecret

#: names of the account that a password beside them belongs to, in lower case, the likeliest first
_USERS = ("username", "user", "user-name", "user_name", "db_user", "dbuser", "login", "uid", "@username", "@user")


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
    entries: Iterable[Entry], settings: Sequence[Setting] = (), names: Names | None = None
) -> Iterator[JudgedSecret]:
    """Yield the secrets among all entries of a text. A key that no setting has is judged by its name."""
    all_entries = [with_default(one) for one in entries]
    users = by_group(all_entries)
    for entry in all_entries:
        setting = next((one for one in settings if fits(entry.keys, one.keys)), None)
        found = _as_set(entry, setting, users) if setting else _by_name(entry, names, users) if names else None
        if found:
            yield found


def _as_set(entry: Entry, setting: Setting, users: dict[int, dict[str, Entry]]) -> JudgedSecret | None:
    if not is_password(entry.value):
        return None
    found = judged(setting.field, entry.value, entry.span, user=_user(entry, users), comment=entry.comment)
    if found and setting.chosen and not is_generated(entry.value):
        return weak(found, "words, where a generated key belongs")
    return found


def _by_name(entry: Entry, names: Names, users: dict[int, dict[str, Entry]]) -> JudgedSecret | None:
    name = entry.name
    if name.isdigit() and len(entry.keys) > 1:
        name = entry.keys[-2]
    kind = kind_of(name)
    if kind is Kind.PASSWORD and is_password(entry.value):
        return judged(names.password, entry.value, entry.span, user=_user(entry, users), comment=entry.comment)
    if kind is Kind.SECRET and is_generated(entry.value):
        return judged(names.secret, entry.value, entry.span, comment=entry.comment)
    return None


def _user(entry: Entry, users: dict[int, dict[str, Entry]]) -> str:
    beside = users.get(entry.group, {})
    return next((beside[name].value for name in _USERS if name in beside), "")


def weak(found: JudgedSecret, reason: str) -> JudgedSecret:
    """Return the secret as one that protects nothing, with the reason in front."""
    return found if found.weak else found._replace(weak=True, reasons=(reason, *found.reasons))
