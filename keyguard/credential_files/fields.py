"""The fields of a format by the keys that lead to them, and the secrets in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from keyguard.credential_files.judging import Field, in_comment, judged
from keyguard.credential_files.syntax.encoded import Credential
from keyguard.credential_files.syntax.entry import Entry, by_group, bytes_of, fits
from keyguard.model.judged_secret import JudgedSecret

_ANY = "*"


class Place(NamedTuple):
    """Where in a document values of a field stand."""

    keys: tuple[str, ...]
    """The last keys, in lower case; ``*`` is any one key."""
    field: Field
    users: tuple[str, ...] = ()
    """The names, in lower case, of values beside it that hold the account's name."""
    decode: Callable[[str], Credential | None] | None = None
    """What a value stands for, or None if it is not of the form that the field has."""


def secrets(data: bytes, entries: Iterable[Entry], places: tuple[Place, ...]) -> Iterator[JudgedSecret]:
    """Yield the secrets among the entries of a text that stand in one of the places, of which the first counts."""
    wanted: dict[str, list[Place]] = {}
    for one in places:
        wanted.setdefault(one.keys[-1], []).append(one)
    anywhere = wanted.get(_ANY, [])
    users = {name for one in places for name in one.users}
    listed = [entry for entry in entries if anywhere or entry.name.lower() in wanted or entry.name.lower() in users]
    beside = by_group(entry for entry in listed if entry.name.lower() in users)
    for entry in listed:
        fitting = (one for one in (*wanted.get(entry.name.lower(), ()), *anywhere) if fits(entry.keys, one.keys))
        place = next(fitting, None)
        if place:
            yield from secret(data, entry, place, beside.get(entry.group, {}))


def secret(data: bytes, entry: Entry, place: Place, beside: Mapping[str, Entry]) -> Iterator[JudgedSecret]:
    """Yield the secret in an entry that stands in a place, if it is one; ``beside`` is as in :func:`by_group`."""
    user = next((beside[name].value for name in place.users if name in beside), "")
    value, span = entry.value, entry.span
    if place.decode:
        credential = place.decode(value)
        if credential is None:
            return
        user, value = credential.user or user, credential.secret
        part = bytes_of(credential.part)
        at = data.find(part, *span) if part else -1
        span = (at, at + len(part)) if at >= 0 else span
    found = judged(place.field, value, span, user=user, comment=entry.comment or in_comment(data, entry.start))
    if found:
        yield found
