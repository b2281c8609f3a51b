"""The secrets among the entries of a file: by a table of a format's keys, and by what a key's name says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from keyguard.credential_files.judging import Field, judged
from keyguard.credential_files.secret_names import Kind, is_generated, is_password, kind_of
from keyguard.credential_files.syntax.entry import Entry, by_group, fits
from keyguard.model.judged_secret import JudgedSecret

#: names of the account that a password beside them belongs to, in lower case, the likeliest first
_USERS = ("username", "user", "db_user", "dbuser", "user_name", "login", "user-name", "uid", "account", "name", "@username", "@user", "@name")


class Row(NamedTuple):
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
    entries: Iterable[Entry], rows: Sequence[Row] = (), names: Names | None = None
) -> Iterator[JudgedSecret]:
    """Yield the secrets among all entries of a text. A key that no row of the table has is judged by its name."""
    all_entries = list(entries)
    users = by_group(all_entries)
    for entry in all_entries:
        row = next((row for row in rows if fits(entry.keys, row.keys)), None)
        found = _by_row(entry, row, users) if row else _by_name(entry, names, users) if names else None
        if found:
            yield found


def _by_row(entry: Entry, row: Row, users: dict[int, dict[str, Entry]]) -> JudgedSecret | None:
    if not is_password(entry.value):
        return None
    found = judged(row.field, entry.value, entry.span, user=_user(entry, users), comment=entry.comment)
    if found and row.chosen and not is_generated(entry.value):
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
